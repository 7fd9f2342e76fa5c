// What the model is told first, from everything the preparation has: the spec, the crate as it stands, what earlier runs
// reached and asked, and the limits. How it is worded is the room brief's.
import { randomBytes } from 'node:crypto';
import { priceOf } from '../agent/agent.js';
import { buildCrateMap, buildPrompt, type Prompt } from '../brief/brief.js';
import { progressOf } from './earlier-run.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Known } from './preparation.js';
import type { ReportFolder } from '../platform/report-folder.js';
import { counted, dollars } from '../report/report.js';
import type { Brief, World } from './world.js';
import { describeProtected, outlineFolder, type Workshop } from '../workshop/workshop.js';

/** Room for the map of the crate: a large workspace shows its most relevant part. */
const CRATE_MAP_CHARS = 24_000;

/** @param workshop where the crate is read; absent where there is no manifest to read one from */
export async function writePrompt(
  { inputs }: Pick<World, 'inputs'>,
  brief: Brief,
  known: Known,
  workshop: Workshop | undefined,
): Promise<Prompt> {
  const crateMap = await buildCrateMap({
    packages: (await workshop?.members()) ?? [],
    outline: (folder) => (workshop === undefined ? Promise.resolve('') : outlineFolder(workshop, folder)),
    maxChars: CRATE_MAP_CHARS,
    specText: brief.spec.text,
    ...(brief.package === undefined ? {} : { package: brief.package }),
  });
  const baseline =
    workshop === undefined
      ? 'There is no Cargo.toml yet: nothing to build. Make the crate with cargo new.'
      : 'cargo checks and tests the base while you read; what it finds is told with a later result.';
  return promptOf(inputs, brief, known, { crateMap, baseline });
}

/** The prompt as far as it is known before cargo has read the crate. */
function draftPrompt(inputs: Inputs, brief: Brief, known: Known): Prompt {
  const crateMap = '(A run has a map of the crate here.)';
  return promptOf(inputs, brief, known, { crateMap, baseline: '(A run says here what is known of the base.)' });
}

function promptOf(
  inputs: Inputs,
  brief: Brief,
  { earlierRun, earlierWork, outdatedFiles, protectedFiles }: Known,
  crate: { crateMap: string; baseline: string },
): Prompt {
  const requirementIds = brief.spec.requirements.map(({ id }) => id);
  const { maxCostUsd, ...limits } = inputs;
  return buildPrompt({
    agent: brief.agent,
    spec: brief.spec,
    standards: brief.standards,
    ...crate,
    answers: earlierRun.answers,
    openQuestions: earlierRun.questions,
    earlierNotes: earlierRun.notes,
    ...(earlierWork === undefined
      ? {}
      : { progress: { ...progressOf(requirementIds, earlierWork, earlierRun), outdatedFiles } }),
    limits: { ...limits, ...(priceOf(brief.model) === undefined ? {} : { maxCostUsd }) },
    workingDirectory: inputs.workingDirectory,
    onQuestion: inputs.onQuestion,
    dependencies: inputs.dependencies,
    protectedPaths: describeProtected(inputs.protectedPaths, protectedFiles),
    nonce: randomBytes(8).toString('hex'),
    ...(brief.package === undefined ? {} : { package: brief.package }),
    ...(inputs.instructions === undefined ? {} : { instructions: inputs.instructions }),
  });
}

/** The file of a dry run. */
const PROMPT_FILE = 'prompt.md';

/** What a run would give its model, and within which limits: in the log, and in a file of the report. */
export async function showPrompt(
  { inputs, log }: Pick<World, 'inputs' | 'log'>,
  brief: Brief,
  known: Known,
  folder: ReportFolder,
): Promise<void> {
  const { system, firstMessage } = draftPrompt(inputs, brief, known);
  const text = `# System prompt\n\n${system}\n\n# First message\n\n${firstMessage}\n`;
  await folder.write(PROMPT_FILE, text);
  log.group(`What the model would be given, also in ${PROMPT_FILE} of the report folder`);
  log.output(text);
  log.endGroup();
  const { maxTurns, maxTokens, maxCostUsd, maxMinutes, maxRounds } = inputs;
  log.info(
    `Limits: ${maxTurns} turns, ${maxTokens} tokens, ${dollars(maxCostUsd)}, ${maxMinutes} minutes, ${counted(maxRounds, 'round')} of verification.`,
  );
}
