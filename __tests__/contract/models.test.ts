import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRICES_AS_OF } from '../../src/agent/agent.js';
import { MODEL_ALIASES } from '../../src/brief/brief.js';

it('the README names every alias with its model and the date of both tables', () => {
  const readme = readFileSync(join(process.cwd(), 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
  for (const [alias, model] of Object.entries(MODEL_ALIASES)) expect(readme).toContain(`\`${alias}\` is \`${model}\``);
  expect(readme).toContain(`As of ${PRICES_AS_OF}`);
});
