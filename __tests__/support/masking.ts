// The mask for texts under test: takes the given secrets out as the run's outlet does.
import { createSecretScan } from '../../src/platform/secret-scan.js';

export function maskOf(...values: string[]): (text: string) => string {
  const scan = createSecretScan(values.map((value) => ({ name: 'secret', value })));
  return (text) => scan.mask(text);
}
