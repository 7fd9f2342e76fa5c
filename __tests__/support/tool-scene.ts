// The ground of the tests of tools that read, find and write files: a workshop with each kind of file they meet (long,
// wide, empty, in no UTF-8, protected, ignored), new for each test, and the tools on it.
import { afterEach, beforeEach } from '@jest/globals';
import type { Workshop } from '../../src/workshop/workshop.js';
import { scriptedAgent, toolUser, type UseTool } from './scripted-agent.js';
import { MANIFEST, openTestWorkshop, sharedBench, type Bench, type OpenedWorkshop } from './workshop.js';

/** `src/lib.rs`. */
export const LIB = 'pub fn one() -> u8 {\n    1\n}\n\npub fn two() -> u8 {\n    1\n}\n';

const FILES = {
  'Cargo.toml': MANIFEST,
  'Cargo.lock': 'version = 4\n',
  'src/lib.rs': LIB,
  'src/store/mod.rs': 'struct Private;\npub struct Store;\n',
  'src/bad.rs': Buffer.from([0x66, 0x6e, 0xff, 0xfe]),
  'long.txt': Array.from({ length: 2_500 }, (_, i) => `line ${i + 1}\n`).join(''),
  'wide.txt': `short\n${'w'.repeat(200_000)}\nend\n`,
  'empty.txt': '',
  'binary.bin': Buffer.from([1, 0, 2]),
  'latin.txt': Buffer.from([0x47, 0x72, 0xfc, 0x6e]),
  'crlf.txt': 'a\r\nb\r\nc\r\n',
  'bom.txt': '\ufeffx\n',
  '.gitignore': '*.log\n',
  '.github/workflows/ci.yml': 'on: push\n',
  'docs/a [1].md': '# A\n',
};

export interface ToolScene {
  /** For a test that needs other files. */
  readonly bench: Bench;
  readonly workshop: Workshop;
  /** Calls a tool of the agent that has this test's workshop; it remembers what it has read. */
  readonly use: UseTool;
}

/** Called once, where the tests of the file are declared. */
export function toolScene(): ToolScene {
  const bench = sharedBench();
  let opened: OpenedWorkshop;
  let useTool: UseTool;
  beforeEach(async () => {
    opened = await openTestWorkshop(bench, FILES);
    useTool = toolUser(scriptedAgent(opened.workshop, []).context);
  });
  afterEach(async () => {
    await opened[Symbol.asyncDispose]();
  });
  return {
    bench,
    get workshop() {
      return opened.workshop;
    },
    use: (name, input) => useTool(name, input),
  };
}
