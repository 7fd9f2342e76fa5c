// Where a record names commits of the run: all of them at once, for when they got other ids by being published.
import type { RunRecord } from './record.js';

/** Writes the published ids into the record in place of ours. @param published those ids, by ours */
export function nameCommits(record: RunRecord, published: ReadonlyMap<string, string>): void {
  if (published.size === 0) return;
  const named = (commit: string) => published.get(commit) ?? commit;
  for (const increment of record.increments) increment.commit = named(increment.commit);
  for (const plan of record.plans ?? [])
    for (const increment of plan.increments)
      if (increment.commit !== undefined) increment.commit = named(increment.commit);
  if (record.verification) record.verification.commit = named(record.verification.commit);
  record.reproduce = record.reproduce.map((command) =>
    command.replace(/^(git checkout )([0-9a-f]+)$/, (_, git: string, commit: string) => git + named(commit)),
  );
}
