// Reads the task lists of a spec and which requirements each task refers to. Whether those are proven, and how a ticked
// copy is shown, is decided elsewhere; the spec itself is never edited.
import type { ListItem, Nodes } from 'mdast';
import { flatten, parseMarkdown } from './markdown.js';
import type { Requirement, SpecDocument } from './requirements.js';

interface SpecTask {
  file: string;
  /** 1-based line of the file. */
  line: number;
  /** How many tasks it stands below. */
  depth: number;
  /** Plain text on one line. */
  text: string;
  /** Ticked off in the spec. */
  isTicked: boolean;
  /** Ids of the requirements that it, or every task below it, refers to; empty when it refers to none. */
  requirements: string[];
}

const MAX_DEPTH = 100;
// Ids as words: `FR-003`, `R1.2`, `US2`.
const WORD = /[A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*/g;
// Kiro's `_Requirements: 1.1, 2.3_`; bare numbers mean something only there.
const NUMBERS = /\bRequirements?:\s*(\d+(?:\.\d+)*(?:(?:,|\s+and|\s)\s*\d+(?:\.\d+)*)*)/gi;

// Kiro marks an optional task `- [ ]* 2.3 …`, which is no box to GitHub.
const KIRO_OPTIONAL = /^\[([ xX])\]\* /;

/** The items with a box of all lists, in the order of the text, those below a task after it. */
export function readTasks(
  documents: readonly SpecDocument[],
  requirements: readonly Pick<Requirement, 'id'>[],
): SpecTask[] {
  const ids = requirements.map(({ id }) => id);
  return documents.flatMap(({ file, text, firstLine }) => {
    const tasks: SpecTask[] = [];
    collect(parseMarkdown(text), { file, lineOffset: firstLine - 1, ids, tasks }, 0, 0);
    return tasks;
  });
}

interface Collecting {
  file: string;
  lineOffset: number;
  ids: readonly string[];
  tasks: SpecTask[];
}

function collect(node: Nodes, into: Collecting, taskDepth: number, depth: number): void {
  if (depth > MAX_DEPTH || !('children' in node)) return;
  for (const child of node.children) {
    const box = child.type === 'listItem' ? readBox(child) : undefined;
    if (box === undefined) {
      collect(child, into, taskDepth, depth + 1);
      continue;
    }
    const task: SpecTask = {
      file: into.file,
      line: (child.position?.start.line ?? 1) + into.lineOffset,
      depth: taskDepth,
      ...box,
      requirements: references(ownText(child, 0), into.ids),
    };
    const at = into.tasks.push(task);
    collect(child, into, taskDepth + 1, depth + 1);
    if (task.requirements.length === 0) task.requirements = ofAll(into.tasks.slice(at));
  }
}

function readBox({ checked, children: [first] }: ListItem): { text: string; isTicked: boolean } | undefined {
  const text = first?.type === 'paragraph' ? flatten(first).text : '';
  if (typeof checked === 'boolean') return { text, isTicked: checked };
  const [whole, mark] = KIRO_OPTIONAL.exec(text) ?? [];
  return whole === undefined ? undefined : { text: text.slice(whole.length), isTicked: mark !== ' ' };
}

/** What a task and its plain sub-items say, without the tasks below it. */
function ownText(node: ListItem | Nodes, depth: number): string {
  if (node.type === 'paragraph') return flatten(node).text;
  if (depth > MAX_DEPTH || !('children' in node)) return '';
  const own = node.children.filter((child) => child.type !== 'listItem' || readBox(child) === undefined);
  return own.map((child) => ownText(child, depth + 1)).join('\n');
}

function references(text: string, ids: readonly string[]): string[] {
  const words = [...text.matchAll(WORD)].map(([word]) => word);
  const numbers = [...text.matchAll(NUMBERS)].flatMap(([, list = '']) => list.match(/\d+(?:\.\d+)*/g) ?? []);
  const named = new Set([...words, ...numbers]);
  // `US2` and `Requirements: 2` stand for all criteria of that story or requirement.
  return ids.filter((id) => named.has(id) || (/^(?:US)?\d+\.\d+$/.test(id) && named.has(id.replace(/\.\d+$/, ''))));
}

/** Of the tasks below one; none where one of them refers to nothing, since then the whole cannot be told. */
function ofAll(below: readonly SpecTask[]): string[] {
  if (below.some(({ requirements }) => requirements.length === 0)) return [];
  return [...new Set(below.flatMap(({ requirements }) => requirements))];
}
