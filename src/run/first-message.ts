// What the model is told first, from everything the preparation has: the spec, the crate as it stands, what earlier runs
// reached and asked, and the limits. How it is worded is the room brief's.
import { randomBytes } from 'node:crypto';
import { priceOf } from '../agent/agent.js';
import { buildBrief, buildCrateMap } from '../brief/brief.js';
import { progressOf } from './earlier-run.js';
import type { Ready } from './preparation.js';
import type { Brief, World } from './world.js';
import { describeProtected, outlineFolder } from '../workshop/workshop.js';

/** Room for the map of the crate: a large workspace shows its most relevant part. */
const CRATE_MAP_CHARS = 24_000;

export type FirstMessage = Awaited<ReturnType<typeof writeFirstMessage>>;

/** System prompt and first message. @param hasCrate whether there is a manifest to read a crate from */
export async function writeFirstMessage(world: World, brief: Brief, ready: Ready, hasCrate: boolean) {
  const { inputs } = world;
  const { workshop, earlierRun, earlierWork } = ready;
  const requirementIds = brief.spec.requirements.map(({ id }) => id);
  const crateMap = await buildCrateMap({
    packages: hasCrate ? await workshop.members() : [],
    outline: (folder) => outlineFolder(workshop, folder),
    maxChars: CRATE_MAP_CHARS,
    specText: brief.spec.text,
    ...(brief.package === undefined ? {} : { package: brief.package }),
  });
  const { maxCostUsd, ...limits } = inputs;
  return buildBrief({
    agent: brief.agent,
    spec: brief.spec,
    standards: brief.standards,
    crateMap,
    baseline: hasCrate
      ? 'cargo checks and tests the base while you read; what it finds is told with a later result.'
      : 'There is no Cargo.toml yet: nothing to build. Make the crate with cargo new.',
    answers: earlierRun.answers,
    openQuestions: earlierRun.questions,
    earlierNotes: earlierRun.notes,
    ...(earlierWork === undefined ? {} : { progress: progressOf(requirementIds, earlierWork, earlierRun) }),
    limits: { ...limits, ...(priceOf(brief.model) === undefined ? {} : { maxCostUsd }) },
    workingDirectory: inputs.workingDirectory,
    onQuestion: inputs.onQuestion,
    dependencies: inputs.dependencies,
    protectedPaths: describeProtected(inputs.protectedPaths, ready.protectedFiles),
    nonce: randomBytes(8).toString('hex'),
    ...(brief.package === undefined ? {} : { package: brief.package }),
    ...(inputs.instructions === undefined ? {} : { instructions: inputs.instructions }),
  });
}
