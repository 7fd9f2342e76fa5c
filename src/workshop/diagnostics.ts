// Reads cargo's JSON messages line by line into what a person should see and what a program needs. It runs nothing and
// judges nothing: procedural macros print into the same stream and can imitate any message, so success is the exit
// code's to tell, never a line's.
import { posix } from 'node:path';
import { z } from 'zod';

export interface Diagnostic {
  level: 'error' | 'warning' | 'note' | 'help' | 'failure-note';
  /** `E0308`, `unused_variables`, `clippy::needless_clone`. */
  code?: string;
  message: string;
  /** Relative to the project root; absent for code outside of it and for messages about no place. */
  path?: string;
  /** 1-based, like `column`. */
  line?: number;
  column?: number;
  endLine?: number;
  /** The whole text as a terminal shows it. */
  rendered: string;
  package?: string;
}

export interface Artifact {
  packageId: string;
  /** `srcPath` is relative to the project root where it lies inside. */
  target: { name: string; kind: string[]; srcPath: string };
  /** Built with the test harness's flags: for an executable, a test executable. */
  test: boolean;
  executable?: string;
  /** Taken from an earlier build, not compiled in this run. */
  fresh: boolean;
}

export interface CargoMessage {
  /** What a person should see: a diagnostic's rendering, or the raw line when it is no message of cargo's. */
  text?: string;
  diagnostic?: Diagnostic;
  artifact?: Artifact;
  /** Cargo's last message. Only the last one of a run is cargo's own. */
  finished?: { success: boolean };
}

interface MessageReader {
  read(line: string): CargoMessage;
}

interface Span {
  file_name: string;
  line_start: number;
  line_end: number;
  column_start: number;
  is_primary: boolean;
  expansion?: { span: Span } | null | undefined;
}

const span: z.ZodType<Span> = z.object({
  file_name: z.string(),
  line_start: z.number(),
  line_end: z.number(),
  column_start: z.number(),
  is_primary: z.boolean(),
  get expansion() {
    return z.object({ span }).nullish();
  },
});

const compilerMessage = z.object({
  reason: z.literal('compiler-message'),
  package_id: z.string(),
  message: z.object({
    rendered: z.string().nullish(),
    level: z.string(),
    message: z.string(),
    code: z.object({ code: z.string() }).nullish(),
    spans: z.array(span),
  }),
});

const compilerArtifact = z.object({
  reason: z.literal('compiler-artifact'),
  package_id: z.string(),
  target: z.object({ name: z.string(), kind: z.array(z.string()), src_path: z.string() }),
  profile: z.object({ test: z.boolean() }),
  executable: z.string().nullish(),
  fresh: z.boolean(),
});

const buildFinished = z.object({ reason: z.literal('build-finished'), success: z.boolean() });
const otherMessage = z.object({ reason: z.string() });
const message = z.union([compilerMessage, compilerArtifact, buildFinished, otherMessage]);

/** Lines above this length are not parsed as JSON; rustc's longest messages are far below it. */
const MAX_LINE_CHARS = 16 * 1024 * 1024;
/** Macro expansions inside expansions; each level is one step towards the code somebody wrote. */
const MAX_EXPANSIONS = 64;

/**
 * A reader for the stdout of one `cargo check|build|clippy|doc|test --no-run --message-format=json`, without line ends.
 * The same rendering a second time (a library is compiled again for its tests) gives neither text nor diagnostic.
 * Never throws.
 *
 * @param options.projectRoot absolute path of the project as cargo saw it.
 * @param options.workspaceRoot where rustc ran, which relative file names start from; the project root when absent.
 */
export function createMessageReader(options: { projectRoot: string; workspaceRoot?: string }): MessageReader {
  const { projectRoot, workspaceRoot = projectRoot } = options;
  const seen = new Set<string>();
  const inProject = (file: string): string | undefined => {
    const relative = posix.relative(projectRoot, posix.resolve(workspaceRoot, file));
    return relative === '' || relative === '..' || relative.startsWith('../') ? undefined : relative;
  };
  return {
    read(line) {
      const parsed = parseLine(line);
      if (!parsed) return line.trim() === '' ? {} : { text: line };
      if (!('message' in parsed || 'target' in parsed || 'success' in parsed)) {
        return parsed.reason === 'compiler-message' ? { text: line } : {}; // a shape we don't know must still be seen
      }
      if ('success' in parsed) return { finished: { success: parsed.success } };
      if ('target' in parsed) {
        const { name, kind, src_path } = parsed.target;
        return {
          artifact: {
            packageId: parsed.package_id,
            target: { name, kind, srcPath: inProject(src_path) ?? src_path },
            test: parsed.profile.test,
            ...(typeof parsed.executable === 'string' ? { executable: parsed.executable } : {}),
            fresh: parsed.fresh,
          },
        };
      }
      const { level, message: text, code, spans } = parsed.message;
      const rendered = parsed.message.rendered ?? `${level}: ${text}\n`;
      if (seen.has(rendered)) return {};
      seen.add(rendered);
      const packageName = packageNameOf(parsed.package_id);
      const diagnostic: Diagnostic = {
        level: levelOf(level),
        ...(code ? { code: code.code } : {}),
        message: text,
        ...placeOf(spans, inProject),
        rendered,
        ...(packageName === undefined ? {} : { package: packageName }),
      };
      return { text: rendered, diagnostic };
    },
  };
}

/** The name in a package id: `path+file:///project/core#0.1.0`, `registry+https://…#serde@1.0.0`, or `serde 1.0.0 (…)`. */
export function packageNameOf(packageId: string): string | undefined {
  const old = /^(\S+) \S+ \(/.exec(packageId)?.[1];
  if (old !== undefined) return old;
  const [url = '', fragment = ''] = packageId.split('#');
  const named = /^([^@]+)@/.exec(fragment)?.[1];
  return named ?? /([^/]+)\/?$/.exec(url)?.[1];
}

function parseLine(line: string): z.infer<typeof message> | undefined {
  if (!line.startsWith('{') || line.length > MAX_LINE_CHARS) return undefined;
  try {
    return message.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // not JSON: something a macro or a build script printed
  }
}

/** The primary place in the project; for code from a foreign macro, where the project calls the macro. */
function placeOf(
  spans: readonly Span[],
  inProject: (file: string) => string | undefined,
): Pick<Diagnostic, 'path' | 'line' | 'column' | 'endLine'> {
  for (const primary of spans.filter((candidate) => candidate.is_primary)) {
    let place: Span | undefined = primary;
    for (let depth = 0; place && depth < MAX_EXPANSIONS; depth++, place = place.expansion?.span) {
      const path = inProject(place.file_name);
      if (path === undefined || place.file_name.startsWith('<')) continue;
      return { path, line: place.line_start, column: place.column_start, endLine: place.line_end };
    }
  }
  return {};
}

function levelOf(level: string): Diagnostic['level'] {
  if (level === 'warning' || level === 'note' || level === 'help' || level === 'failure-note') return level;
  return 'error'; // `error`, and `error: internal compiler error`
}
