// Paths that no run may change, whoever asks: CI, ownership, git's and cargo's own configuration, agents' instructions,
// the specs, the agent file and the standards of the run. Contract, section 1.
import picomatch from 'picomatch';
import { printable } from './path-gate.js';

const ALWAYS = [
  '**/.git',
  '**/.git/**',
  '**/.gitmodules',
  '**/.gitattributes',
  '.github/**',
  '**/CODEOWNERS',
  '**/.cargo/**',
  '**/rust-toolchain*',
  '**/CLAUDE.md',
  '**/AGENTS.md',
  '**/.claude/**',
];

/** Files that are named one by one; an invocation may have hundreds of specs. */
const MAX_NAMED = 100;

/** Says why a path is protected, or `undefined` when it may change. */
export type ProtectedPaths = (path: string) => string | undefined;

/**
 * @param globs the input `protected-paths`
 * @param files of the specs, the agent file and the standards of the run
 */
export function protectedPaths(globs: readonly string[], files: readonly string[]): ProtectedPaths {
  // Case is ignored: on a case-insensitive disk `.GIT/config` is `.git/config`.
  const options = { dot: true, nocase: true };
  const always = picomatch(ALWAYS, options);
  const plain = plainGlobs(globs);
  // A folder's name protects what is in it.
  const configured = picomatch(
    plain.flatMap((glob) => [glob, `${glob}/**`]),
    options,
  );
  const fold = (file: string) => file.normalize('NFKC').toLowerCase();
  const ofRun = new Set(files.map(fold));
  return (requested) => {
    const path = requested.normalize('NFKC'); // some disks take `\u017f` for an s
    if (ofRun.has(fold(path))) return 'it is a spec, the agent file or a standard of this run';
    if (always(path)) return 'it belongs to CI, ownership, git, cargo configuration or agent instructions';
    if (plain.length > 0 && configured(path)) return "the workflow's input protected-paths names it";
    return undefined;
  };
}

/** The same terms as a list for people and the model, each path on one line. */
export function describeProtected(globs: readonly string[], files: readonly string[]): string[] {
  const named = [...new Set(files)].filter((file) => !picomatch.isMatch(file, ALWAYS, { dot: true, nocase: true }));
  const rest = named.length - MAX_NAMED;
  return [
    ...ALWAYS,
    ...plainGlobs(globs),
    ...named.slice(0, MAX_NAMED).map(printable),
    ...(rest > 0 ? [`${rest} more files of specs and standards`] : []),
  ];
}

function plainGlobs(globs: readonly string[]): string[] {
  return globs.map((glob) => glob.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')).filter((glob) => glob !== '');
}
