// What report.html is made from after a very long run: for the test that its size costs nothing until it is looked at, and
// for the benchmark that says what it costs (bench/page.mjs).
import type { PageSources } from '../../src/report/report.js';
import { SAMPLE_TURNS, samplePage, transcriptOf } from './page-sources.js';

export const LONG_TURNS = 300;
export const LONG_OUTPUTS = 15;
const LINES_PER_OUTPUT = 42_000;

/** 300 turns and more than 20 MB in 15 outputs. The last line of the tenth says `the end of module_9`. */
export function longPage(): PageSources {
  const outputs = new Map(Array.from({ length: LONG_OUTPUTS }, (_, at) => [fileOf(at), logOf(`module_${at}`)]));
  return samplePage({
    transcript: transcriptOf(
      Array(LONG_TURNS / SAMPLE_TURNS.length)
        .fill(SAMPLE_TURNS)
        .flat(),
    ),
    outputFiles: [...outputs].map(([file, text]) => ({ file, bytes: text.length })),
    readOutput: (file) => outputs.get(file) ?? '',
  });
}

/** A change that adds one file of so many lines. */
export function longPatch(path: string, lines: readonly string[]): string {
  const head = ['new file mode 100644', '--- /dev/null', `+++ b/${path}`, `@@ -0,0 +1,${lines.length} @@`];
  return `${[`diff --git a/${path} b/${path}`, ...head, ...lines.map((line) => `+${line}`)].join('\n')}\n`;
}

function fileOf(at: number): string {
  return `outputs/${String(at + 1).padStart(3, '0')}-cargo-test.log`;
}

function logOf(name: string): string {
  const lines = Array.from({ length: LINES_PER_OUTPUT }, (_, at) => `test ${name}::case_${at} ... ok\n`);
  return `${lines.join('')}test result: ok, the end of ${name}\n`;
}
