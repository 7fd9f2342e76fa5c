// The two kinds of failure somebody else can fix. Anything else that is thrown is a defect of Ferrule: it ends the run
// red with a request to report it, and it is never shown to the model as if it were the model's mistake.

/** Whoever wrote the workflow, the spec or the agent file can fix this. Text: what happened, where, what to do. */
export class UserError extends Error {
  override name = 'UserError';
}

/** The model can fix this: the text becomes the failed result of its tool call. No host path, no secret. */
export class ToolError extends Error {
  override name = 'ToolError';
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Anything that can be thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
