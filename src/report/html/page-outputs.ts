// The commands' outputs on the page: which are embedded and how much of them, and where each is found.
import type { RunRecord } from '../record.js';
import { counted } from '../wording.js';
import { NOTHING, type Part } from './markup.js';
import type { PageTexts, StoredText } from './page-texts.js';

/** All outputs of a page together; what is beyond is in the files beside the page. */
const MAX_OUTPUT_BYTES = 25 * 1024 * 1024;
/** What is shown of an output once the page is full. */
const LEAST_BYTES = 16 * 1024;

export interface OutputSource {
  /** Names, relative to the report folder, and sizes of all outputs, in the order the commands ran. */
  outputFiles: readonly { file: string; bytes: number }[];
  /** A file's text; of a longer one beginning and end, `maxBytes` together, with a line that says what is left out. */
  readOutput: (file: string, maxBytes: number) => string;
}

export class PageOutputs {
  private readonly stored = new Map<string, StoredText>();
  private cut = 0;

  /** Reads the outputs, those of the gates first: they are whole as long as anything is. */
  constructor(
    private readonly source: OutputSource,
    record: RunRecord,
    texts: PageTexts,
    maxBytes = MAX_OUTPUT_BYTES,
  ) {
    const { verification, baseline } = record;
    const gates = [...(verification?.gates ?? []), baseline?.check, baseline?.test, ...(baseline?.gates ?? [])];
    const sizes = new Map(source.outputFiles.map(({ file, bytes }) => [file, bytes]));
    let left = maxBytes;
    for (const file of new Set([...gates.map((gate) => gate?.output ?? ''), ...sizes.keys()])) {
      const bytes = sizes.get(file);
      if (bytes === undefined) continue;
      const room = Math.max(LEAST_BYTES, left);
      if (bytes > room) this.cut += 1;
      left -= Math.min(bytes, room);
      this.stored.set(file, texts.add('output', file, source.readOutput(file, room)));
    }
  }

  /** The text of a file; `undefined` when there is no such file. */
  of(file: string): StoredText | undefined {
    return this.stored.get(file);
  }

  /** All of them, in the order the commands ran, with the ids of their places on the page. */
  all(): { file: string; id: string; text: StoredText }[] {
    return this.source.outputFiles.flatMap(({ file }) => {
      const text = this.stored.get(file);
      return text === undefined ? [] : [{ file, id: outputId(file), text }];
    });
  }

  /** The place of the output that a result names: `[output 007]`. */
  idOfNumber(number: string): string | undefined {
    return this.all().find(({ file }) => file.startsWith(`outputs/${number}-`))?.id;
  }

  /** What the page leaves out; nothing when it holds everything. */
  note(): Part {
    if (this.cut === 0) return NOTHING;
    return `${counted(this.cut, 'output')} shortened: the page holds ${MAX_OUTPUT_BYTES / 1024 / 1024} MB, the files in outputs/ hold everything`;
  }
}

function outputId(file: string): string {
  return `output-${/^outputs\/(\d+)-/.exec(file)?.[1] ?? file.replace(/[^\w-]+/g, '-')}`;
}
