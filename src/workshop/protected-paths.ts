// Paths that no run may change, whoever asks: CI, ownership, git's and cargo's own configuration, agents' instructions,
// the spec and agent file of the run. Contract, section 1.
import picomatch from 'picomatch';

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

/** Says why a path is protected, or `undefined` when it may change. */
export type ProtectedPaths = (path: string) => string | undefined;

/**
 * @param globs the input `protected-paths`
 * @param files the spec's files and the agent file of the run
 */
export function protectedPaths(globs: readonly string[], files: readonly string[]): ProtectedPaths {
  // Case is ignored: on a case-insensitive disk `.GIT/config` is `.git/config`.
  const options = { dot: true, nocase: true };
  const always = picomatch(ALWAYS, options);
  const plain = globs.map((glob) => glob.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')).filter((glob) => glob !== '');
  // A folder's name protects what is in it.
  const configured = picomatch(
    plain.flatMap((glob) => [glob, `${glob}/**`]),
    options,
  );
  const fold = (file: string) => file.normalize('NFKC').toLowerCase();
  const ofRun = new Set(files.map(fold));
  return (requested) => {
    const path = requested.normalize('NFKC'); // some disks take `\u017f` for an s
    if (ofRun.has(fold(path))) return 'it is the spec or the agent file of this run';
    if (always(path)) return 'it belongs to CI, ownership, git, cargo configuration or agent instructions';
    if (plain.length > 0 && configured(path)) return "the workflow's input protected-paths names it";
    return undefined;
  };
}
