// Places in the code as links to GitHub's own pages, pinned to the verified commit so that they stay true when the branch
// moves on. The repository's address is the one of the workflow run, which the runner gave.
import { parsePlace } from './code-place.js';
import { clipped, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { shortId } from './wording.js';

export interface SourceLinks {
  /** `src/lib.rs:9` or `src/lib.rs:9-12`, as a link where the commit is on GitHub. */
  place(text: string): string;
  /** Any words of ours or a name, in code, as a link to a place. */
  named(name: string, at: { path?: string | undefined; line?: number | undefined }): string;
  /** A requirement's id, as a link to its line of the spec. */
  requirement(id: string): string;
  commit(id: string): string;
}

/** Safe Markdown; without an address or a pushed commit, and at a level without links, plain code. */
export function sourceLinks(record: RunRecord, { maxTextChars, hasLinks }: SourceLinksTerms): SourceLinks {
  const repository = hasLinks ? repositoryUrl(record) : undefined;
  const pinned = repository === undefined ? undefined : pinnedCommit(record);
  const code = (text: string) => inlineCode(clipped(text, maxTextChars));
  const linked = (words: string, url: string) => (words === '' ? '' : `[${words}](${url})`);
  const file = (words: string, path: string, lines: string) => {
    const isInside = !path.split('/').some((part) => ['', '.', '..'].includes(part));
    if (pinned === undefined || !isInside) return words;
    return linked(words, `${repository}/blob/${pinned}/${path.split('/').map(urlPart).join('/')}${lines}`);
  };
  return {
    place(text) {
      const { path, line, lastLine } = parsePlace(text);
      const lines = line === undefined ? '' : `#L${line}${lastLine === undefined ? '' : `-L${lastLine}`}`;
      return file(code(text), path, lines);
    },
    named: (name, { path, line }) =>
      path === undefined ? code(name) : file(code(name), path, line === undefined ? '' : `#L${line}`),
    requirement(id) {
      const words = inlineText(clipped(id, maxTextChars));
      const stated = record.spec.requirements.find((each) => each.id === id);
      if (stated === undefined) return words;
      // GitHub shows Markdown rendered, without lines, unless it is asked for the text.
      return file(words, stated.file ?? record.spec.path, `?plain=1#L${stated.line}`);
    },
    commit(id) {
      const words = inlineCode(shortId(id));
      const url = hasLinks ? commitUrl(record, id) : undefined;
      return url === undefined ? words : linked(words, url);
    },
  };
}

interface SourceLinksTerms {
  maxTextChars: number;
  /** Links take room that a short text does not have. */
  hasLinks: boolean;
}

/** GitHub's page of a commit; nothing where the run pushed none. */
export function commitUrl(record: RunRecord, id: string): string | undefined {
  const repository = repositoryUrl(record);
  return repository === undefined || !COMMIT.test(id) ? undefined : `${repository}/commit/${id}`;
}

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Of what is pushed; nothing where a run pushes nothing. */
function repositoryUrl({ run, publication }: RunRecord): string | undefined {
  const isPushed = publication.kind === 'pull-request' || publication.kind === 'commit';
  if (!isPushed || publication.undelivered === true) return undefined;
  return /^(https?:\/\/[\w.:-]+(?:\/[\w.-]+)+)\/actions\/runs\/\d+$/.exec(run.url ?? '')?.[1];
}

function pinnedCommit({ verification }: RunRecord): string | undefined {
  const { commit = '', onBranch = false } = verification ?? {};
  return onBranch && COMMIT.test(commit) ? commit : undefined;
}

/** One name of a path; what could end a link in Markdown is escaped too. */
function urlPart(name: string): string {
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\uFFFD'));
  return encoded.replace(/[!'()*~]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
