// The log of a run without what differs from run to run and from machine to machine, so that it can be kept as a file.

/** What the log has of one command beside the conversation: its group, and the line that says how it ended. */
const BESIDE =
  /^(?:::group::base · .*\n(?:.*\n)*?::endgroup::\n|▸ base · .*\n(?: {2}│ .*\n)*)(?:.* \(before any change\)\n)?/gm;
const FIRST_TURN = /^(?=(?:::debug::)?turn 1\b)/m;

/**
 * Times, ids, addresses and versions become words, untrusted output an ellipsis without the wall around it, which
 * platform/log.test.ts sees to. What runs beside the conversation comes when it comes, so it is put before the first turn.
 */
export function plainLog(log: string): string {
  const plain = log
    .replaceAll('\r\n', '\n')
    .replaceAll(/^::(?:stop-commands::)?[0-9a-f]{32}(?:::)?\n/gm, '')
    .replaceAll(/^( {2}│ .*\n)+/gm, '  │ …\n')
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .replaceAll(/\d+ (new|read from the cache|written to it|out)\b/g, 'N $1')
    .replaceAll(/^rustc .*$/gm, 'rustc VERSION; sandbox: WHAT IT IS')
    .replaceAll(/\b(tree|commit|Commit) [0-9a-f]{7,40}\b/g, '$1 ID')
    .replaceAll(/\/\S*\/ferrule-\w+\/report\//g, '/TEMP/')
    .replaceAll(/rust-clippy\/rust-[\d.]+\//g, 'rust-clippy/rust-VERSION/');
  const beside = plain.match(BESIDE) ?? [];
  return plain.replaceAll(BESIDE, '').replace(FIRST_TURN, () => beside.join(''));
}
