// A bounded map of the workspace for the first message: who is in it, and what each member offers. It is a start for
// reading, not a replacement; how outlines are made is known elsewhere.

/** One workspace member, as far as the map needs it. Paths are relative to the working directory. */
export interface MappedPackage {
  name: string;
  version: string;
  manifestPath: string;
  targets: readonly { name: string; kind: readonly string[]; srcPath: string }[];
  /** `kind` as in `cargo metadata`: null for normal, `dev` or `build`. */
  dependencies: readonly { name: string; req: string; kind: string | null }[];
  features: readonly string[];
}

interface CrateMapRequest {
  packages: readonly MappedPackage[];
  /** Public items with signatures of everything below a folder. */
  outline: (folder: string) => Promise<string>;
  maxChars: number;
  /** The package the run is limited to: mapped first. */
  package?: string;
  /** Members that the spec names come next. */
  specText?: string;
}

// The list of members may take this part of the map; outlines get the rest.
const MEMBERS_SHARE = 0.4;
const LIBRARY_KINDS = new Set(['lib', 'rlib', 'dylib', 'cdylib', 'staticlib', 'proc-macro']);

/** Text of at most `maxChars` characters, but for a closing line that says what was left out and how to get it. */
export async function buildCrateMap(request: CrateMapRequest): Promise<string> {
  const packages = byRelevance(request);
  if (packages.length === 0) return 'The workspace has no package yet.';
  const leftOut: string[] = [];
  let map = 'Workspace members:\n';
  let listed = 0;
  for (const member of packages) {
    const entry = describeMember(member);
    if (map.length + entry.length > request.maxChars * (listed === 0 ? 1 : MEMBERS_SHARE)) break;
    map += entry;
    listed += 1;
  }
  if (listed < packages.length) leftOut.push(`${packages.length - listed} of ${packages.length} members`);
  for (const member of packages) {
    const folder = sourceFolder(member);
    if (folder === undefined) continue;
    const heading = `\nOutline of ${member.name} (${folder}):\n`;
    const room = request.maxChars - map.length - heading.length;
    if (room <= 0) {
      leftOut.push(`the outline of ${member.name} (${folder})`);
      continue;
    }
    const outline = (await request.outline(folder)).trim();
    if (outline === '') continue;
    const lines = wholeLines(outline, room);
    if (lines !== '') map += heading + lines + '\n';
    if (lines.length < outline.length)
      leftOut.push(`${lines === '' ? '' : 'the rest of '}the outline of ${member.name} (${folder})`);
  }
  if (leftOut.length === 0) return map.trimEnd();
  return `${map.trimEnd()}\n\n[Left out: ${shortened(leftOut).join('; ')}. \`outline\` with a path shows more.]`;
}

function byRelevance({ packages, package: chosen, specText = '' }: CrateMapRequest): MappedPackage[] {
  const rank = ({ name }: MappedPackage) => (name === chosen ? 0 : isNamed(name, specText) ? 1 : 2);
  return [...packages].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function isNamed(name: string, text: string): boolean {
  // In code a crate is written with underscores.
  const pattern = name.replace(/[^\w-]/g, '').replace(/[-_]/g, '[-_]');
  return new RegExp(`(?<![\\w-])${pattern}(?![\\w-])`).test(text);
}

function describeMember(member: MappedPackage): string {
  const targets = member.targets.map((target) => `${target.kind.join('+')} ${target.name} (${target.srcPath})`);
  const dependencies = member.dependencies.map(
    ({ name, req, kind }) => `${name} ${req}${kind === null || kind === 'normal' ? '' : ` (${kind})`}`,
  );
  const lines = [
    `- ${member.name} ${member.version} (${member.manifestPath})`,
    `  targets: ${targets.join(', ') || 'none'}`,
    `  dependencies: ${dependencies.join(', ') || 'none'}`,
  ];
  if (member.features.length > 0) lines.push(`  features: ${member.features.join(', ')}`);
  return lines.join('\n') + '\n';
}

/** Folder of the library, else of the first program. */
function sourceFolder({ targets }: MappedPackage): string | undefined {
  const library = targets.find(({ kind }) => kind.some((one) => LIBRARY_KINDS.has(one)));
  const target = library ?? targets.find(({ kind }) => kind.includes('bin'));
  if (!target) return undefined;
  return target.srcPath.split('/').slice(0, -1).join('/') || '.';
}

function wholeLines(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return text.slice(0, Math.max(0, text.lastIndexOf('\n', maxChars)));
}

function shortened(entries: readonly string[]): string[] {
  return entries.length <= 8 ? [...entries] : [...entries.slice(0, 8), `${entries.length - 8} more`];
}
