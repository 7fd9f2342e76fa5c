// Whether each commit of a series builds on its own, with the real cargo over one target directory.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GateTerms } from '../../src/verify/verify.js';
import { buildCommits, runBaseline, timeLeft } from '../../src/verify/verify.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const LIB = 'pub fn one() -> u8 {\n    1\n}\n';
const USES_ONE = 'fn main() {\n    println!("{}", tiny::one());\n}\n';
const USES_TWO = USES_ONE.replace('one', 'two');
const WITH_TWO = `${LIB}\npub fn two() -> u8 {\n    2\n}\n`;

const bench = sharedBench();
let opened: OpenedWorkshop;
let terms: GateTerms;

beforeAll(async () => {
  opened = await openTestWorkshop(bench, { 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB, 'src/main.rs': USES_ONE });
  const { workshop } = opened;
  terms = {
    ...{ workshop, deciding: ['check'], advisory: [], timeoutMs: 120_000 },
    scope: { package: undefined, extraArgs: [] },
  };
  await workshop.sync();
  await runBaseline(terms);
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

/** A commit of the base with these files over it. */
async function commit(files: Record<string, string>): Promise<{ commit: string; tree: string }> {
  const { git, head } = opened;
  const changes = [];
  for (const [path, text] of Object.entries(files))
    changes.push({ path, content: { oid: await git.writeBlob(Buffer.from(text)), mode: '100644' } });
  const tree = await git.writeTree(await git.treeOf(head), changes);
  const author = { name: 'Ada', email: 'ada@example.com' };
  return { commit: await git.writeCommit({ tree, parent: head, message: 'x', author }), tree };
}

async function results(
  commits: { commit: string; tree: string }[],
  known: ReadonlyMap<string, boolean> = new Map(),
  leftMs = () => 120_000,
): Promise<{ builds: string[]; commands: string[] }> {
  const before = opened.boxes.length;
  const builds = await buildCommits(terms, commits, known, leftMs);
  const commands = opened.boxes.slice(before).map(({ command }) => command);
  return { builds: builds.map((each) => each.builds), commands };
}

describe('the commits of a series', () => {
  it('are each built as if they were alone, also where a file goes back to what it was on the base', async () => {
    const { builds } = await results([
      await commit({ 'src/lib.rs': WITH_TWO, 'src/main.rs': USES_TWO }),
      await commit({ 'src/main.rs': USES_TWO }), // the library is the base's again: an old build of it must not count
      await commit({ 'src/lib.rs': WITH_TWO }),
      await commit({ 'src/lib.rs': 'fn broken(', 'src/main.rs': USES_ONE }),
      await commit({}),
    ]);
    expect(builds).toEqual(['yes', 'no', 'yes', 'no', 'yes']);
  });

  it('that have a known tree, or the same as another, are not built again', async () => {
    const [first, last] = [await commit({ 'src/lib.rs': WITH_TWO }), await commit({ 'src/main.rs': USES_TWO })];
    const { builds, commands } = await results([first, first, last], new Map([[last.tree, false]]));
    expect(builds).toEqual(['yes', 'yes', 'no']);
    expect(commands).toEqual(['check --workspace --all-targets --message-format=json']);
  });

  it('start nothing when every tree is known or no time is left', async () => {
    const one = await commit({ 'src/lib.rs': WITH_TWO });
    expect(await results([one], new Map([[one.tree, true]]))).toEqual({ builds: ['yes'], commands: [] });
    const inTime = [120_000, 120_000, 0];
    const other = await commit({ 'src/lib.rs': 'fn broken(' });
    expect((await results([one, other], new Map(), () => inTime.shift() ?? 0)).builds).toEqual(['yes', 'unknown']);
  });

  it('whose build is stopped at its time limit are unknown, not broken', async () => {
    const { builds } = await results([await commit({ 'src/lib.rs': WITH_TWO })], new Map(), () => 1);
    expect(builds).toEqual(['unknown']);
  });
});

describe('time for proofs', () => {
  it("is the run's own, at most what proofs may take, and none where too little is left to start anything", () => {
    expect(timeLeft(() => 60_000, 3_600_000)()).toBe(60_000);
    const capped = timeLeft(() => 3_600_000, 60_000)();
    expect(capped).toBeLessThanOrEqual(60_000);
    expect(capped).toBeGreaterThan(0);
    expect(timeLeft(() => 4_000, 60_000)()).toBe(0);
  });
});
