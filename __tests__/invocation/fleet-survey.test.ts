// How far each spec is, read from real repositories: front matter, prerequisites, commits, and what a shallow clone lacks.
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { surveySpecs } from '../../src/invocation/fleet-survey.js';
import { openGit } from '../../src/platform/git.js';
import { specHash } from '../../src/brief/brief.js';
import { fleetSpec } from '../support/scripts-fleet.js';
import type { Files } from '../support/temp-repo.js';
import { gitIn, tempRepo } from '../support/temp-repo.js';

interface Asked {
  spec?: string[];
  /** The clone; the repository itself when absent. */
  dir?: string;
  /** What the event asks for; all that is selected when absent. */
  wanted?: string[];
}

async function survey(
  repo: { dir: string; parent: string; origin: string },
  { spec = ['specs/**/*.md'], dir, wanted }: Asked = {},
) {
  const clone = dir ?? repo.dir;
  const git = await openGit(clone, path.join(repo.parent, `ours-${process.hrtime.bigint()}.git`), process.env);
  const commit = (await gitIn(clone, 'rev-parse', 'HEAD')).trim();
  const warnings: string[] = [];
  const log = { warning: (text: string) => void warnings.push(text) } as Parameters<typeof surveySpecs>[0]['log'];
  const remote = repo.origin === '' ? undefined : { url: `file://${repo.origin}` };
  const inputs = { spec, branch: 'ferrule/{spec}' };
  const world = { git, remote, github: undefined, base: { commit, branch: 'main' }, log, inputs };
  const found = await surveySpecs(world, wanted && (() => Promise.resolve(wanted)));
  const standing = Object.fromEntries(found.specs.map((each) => [each.path, each.standing]));
  return { ...found, standing, warnings };
}

const standingsOf = async (files: Files) => {
  await using repo = await tempRepo(files);
  return (await survey(repo)).standing;
};
const proofOf = (name: string) =>
  `Verify\n\nFerrule-Spec: specs/${name}.md\nFerrule-Spec-Hash: ${specHash([{ name: '', body: fleetSpec(name) }])}\nFerrule-Outcome: verified`;

describe('a survey', () => {
  it('has prerequisites first, those of nobody’s choice too', async () => {
    await using repo = await tempRepo({
      'specs/a.md': fleetSpec('a', ['./other/b/']),
      'other/b/spec.md': fleetSpec('b', ['specs/../other/c.md']),
      'other/c.md': fleetSpec('c'),
    });
    const { specs } = await survey(repo);
    expect(specs.map(({ path: spec, isSelected }) => [spec, isSelected])).toEqual([
      ['other/c.md', false],
      ['other/b', false],
      ['specs/a.md', true],
    ]);
  });

  it('reads drafts and what was implemented without Ferrule from the front matter', async () => {
    expect(
      await standingsOf({
        'specs/a.md': fleetSpec('a', [], 'status: draft\n'),
        'specs/b.md': fleetSpec('b', [], 'status: Implemented\n'),
        'specs/c.md': fleetSpec('c', [], 'status: accepted\n'),
        'specs/d.md': fleetSpec('d', [], 'status: [1, 2]\n'),
      }),
    ).toMatchObject({
      'specs/a.md': { kind: 'draft' },
      'specs/b.md': { kind: 'implemented' },
      'specs/c.md': { kind: 'pending', branch: 'ferrule/specs-c' },
      'specs/d.md': { kind: 'pending' },
    });
  });

  it('refuses what needs a missing file, or itself, by name; the others stay', async () => {
    const standings = await standingsOf({
      'specs/a.md': fleetSpec('a', ['specs/gone.md']),
      'specs/b.md': fleetSpec('b', ['specs/c.md']),
      'specs/c.md': fleetSpec('c', ['specs/b.md']),
      'specs/d.md': fleetSpec('d', ['../outside.md']),
      'specs/e.md': fleetSpec('e', ['specs/b.md']),
    });
    const reasons = Object.fromEntries(
      Object.entries(standings).map(([spec, standing]) => [spec, standing.kind === 'refused' ? standing.reason : '']),
    );
    expect(reasons['specs/a.md']).toMatch(
      /^'specs\/a\.md' depends on 'specs\/gone\.md'\. Spec 'specs\/gone\.md' does not exist/,
    );
    const circle =
      "Specs depend on each other in a circle: specs/b.md → specs/c.md → specs/b.md. Remove one 'depends-on'.";
    expect([reasons['specs/b.md'], reasons['specs/c.md']]).toEqual([circle, circle]);
    expect(reasons['specs/d.md']).toMatch(/^'depends-on' of 'specs\/d\.md': .* is outside the repository/);
    expect(standings['specs/e.md']).toMatchObject({ kind: 'pending' });
  });

  it('sees proofs in commits, also in the history that a shallow clone lacks', async () => {
    await using repo = await tempRepo({ 'specs/a.md': fleetSpec('a'), 'specs/b.md': fleetSpec('b') }, { remote: true });
    await repo.commit({ 'src.txt': 'a' }, proofOf('a'));
    await repo.commit({ 'src.txt': 'b' }, 'Something else');
    const shallow = path.join(repo.parent, 'shallow');
    await gitIn(repo.parent, 'clone', '--quiet', '--depth=1', `file://${repo.origin}`, shallow);
    for (const dir of [repo.dir, shallow])
      expect((await survey(repo, { dir })).standing).toMatchObject({
        'specs/a.md': { kind: 'proven', by: expect.stringMatching(/^commit [0-9a-f]{12}$/) },
        'specs/b.md': { kind: 'pending' },
      });
  });

  it('has last what a run worked on in vain, until its text is another', async () => {
    await using repo = await tempRepo({ 'specs/a.md': fleetSpec('a'), 'specs/b.md': fleetSpec('b') }, { remote: true });
    const order = async () => (await survey(repo)).specs.map(({ path: spec }) => spec);
    const hash = specHash([{ name: '', body: fleetSpec('a') }]).replace('sha256:', '');
    await gitIn(repo.origin, 'update-ref', `refs/ferrule/attempts/specs-a/${hash.slice(0, 16)}`, 'main');
    expect(await order()).toEqual(['specs/b.md', 'specs/a.md']);
    await repo.commit({ 'specs/a.md': fleetSpec('a').replace('must', 'shall') }, 'Change the spec');
    expect(await order()).toEqual(['specs/a.md', 'specs/b.md']);
  });

  it('a spec that was changed since is pending again', async () => {
    await using repo = await tempRepo({ 'specs/a.md': fleetSpec('a') });
    await repo.commit({ 'src.txt': 'a' }, proofOf('a'));
    await repo.commit({ 'specs/a.md': fleetSpec('a').replace('must', 'shall') }, 'Change the spec');
    expect((await survey(repo)).standing).toMatchObject({ 'specs/a.md': { kind: 'pending' } });
  });

  it('names the files of all that is selected and needed, also where nobody asked for it now', async () => {
    await using repo = await tempRepo({
      'specs/a.md': fleetSpec('a', ['needed/spec']),
      'specs/b.md': fleetSpec('b'),
      'needed/spec/requirements.md': fleetSpec('c'),
      'needed/spec/drawing.svg': '<svg/>',
      'docs/other.md': 'Not a spec.\n',
    });
    const { files } = await survey(repo, { spec: ['specs/*.md'], wanted: ['specs/a.md'] });
    expect(files).toEqual(['specs/a.md', 'specs/b.md', 'needed/spec/requirements.md']);
  });

  it('says which globs match nothing', async () => {
    await using repo = await tempRepo({ 'specs/a.md': fleetSpec('a') });
    const { specs, warnings } = await survey(repo, { spec: ['specs/*.md', 'docs/**'] });
    expect(specs).toHaveLength(1);
    expect(warnings).toEqual(["Input 'spec': 'docs/**' matches no Markdown file of the commit."]);
  });
});
