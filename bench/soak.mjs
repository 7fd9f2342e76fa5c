// Prints the memory of one long run of the bundle: 300 turns and 40 increments unless told otherwise, in a heap
// of 128 MiB: without a limit V8 lets rubbish lie, and the figures say nothing.
//
//   node bench/soak.mjs [TURNS [INCREMENTS [HEAP_MIB]]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transpile } from './transpile.mjs';

const [turns = 300, increments = 40, heapMib = 128] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(path.join(tmpdir(), 'soak-bench-'));
try {
  transpile(folder, ['src', '__tests__/support']);
  const support = path.join(folder, '__tests__/support/soak.js');
  const { soak, quarters } = await import(pathToFileURL(support).href);
  const { record, anonymousKib, longestRequest, prunings, durationMs } = await soak({ turns, increments, heapMib });
  const mebibytes = (kib) => `${Math.round(kib / 1024)} MiB`;
  console.log(
    `${record.usage.turns} turns, ${record.increments.length} increments, ${Math.round(durationMs / 1000)} s`,
  );
  console.log(`longest request ${(longestRequest / 1e6).toFixed(2)} MB, old results left out ${prunings} times`);
  for (const figure of ['median', 'lowest'])
    console.log(
      `${figure} of each quarter: ${quarters(anonymousKib)
        .map((of) => mebibytes(of[figure]))
        .join(', ')}`,
    );
  console.log(`first ${mebibytes(anonymousKib[0])}, most ${mebibytes(Math.max(...anonymousKib))}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
