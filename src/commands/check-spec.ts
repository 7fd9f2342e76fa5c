// `ferrule check-spec`: reads specs as a run would and says what to mend first. The files of the working copy count, not
// a commit: it is for those who are writing.
import path from 'node:path';
import { checkSpec, describeFinding, describeFindings, describeRequirements, loadSpec } from '../brief/brief.js';
import { selectSpecs } from '../fleet/fleet.js';
import { readWorkingFiles } from '../platform/working-files.js';
import type { Command } from './command.js';
import { UsageError, readWords } from './command.js';

export const CHECK_SPEC: Command = {
  name: 'check-spec',
  usage: 'SPEC... [--json]',
  summary: 'say what to mend in a spec before money is spent on it',
  details: `SPEC is a Markdown file, a folder that is one spec, or a quoted glob, as it lies in the working copy. No model, key
or network is needed. Says what counts as a requirement, and where a requirement cannot be tested, contradicts another
one or leans on what is not there. The rules are in docs/spec-check.md. With --json a list for other programs:
one object a spec, with requirements and findings.

Findings are advice: the exit status is 0 with or without them, and 1 where a spec cannot be read.`,
  async start(words, world) {
    const isJson = words.includes('--json');
    const { positionals } = readWords(
      words.filter((word) => word !== '--json'),
      [],
    );
    if (positionals.length === 0) throw new UsageError('check-spec needs a spec: ferrule check-spec specs/x.md');
    const { root, tree } = await readWorkingFiles(world.folder, world.environment);
    const patterns = positionals.map((spec) => path.relative(root, path.resolve(world.folder, spec)));
    const { specs, emptyGlobs } = selectSpecs(patterns, tree.files);
    const results = [];
    for (const name of specs) {
      const spec = await loadSpec(tree, name);
      results.push({ spec, findings: await checkSpec(spec, tree) });
    }
    if (isJson) world.print(JSON.stringify(results.map(asJson), null, 2));
    else {
      for (const { spec, findings } of results) {
        world.print(`${spec.path}: '${spec.title}', ${describeRequirements(spec)}; ${describeFindings(findings)}.`);
        for (const finding of findings) world.print(`  ${describeFinding(finding)}`);
      }
      for (const glob of emptyGlobs) world.print(`${glob}: matches no Markdown file.`);
    }
    return 0;
  },
};

type Result = { spec: Awaited<ReturnType<typeof loadSpec>>; findings: Awaited<ReturnType<typeof checkSpec>> };

function asJson({ spec: { path: name, title, hash, requirements }, findings }: Result): object {
  return {
    spec: name,
    title,
    hash,
    requirements: requirements.map(({ id, text, file, line, recognisedBy }) => ({
      id,
      text,
      file,
      line,
      recognisedBy,
    })),
    findings,
  };
}
