// What makes a test of one build the same as one of another build, as cargo names them. Where it stands in the sources is
// test-places.ts's.

/** A test as cargo prints it, with the executable it is in. */
interface NamedTest {
  name: string;
  executable: string;
}

/** Equal for the same test in two builds: without the build's hash, and without the line that a doc test has in its name. */
export function testKey({ name, executable }: NamedTest): string {
  const own = executable.startsWith('Doc-tests ') ? name.replace(/ \(line \d+\)/, '') : name;
  return `${withoutHash(executable)} ${own}`;
}

/** Executables carry a hash that differs from build to build. */
export function withoutHash(executable: string): string {
  return executable.replaceAll(/-[0-9a-f]{16}\b/g, '');
}

/** Those that are not among the others, each of which stands for one: two examples of one item have the same key. */
export function notAmong<T extends NamedTest>(tests: readonly T[], others: readonly NamedTest[]): T[] {
  const left = new Map<string, number>();
  for (const key of others.map(testKey)) left.set(key, (left.get(key) ?? 0) + 1);
  return tests.filter((test) => {
    const count = left.get(testKey(test)) ?? 0;
    left.set(testKey(test), count - 1);
    return count <= 0;
  });
}

/** `unittests src/lib.rs (larder)` and `Doc-tests larder` → `larder`; `tests/cache.rs (cache)` → `cache`. */
export function crateOf(executable: string): string | undefined {
  return (/\(([^()]+?)(?:-[0-9a-f]{16})?\)/.exec(executable) ?? /^Doc-tests (\S+)/.exec(executable))?.[1];
}
