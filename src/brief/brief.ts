// The door of the room: everything a run knows before it talks to a model. What is exported here is what other rooms use;
// the rest of the room is its own business. Talking to the model happens elsewhere.
import type { SourceTree } from '../platform/source-tree.js';
import { loadAgent, type AgentDefinition } from './agent-file.js';
import { resolveModel } from './model-aliases.js';
import { shown } from './repository-text.js';
import { loadSpec, type Spec } from './spec.js';
import { loadStandards, type ProjectStandard } from './standards.js';

export { offeredTools } from './agent-tools.js';
export { buildCrateMap } from './crate-map.js';
export { MODEL_ALIASES, resolveModel } from './model-aliases.js';
export { buildPrompt, type EarlierProgress, type Prompt } from './prompt.js';
export { checkSpec } from './spec-check.js';
export { describeFinding, describeFindings, describeRequirements } from './spec-check-words.js';
export { readTasks } from './task-lists.js';
export { loadSpec, repositoryPath, specHash, summariseSpec, type Spec, type SpecSummary } from './spec.js';

export const DEFAULT_AGENT = 'backend-implementation-engineer';

interface SourcesRequest {
  /** Holds the spec. */
  tree: SourceTree;
  /** Holds agent file and standards, which the model obeys: of a pull request's base, where the spec is of its head. */
  trusted: SourceTree;
  /** Path of the spec, a file or a folder. */
  spec: string;
  /** Explicit inputs; each wins over the spec's front matter, which wins over the agent file and the default. */
  agent?: string;
  model?: string;
  package?: string;
  builtIns: ReadonlyMap<string, string>;
  toolNames: readonly string[];
  /** Where the cargo workspace is, relative to the repository. */
  workingDirectory: string;
}

/** What the commit says about a run. */
export interface Sources {
  spec: Spec;
  agent: AgentDefinition;
  /** Full id of the model. */
  model: string;
  package?: string;
  standards: ProjectStandard[];
  /** Of spec, agent file and standards, one line each. */
  warnings: string[];
}

/**
 * Reads spec, agent and standards from the pinned commits and decides agent, model and package by precedence.
 * @throws UserError for anything that whoever wrote the workflow, spec or agent file has to correct
 */
export async function readSources(request: SourcesRequest): Promise<Sources> {
  const { tree, trusted, builtIns, toolNames } = request;
  const spec = await loadSpec(tree, request.spec);
  const agentName = request.agent ?? spec.frontMatter.agent ?? DEFAULT_AGENT;
  const agent = await loadAgent({ tree: trusted, agent: agentName, builtIns, toolNames });
  const { model } = resolveModel(request.model ?? spec.frontMatter.model ?? agent.model);
  const packageName = request.package ?? spec.frontMatter.package;
  const standards = await loadStandards(trusted, request.workingDirectory);
  const hidden = standards.flatMap(({ path, hidden: removed = [] }) =>
    removed.map((what) => `Standard '${shown(path)}': ${what}, not shown to the model.`),
  );
  const warnings = [...spec.warnings, ...agent.warnings, ...hidden];
  return { spec, agent, model, ...(packageName !== undefined && { package: packageName }), standards, warnings };
}
