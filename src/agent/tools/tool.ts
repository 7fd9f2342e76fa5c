// What a tool is: a name, a schema and a description that share a file with the code, and the context it works in.
import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import type { CargoScope } from '../../verify/verify.js';
import type { AgentCargoRun, Workshop } from '../../workshop/workshop.js';
import type { Notebook } from '../notebook.js';
import type { ReadStates } from '../read-states.js';
import type { UnreadOutputs } from '../unread-outputs.js';
import type { ToolName } from './names.js';

/** The answer to `complete_increment`, decided outside the agent room. */
export type IncrementResult =
  | { kind: 'committed'; commit: string; text: string }
  | { kind: 'nothing-to-commit' }
  /** Check or test failed; the text holds reasons and output. */
  | { kind: 'not-green'; text: string };

export interface IncrementRequest {
  title: string;
  commitMessage: string;
  requirements: readonly string[];
  /** What the plan still holds besides. */
  planned?: readonly { title: string; requirements: readonly string[] }[];
}

export interface ToolContext {
  workshop: Workshop;
  notebook: Notebook;
  reads: ReadStates;
  unread: UnreadOutputs;
  scope: CargoScope;
  /** Number of the model's answer that is being carried out, from 1. */
  turn: () => number;
  completeIncrement: (request: IncrementRequest) => Promise<IncrementResult>;
  /** Whether a command shows no failure that is the run's to mend: old ones are excused. */
  passes: (run: AgentCargoRun) => Promise<boolean>;
  /** Time limit of one command now, in milliseconds. */
  commandTimeoutMs: () => number;
  signal: AbortSignal;
}

/** A tool's result: text, or the text of something that ran and failed (cargo with errors, an increment not green). */
export type ToolText = string | { failed: string };

export interface Tool {
  name: ToolName;
  description: string;
  /** JSON Schema, as the Messages API takes it. */
  inputSchema: Anthropic.Tool.InputSchema;
  /** @throws ToolError when the model can mend the call; anything else thrown is our defect */
  call(input: unknown, context: ToolContext): Promise<ToolText>;
}

/** Declares a tool; its input is validated before `run` sees it, unknown keys are refused. */
export function defineTool<S extends z.ZodObject>(definition: {
  name: ToolName;
  description: string;
  input: S;
  run: (input: z.infer<S>, context: ToolContext) => Promise<ToolText> | ToolText;
}): Tool {
  const schema = definition.input.strict();
  const inputSchema = z.toJSONSchema(schema, { io: 'input' });
  delete inputSchema.$schema;
  return {
    name: definition.name,
    description: definition.description,
    inputSchema: inputSchema as Anthropic.Tool.InputSchema,
    call: async (input, context) => {
      const parsed = schema.safeParse(input);
      if (!parsed.success)
        throw new ToolError(`The input does not fit ${definition.name}:\n${z.prettifyError(parsed.error)}`);
      return definition.run(parsed.data as z.infer<S>, context);
    },
  };
}
