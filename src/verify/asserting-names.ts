// Knows which functions and macros of a code base assert something, so that a test which calls them is not taken for
// one without assertions. By name, without types: where that leaves doubt, it says so.
import type { BodyFacts, Mention } from './assertions.js';
import type { Callable, SourceTests } from './test-functions.js';

/** How many assertions of each weight; a helper counts with what it asserts itself. */
export interface AssertionCount {
  /** Compare with an expected value. */
  exact: number;
  /** Any other real assertion. */
  other: number;
  /** `unwrap`, `?`, `panic!` and their kind. */
  lastResort: number;
  /** Calls of which the text does not tell whether they assert. */
  doubtful: number;
}

interface Known extends Callable {
  file: string;
}

const ASSERTING_NAME = /^_*(assert|check|expect|verify|ensure|must|should|compile_fail|compare|validate)(_|$|[A-Z])/;
/** Macros and functions of the standard library that assert nothing. */
const SILENT_MACROS =
  /^(e?print(ln)?|write(ln)?|format(_args)?|vec|dbg|matches|concat|stringify|include(_str|_bytes)?|(option_)?env|file|line|column|module_path|cfg|thread_local|addr_of(_mut)?|prop_assume|prop_oneof|prop_compose|pin|ready|select|join|try_join|compile_error|todo|unimplemented|\$.*)$/;
const SILENT_FUNCTIONS =
  /^(drop|forget|swap|replace|take|black_box|spawn|sleep|size_of(_val)?|align_of(_val)?|type_name(_of_val)?|from_fn|repeat(_with|_n)?|once|empty|successors|zip|zeroed|transmute|yield_now|channel|sync_channel|scope|catch_unwind|min|max|identity|default|from_utf8|any|vec|read|write|null|null_mut|from_ref|temp_dir|current_dir|var|args)$/;
/** A helper's helpers are followed this deep. */
const MAX_DEPTH = 12;

export class AssertingNames {
  private readonly callables = new Map<string, Known[]>();
  private readonly counts = new Map<Known, AssertionCount>();

  /** @param isTestFile whether a file is compiled for tests only */
  constructor(
    sources: ReadonlyMap<string, SourceTests>,
    private readonly isTestFile: (path: string) => boolean,
  ) {
    for (const [file, { callables }] of sources) {
      for (const callable of callables) {
        const known = { ...callable, file };
        const named = this.callables.get(callable.name);
        if (named) named.push(known);
        else this.callables.set(callable.name, [known]);
      }
    }
  }

  /** What a body asserts, with the helpers it names. */
  count(facts: BodyFacts, file: string): AssertionCount {
    const count = this.sum(facts, file, 0);
    return facts.returnsVerdict ? { ...count, lastResort: count.lastResort + 1 } : count;
  }

  /** Whether a function belongs to the tests. */
  isTestCode(callable: Callable, file: string): boolean {
    return callable.isTestCode || this.isTestFile(file);
  }

  /** Whether methods that the language or a library calls assert something in a file's tests. */
  hasAssertingImpl(file: string): boolean {
    const own = [...this.callables.values()].flat().filter((callable) => callable.file === file);
    return own.some((callable) => {
      if (!callable.implementsTrait || !this.isTestCode(callable, file)) return false;
      const isOwn = callable.facts.assertions.some(({ kind, trivial }) => kind !== 'last-resort' && !trivial);
      const count = this.countOf(callable, 0);
      return isOwn || count.exact + count.other > 0;
    });
  }

  private sum(facts: BodyFacts, file: string, depth: number): AssertionCount {
    const total = { exact: 0, other: 0, lastResort: 0, doubtful: 0 };
    for (const { kind, trivial } of facts.assertions) {
      if (trivial !== undefined) continue;
      if (kind === 'exact') total.exact++;
      else if (kind === 'last-resort' || kind === 'panic') total.lastResort++;
      else total.other++;
    }
    for (const mention of facts.mentions) {
      const more = this.resolve(mention, file, depth);
      total.exact += more.exact;
      total.other += more.other;
      total.lastResort += more.lastResort;
      total.doubtful += more.doubtful;
    }
    return total;
  }

  private resolve(mention: Mention, file: string, depth: number): AssertionCount {
    const none = { exact: 0, other: 0, lastResort: 0, doubtful: 0 };
    const form = mention.form === 'macro' ? 'macro' : 'function';
    // Whose `next` a call of `next` reaches is for types to tell: see hasAssertingImpl.
    const named = (this.callables.get(mention.name) ?? []).filter(
      (callable) => callable.form === form && !callable.implementsTrait,
    );
    const near = named.filter((callable) => callable.file === file);
    const candidates = near.length > 0 ? near : named;
    const looksAsserting = ASSERTING_NAME.test(mention.name);
    if (candidates.length === 0) {
      if (mention.form === 'argument') return none;
      if (looksAsserting && !/^(expect|check)(_err|_none|ed_.*)?$/.test(mention.name)) return { ...none, other: 1 };
      return { ...none, doubtful: this.isDoubtful(mention) ? 1 : 0 };
    }
    const counts = candidates.map((callable) => {
      const count = { ...this.countOf(callable, depth) };
      // A property is handed to what runs it.
      if (mention.form === 'argument' && callable.facts.returnsVerdict) count.lastResort++;
      const real = count.exact + count.other;
      // `fn assert_send<T: Send>() {}`: the compiler is what asserts.
      if (callable.facts.isEmpty && this.isTestCode(callable, callable.file)) return { ...none, doubtful: 1 };
      if (this.isTestCode(callable, callable.file)) return count;
      // Made for tests but part of the library: one assertion a call, however it is built.
      if ((form === 'macro' || looksAsserting) && real > 0)
        return { ...none, exact: Math.min(1, count.exact), other: count.exact > 0 ? 0 : 1 };
      if (form === 'macro') return count;
      // A library's own function: its assertions guard its callers, unless it was made for tests.
      const isFree = mention.form === 'call' && !isType(mention.qualifier);
      return { ...none, doubtful: isFree && count.exact > 0 ? 1 : 0 };
    });
    return counts.reduce((best, count) => (weight(count) > weight(best) ? count : best), none);
  }

  private isDoubtful({ name, form, qualifier }: Mention): boolean {
    if (form === 'macro') return !SILENT_MACROS.test(name);
    if (form === 'method' || /^[A-Z]/.test(name)) return false;
    if (SILENT_FUNCTIONS.test(name) || /^(std|core|alloc)\b/.test(qualifier)) return false;
    return !isType(qualifier);
  }

  private countOf(callable: Known, depth: number): AssertionCount {
    const known = this.counts.get(callable);
    if (known) return known;
    const none = { exact: 0, other: 0, lastResort: 0, doubtful: 0 };
    if (depth > MAX_DEPTH) return none;
    this.counts.set(callable, none); // a function that calls itself adds nothing by it
    const count = this.sum(callable.facts, callable.file, depth + 1);
    this.counts.set(callable, count);
    return count;
  }
}

/** `Vec`, `u8`, `?` (a type with arguments): what is called belongs to a type. */
function isType(qualifier: string): boolean {
  return /^([A-Z?]|([iu](8|16|32|64|128|size)|f32|f64|str|char|bool)$)/.test(qualifier.split('::').at(-1) ?? '');
}

function weight(count: AssertionCount): number {
  return count.exact * 1e9 + count.other * 1e6 + count.lastResort * 1e3 + count.doubtful;
}
