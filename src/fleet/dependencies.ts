// The order in which specs can be implemented: prerequisites before those that need them. Whether a prerequisite is done
// is not asked here.

interface DependencyOrder {
  /** Each path once; otherwise as the map has them. Specs of a cycle stand anywhere. */
  order: string[];
  /** Specs that need themselves, with the way round: `a.md → b.md → a.md`. */
  cycles: ReadonlyMap<string, string>;
}

/** @param specs by path; prerequisites that are not among them are passed over */
export function orderSpecs(specs: ReadonlyMap<string, { dependsOn: readonly string[] }>): DependencyOrder {
  const order = new Set<string>();
  const cycles = new Map<string, string>();
  // A list instead of recursion: chains may be longer than the stack is deep.
  const trail: { path: string; next: number }[] = [];
  const onTrail = new Set<string>();
  const enter = (path: string) => {
    trail.push({ path, next: 0 });
    onTrail.add(path);
  };
  for (const root of specs.keys()) {
    if (!order.has(root)) enter(root);
    for (let at = trail.at(-1); at !== undefined; at = trail.at(-1)) {
      const needed = specs.get(at.path)?.dependsOn[at.next++];
      if (needed === undefined) {
        trail.pop();
        onTrail.delete(at.path);
        order.add(at.path);
      } else if (onTrail.has(needed)) {
        const paths = trail.map(({ path }) => path);
        const round = paths.slice(paths.indexOf(needed));
        for (const path of round) if (!cycles.has(path)) cycles.set(path, [...round, needed].join(' → '));
      } else if (specs.has(needed) && !order.has(needed)) enter(needed);
    }
  }
  return { order: [...order], cycles };
}
