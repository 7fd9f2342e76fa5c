// Reads what a comment asks Ferrule to do, from its first line. Who may ask is decided in trust.ts; what an answer says
// is read where the questions are known.

type CommentCommand =
  /** `specPath`: only this one of the specs that the workflow selects. */
  | { readonly kind: 'run'; readonly specPath?: string }
  /** The comment is not for us, or not in words we know: anyone may write such a one, so it is no mistake. */
  | { readonly kind: 'none' };

export const KNOWN_COMMANDS = "'/ferrule implement [path of a spec]', '/ferrule retry', '/ferrule answer NUMBER TEXT'";

const COMMAND = /^\/ferrule[ \t]+(implement|retry|answer)(?:[ \t]+(\S.*?))?[ \t]*(?:\r?\n|$)/i;

/** A command stands at the very start of a comment. */
export function readCommentCommand(body: string): CommentCommand {
  const [line, name = '', rest] = COMMAND.exec(body) ?? [];
  if (line === undefined) return { kind: 'none' };
  switch (name.toLowerCase()) {
    case 'implement':
      return rest === undefined ? { kind: 'run' } : { kind: 'run', specPath: rest.replace(/^(\.\/)+|\/+$/g, '') };
    case 'retry':
      return rest === undefined ? { kind: 'run' } : { kind: 'none' };
    default:
      return rest === undefined ? { kind: 'none' } : { kind: 'run' };
  }
}
