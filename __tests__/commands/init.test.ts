import { mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadSpec } from '../../src/brief/brief.js';
import { openGit } from '../../src/platform/git.js';
import { startCommand } from '../support/command-scene.js';
import { CRATE_WITHOUT_SPEC, MANIFEST } from '../support/scripts-greeting.js';
import { tempRepo, writeFiles, type TempRepo } from '../support/temp-repo.js';

const WORKFLOW = '.github/workflows/ferrule.yml';
const SPEC = 'specs/first-feature.md';

interface Workflow {
  on: { workflow_dispatch: { inputs: { spec: Record<string, unknown> } } };
  jobs: { implement: { steps: { id?: string; uses: string; with?: Record<string, unknown> }[] } };
}

async function workflowOf(repo: TempRepo): Promise<{ spec: Record<string, unknown>; step: Record<string, unknown> }> {
  const { on, jobs } = parse(await readFile(path.join(repo.dir, WORKFLOW), 'utf8')) as Workflow;
  const step = jobs.implement.steps.find(({ id }) => id === 'ferrule');
  return { spec: on.workflow_dispatch.inputs.spec, step: step?.with ?? {} };
}

describe('init', () => {
  it('writes the workflow and a first spec for the crate, and says what is next', async () => {
    await using repo = await tempRepo(CRATE_WITHOUT_SPEC, { remote: true });
    await repo.git('remote', 'set-head', 'origin', 'main').catch(() => undefined);
    await repo.git('fetch', '--quiet', 'origin');
    await repo.git('remote', 'set-head', 'origin', 'main');
    const { status, output } = await startCommand(repo.dir, ['init']);
    expect(status).toBe(0);
    const { spec, step } = await workflowOf(repo);
    expect(spec).toMatchObject({ required: true, type: 'string', default: SPEC });
    expect(step).not.toHaveProperty('working-directory');
    expect(step.spec).toBe('${{ inputs.spec }}');
    expect(await readFile(path.join(repo.dir, SPEC), 'utf8')).toContain('what greeting is to do');
    expect(output).toContain(`Wrote ${WORKFLOW}.`);
    expect(output).toContain(`Wrote ${SPEC}, a spec to fill in.`);
    expect(output).toMatch(/1\. In .*ferrule\.yml, put the commit of a release/);
    expect(output).toContain("Commit and push to 'main'");
    expect(output).toContain(`gh workflow run ferrule.yml -f spec=${SPEC}`);
    expect(await repo.git('status', '--porcelain', '--untracked-files=all')).toBe(`?? ${WORKFLOW}\n?? ${SPEC}`);
  });

  it('writes a spec in which every line with an id is a requirement', async () => {
    await using repo = await tempRepo(CRATE_WITHOUT_SPEC);
    await startCommand(repo.dir, ['init']);
    const commit = await repo.commit({}, 'With the first spec');
    const git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), process.env);
    const spec = await loadSpec(await git.sourceTree(commit), SPEC);
    expect(spec.requirements.map(({ id }) => id)).toEqual(['R1', 'R2', 'R3']);
  });

  it('finds the workspace below the root and the specs that are there, from any folder of the clone', async () => {
    const files = {
      'specs/b.md': '# B\n',
      'specs/README.md': 'x',
      'specs/002-a/spec.md': '# A\n',
      'specs/002-a/plan.md': 'x',
    };
    await using repo = await tempRepo({ 'rust/Cargo.toml': '[workspace]\n', 'rust/a/Cargo.toml': MANIFEST, ...files });
    const { status, output } = await startCommand(path.join(repo.dir, 'rust', 'a'), ['init']);
    expect(status).toBe(0);
    const { spec, step } = await workflowOf(repo);
    expect(spec.default).toBe('specs/002-a/spec.md');
    expect(step['working-directory']).toBe('rust');
    expect(output).toContain('Found specs: specs/002-a/spec.md, specs/b.md.');
    expect(await repo.git('status', '--porcelain', '--untracked-files=all')).toBe(`?? ${WORKFLOW}`);
  });

  it('overwrites nothing', async () => {
    await using repo = await tempRepo(CRATE_WITHOUT_SPEC);
    await writeFiles(repo.dir, { [WORKFLOW]: 'mine\n' });
    const { status, output } = await startCommand(repo.dir, ['init']);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`${WORKFLOW} is there already`) });
    await writeFiles(repo.dir, { [SPEC]: '# Mine\n' });
    expect((await startCommand(repo.dir, ['init'])).output).toContain(`Found specs: ${SPEC}.`);
    expect(await readFile(path.join(repo.dir, WORKFLOW), 'utf8')).toBe('mine\n');
    expect(await readFile(path.join(repo.dir, SPEC), 'utf8')).toBe('# Mine\n');
  });

  it('asks which workspace only where there are several', async () => {
    await using repo = await tempRepo({ 'a/Cargo.toml': MANIFEST, 'b/Cargo.toml': MANIFEST });
    const asked = await startCommand(repo.dir, ['init']);
    expect(asked.thrown).toMatch(
      /^UsageError: This repository has several cargo workspaces: a, b\. .*--working-directory a$/,
    );
    expect(await repo.git('status', '--porcelain')).toBe('');
    const none = await startCommand(repo.dir, ['init', '--working-directory', 'c']);
    expect(none.thrown).toContain("there is no Cargo.toml in 'c'");
    expect((await startCommand(repo.dir, ['init', '--working-directory', './b/'])).status).toBe(0);
    expect((await workflowOf(repo)).step['working-directory']).toBe('b');
  });

  it.each(['/outside', '/outside/gone'])('writes nothing through a link to %s of the repository', async (place) => {
    await using repo = await tempRepo(CRATE_WITHOUT_SPEC);
    await mkdir(path.join(repo.parent, 'outside'));
    await symlink(repo.parent + place, path.join(repo.dir, '.github'));
    const { thrown } = await startCommand(repo.dir, ['init']);
    expect(thrown).toMatch(/^UserError: \.github\/workflows\/ferrule\.yml cannot be written/);
    expect(await readdir(path.join(repo.parent, 'outside'))).toEqual([]);
  });

  it('quotes in commands, and keeps out of expressions, what names of files say', async () => {
    const strange = "specs/a $(id) it's ${{ github.token }}.md";
    await using repo = await tempRepo({ ...CRATE_WITHOUT_SPEC, [strange]: '# A\n' });
    const { output } = await startCommand(repo.dir, ['init']);
    const quoted = `specs/a $(id) it'\\''s \${{ github.token }}.md'`;
    expect(output).toContain(`gh workflow run ferrule.yml -f 'spec=${quoted}\n`);
    expect(output).toContain(`ferrule run '${quoted}`);
    expect(await readFile(path.join(repo.dir, WORKFLOW), 'utf8')).not.toContain('${{ github.token }}');
  });

  it('starts in no folder but a clone', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
    try {
      await mkdir(path.join(folder, 'empty'));
      const { thrown } = await startCommand(path.join(folder, 'empty'), ['init']);
      expect(thrown).toMatch(/^UserError: This folder is no git repository\./);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
