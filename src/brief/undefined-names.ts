// Rules of the spec check about names: clauses that lean on a type or function which nothing defines, and on requirements
// that are not there. A name that a clause brings in itself is no mistake, so only names that it refers to are looked at.
import type { SourceTree } from '../platform/source-tree.js';
import { decodeText } from './repository-text.js';
import type { CheckedSpec, SpecFinding } from './spec-rules.js';
import type { SpecSentence } from './spec-sentences.js';

/** `from_str()`, `SegmentWriter`, `Error::ZeroLimit`, `println!`; no paths, flags, literals or single lower-case words. */
const NAME = /^(?=.*(?:::|_|\(\)|[A-Z][a-z]))[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*(?:\(\))?!?$/;
const REFERRING = new RegExp(
  String.raw`\b(?:` +
    [
      'calls?|calling|uses?|using|via|through|extends?|implements?|delegates? to|pass(?:es)? (?:it |them )?to',
      'same as|instead of|replaces?|behaves? like|based on|(?:defined|described|accepted|given) (?:in|by)|as in|existing',
    ].join('|') +
    String.raw`)\s+(?:(?:the|its|our|an?|existing|present|current|type|trait|struct|enum|function|method|module|crate|variant|constant)\s+)*$`,
  'i',
);
/** What Rust's own library and tools bring along; only what people name in specs. */
const OF_RUST = new Set(
  (
    'Option Some None Result Ok Err Vec VecDeque String str Box Rc Arc Cell RefCell Mutex RwLock OnceLock OnceCell Weak Cow ' +
    'HashMap HashSet BTreeMap BTreeSet BinaryHeap Duration Instant SystemTime Path PathBuf OsStr OsString File Read Write ' +
    'BufRead BufReader BufWriter Seek Iterator IntoIterator DoubleEndedIterator ExactSizeIterator FromIterator Extend From ' +
    'Into TryFrom TryInto AsRef AsMut Borrow BorrowMut ToOwned ToString FromStr Display Debug Default Clone Copy PartialEq ' +
    'Eq PartialOrd Ord Hash Hasher Drop Deref DerefMut Send Sync Sized Fn FnMut FnOnce Future Pin Poll Waker Error Ordering ' +
    'PhantomData NonZeroU32 NonZeroUsize TcpStream TcpListener UdpSocket IpAddr Ipv4Addr Ipv6Addr SocketAddr Command Stdio ' +
    'ExitCode Termination Add Sub Mul Div Neg Index IndexMut Range RangeInclusive Bound Self from_str to_string into_iter ' +
    'as_ref as_str to_owned unwrap_or unwrap_or_default println eprintln format write writeln panic todo unimplemented ' +
    'unreachable assert assert_eq debug_assert matches vec dbg AtomicBool AtomicU32 AtomicU64 AtomicUsize read_to_string'
  ).split(' '),
);
/** Beyond, a name that was not found yet may still be somewhere, and nothing is said. */
const MAX_FILES = 400;
const MAX_BYTES = 16 * 1024 * 1024;

/** Backticked names that a clause refers to and neither the rest of the spec nor the repository's code knows. */
export async function undefinedNames(spec: CheckedSpec, tree: SourceTree): Promise<SpecFinding[]> {
  const words = countWords(spec.documents.map(({ text }) => text).join('\n'));
  const unknown = new Map<string, { sentence: SpecSentence; requirement: string; value: string }>();
  for (const { sentence, requirement } of spec.clauses) {
    const referred = sentence.code.filter(
      ({ value, start }) => NAME.test(value) && isReferredTo(sentence.prose, start),
    );
    if (referred.length === 0) continue;
    const here = countWords(sentence.text);
    for (const { value } of referred) {
      const name = decidingPart(value);
      const isOnlyHere = name !== undefined && !OF_RUST.has(name) && words.get(name) === here.get(name);
      if (isOnlyHere && !unknown.has(name)) unknown.set(name, { sentence, requirement, value });
    }
  }
  const inCode = await findInCode(tree, new Set(unknown.keys()));
  if (inCode === undefined) return [];
  return [...unknown]
    .filter(([name]) => !inCode.has(name))
    .map(([, { sentence, requirement, value }]) => ({
      rule: 'undefined-name',
      file: sentence.file,
      line: sentence.line,
      requirement,
      text: `\`${value}\` is neither defined in the spec nor in the repository's Rust code. Define it, or correct the name.`,
    }));
}

function isReferredTo(prose: string, start: number): boolean {
  return REFERRING.test(prose.slice(Math.max(0, start - 80), start));
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The part that has to be known; `undefined` for a path into another crate, whose names we cannot see. */
function decidingPart(value: string): string | undefined {
  const parts = value.replace(/\(\)|!/g, '').split('::');
  const isOfAnotherCrate =
    parts.length > 1 && /^[a-z]/.test(parts[0] ?? '') && !/^(?:crate|self|super)$/.test(parts[0] ?? '');
  return isOfAnotherCrate ? undefined : parts.at(-1);
}

/** Which of the names occur in Rust files and manifests; `undefined` when there is too much to read. */
async function findInCode(tree: SourceTree, names: ReadonlySet<string>): Promise<Set<string> | undefined> {
  const found = new Set<string>();
  let [files, bytes] = [0, 0];
  for (const { path, size } of tree.files) {
    if (found.size === names.size) return found;
    if (!/(?:\.rs|(?:^|\/)Cargo\.toml)$/.test(path)) continue;
    [files, bytes] = [files + 1, bytes + size];
    if (files > MAX_FILES || bytes > MAX_BYTES) return undefined;
    const text = decodeText((await tree.read(path)) ?? Buffer.alloc(0)) ?? '';
    for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) if (names.has(word)) found.add(word);
  }
  return found;
}

/** Mentions of ids that look like the spec's own and are none of them. */
export function unknownRequirements({ spec, sentences, documents }: CheckedSpec): SpecFinding[] {
  // Ids of other specs are no mistake of this one.
  if (spec.frontMatter.dependsOn.length > 0) return [];
  const ids = new Set(spec.requirements.filter(({ recognisedBy }) => recognisedBy === 'id').map(({ id }) => id));
  const prefixes = [...ids].map((id) => id.replace(/\d[\d.]*[a-z]?$/, ''));
  const series = new Set(prefixes.filter((prefix, at) => prefixes.indexOf(prefix) !== at));
  const stated = new Set(spec.files.length === documents.length ? documents.map(({ file }) => file) : []);
  const seen = new Set<string>();
  return sentences.flatMap((sentence) => {
    if (stated.size > 0 && !stated.has(sentence.file)) return [];
    if (/\.md\b|\bRFC\b/i.test(sentence.text)) return [];
    return mentionedIds(sentence, series)
      .filter((id) => !ids.has(id) && ![...ids].some((known) => known.startsWith(`${id}.`)) && !seen.has(id))
      .map((id) => {
        seen.add(id);
        const about = sentence.requirement === undefined ? {} : { requirement: sentence.requirement.id };
        const text = `'${id}' is mentioned, but the spec has no requirement of that id.`;
        return { rule: 'unknown-requirement' as const, file: sentence.file, line: sentence.line, ...about, text };
      });
  });
}

function mentionedIds({ prose }: SpecSentence, series: ReadonlySet<string>): string[] {
  const tokens = [...prose.matchAll(/(?<![\w.-])([A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*-?)(\d+(?:\.\d+)*)(?![\w-]*\w)/g)];
  return tokens.filter(([, prefix = '']) => series.has(prefix)).map(([id]) => id);
}
