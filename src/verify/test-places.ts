// Where in the sources a test stands that cargo names, for links and annotations. Which tests ran and how they ended is
// test-output.ts's; a name that fits several functions has no place.
import type { RustSyntax } from '../workshop/workshop.js';
import { itemReader } from './rust-items.js';
import { findTests } from './test-functions.js';

export interface TestPlace {
  /** Relative to the repository. */
  path: string;
  line: number;
}

/** Doc tests are named by their place, `src/lib.rs - greet (line 9)`, below the package's folder. */
const DOC_TEST = /^(\S+\.rs) - .*\(line (\d+)\)$/;

/**
 * The places of tests by the names that cargo prints. Only files that hold a function of such a name are parsed.
 * @param texts the Rust sources of one tree, path → text
 */
export function testPlaces(
  syntax: RustSyntax,
  texts: ReadonlyMap<string, string>,
  names: Iterable<string>,
): ReadonlyMap<string, TestPlace> {
  const read = itemReader(syntax);
  const sources = [...texts].filter(([path]) => path.endsWith('.rs'));
  const known = new Map<string, ReturnType<typeof findTests>['tests']>();
  const testsOf = (path: string, text: string) => {
    const tests = known.get(path) ?? findTests(syntax, read(text)).tests.filter(({ kind }) => kind === 'function');
    known.set(path, tests);
    return tests;
  };
  const places = new Map<string, TestPlace>();
  for (const name of new Set(names)) {
    const [, docPath, docLine] = DOC_TEST.exec(name) ?? [];
    const bare = name.trim().replace(/ - should panic$/, '');
    const found =
      docPath === undefined
        ? sources
            .filter(([, text]) => text.includes(bare.slice(bare.lastIndexOf(':') + 1)))
            .flatMap(([path, text]) =>
              testsOf(path, text)
                .filter((test) => printedNames(path, test.name).has(bare))
                .map(({ line }) => ({ path, line })),
            )
        : sources
            .filter(([path]) => path === docPath || path.endsWith(`/${docPath}`))
            .map(([path]) => ({ path, line: Number(docLine) }));
    const [place] = found;
    if (place !== undefined && found.length === 1) places.set(name, place);
  }
  return places;
}

/** How libtest can name a function of a file: the modules above the file are its folders below `src` or `tests`. */
function printedNames(path: string, name: string): ReadonlySet<string> {
  const below = /(?:^|\/)(?:src|tests)\/(.*)\.rs$/.exec(path)?.[1];
  if (below === undefined) return new Set([name]);
  const modules = below.split('/').filter((each, at, all) => !(at === all.length - 1 && /^(lib|main|mod)$/.test(each)));
  // A file of `tests` or `src/bin` is a crate of its own, or a module of one that lies beside it.
  const starts = modules.map((_, at) => [...modules.slice(at), name].join('::'));
  return new Set([...starts, name]);
}
