// Rebuilds dist/ and fails unless that reproduces what git has: what runs is then what the sources say. "What git has"
// is the index, so that the check can pass before a commit once `git add dist` was done.
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
// `status` and not `diff`, which would miss a chunk with a new name.
const status = execFileSync('git', ['status', '--porcelain', '--untracked-files=all', '--', 'dist'], { cwd: root });
// Second column: the working tree against the index. A staged change alone has a space there.
const differing = status
  .toString()
  .split('\n')
  .filter((line) => line !== '' && line[1] !== ' ');
if (differing.length > 0) {
  console.error('dist/ is not what the sources build:');
  for (const line of differing) console.error(`  ${line}`);
  console.error(
    'It has just been rebuilt: look at the change, then run `git add dist` and commit it with its sources.',
  );
  process.exit(1);
}
console.log('dist/ is what the sources build.');
