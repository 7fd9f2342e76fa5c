// `ferrule plan`: which specs are pending, and in which waves they can go. Words in, the plan as text or JSON out.
import { tmpdir } from 'node:os';
import { describePlan, planJson } from '../fleet/fleet.js';
import { PLAN_INPUT_DEFAULTS, readEvent, readPlanInputs } from '../inputs/inputs.js';
import type { Command } from './command.js';
import { readWords } from './command.js';

/** No token: outside a workflow it is not known of which repository to ask. */
const OPTIONS = Object.keys(PLAN_INPUT_DEFAULTS).filter((name) => name !== 'spec' && name !== 'github-token');

export const PLAN: Command = {
  name: 'plan',
  usage: 'SPEC... [--json] [--OPTION VALUE ...]',
  summary: 'show which specs are pending, and in which waves they can be implemented; spends nothing',
  details: `SPEC is a path or a quoted glob ('specs/**/*.md'). Proven specs and drafts are left alone; prerequisites
('depends-on' in the front matter) come in an earlier wave. --json prints all of it, each wave as a matrix of
GitHub Actions. What is done is told by commits alone; pull requests are asked by the action, in a workflow.
Exit status 1 when a spec was refused: it cannot be read, or needs what is not there, or itself.

Options: ${OPTIONS.map((name) => `--${name}`).join(', ')}.`,
  async start(words, world) {
    const isJson = words.includes('--json');
    const { positionals, values } = readWords(
      words.filter((word) => word !== '--json'),
      OPTIONS,
    );
    const context = readEvent({}, undefined, { workspace: world.folder, temp: tmpdir() });
    const texts: Record<string, string> = { ...values, spec: positionals.join('\n') };
    const { plan, base } = await world.plan({ inputs: readPlanInputs((name) => texts[name] ?? '', context), context });
    world.print(isJson ? planJson(plan) : describePlan(plan, base));
    return plan.refused.length > 0 ? 1 : 0;
  },
};
