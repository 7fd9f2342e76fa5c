// The tests that failed, each with the place of its panic in the repository. For showing only; that they failed is the
// test report's to say.
import type { TestReport } from '../workshop/workshop.js';
import { failedTestBlocks } from '../workshop/workshop.js';
import type { TestPlace } from './test-places.js';

export interface FailedTest {
  name: string;
  executable: string;
  /** Where it panicked, else where it stands; absent when neither is known. */
  place: TestPlace | undefined;
  /** The panic's message. */
  message: string | undefined;
}

/**
 * @param output the complete output of the test gate
 * @param files paths of the verified tree
 * @param folders of the workspace's packages, relative to the repository
 * @param places where tests stand, by name
 */
export function failedTests(
  { tests }: TestReport,
  output: string,
  {
    files,
    folders,
    places,
  }: { files: readonly string[]; folders: readonly string[]; places: ReadonlyMap<string, TestPlace> },
): FailedTest[] {
  const blocks = failedTestBlocks(output);
  const inWorkspace = files.filter((file) => folders.some((folder) => folder === '' || file.startsWith(`${folder}/`)));
  return tests
    .filter(({ result }) => result === 'failed' || result === 'unknown')
    .map(({ name, executable }) => {
      const own = blocks.filter((block) => block.name === name);
      const block = own.find((each) => each.executable === executable) ?? own[0];
      const file = block?.location && fileOf(block.location.path, inWorkspace);
      const panicked = file === undefined || !block?.location ? undefined : { path: file, line: block.location.line };
      return { name, executable, place: panicked ?? places.get(name), message: block?.message };
    });
}

/** A panic's path is relative to the workspace's root, which lies above all packages: the shortest path that fits. */
function fileOf(path: string, files: readonly string[]): string | undefined {
  const fitting = files.filter((file) => file === path || file.endsWith(`/${path}`));
  return fitting.sort((one, other) => one.length - other.length)[0];
}
