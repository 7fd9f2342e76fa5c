// What a run leaves of its commits beside its report: result.json, written anew with each of them, so that another job can
// publish them and another run can go on from them, wherever this one ends. Reading it is result-reader.ts and
// resumed-work.ts.
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import type { World } from './world.js';
import type { PackedCommit, SeriesCommit } from '../publish/publish.js';
import { RESULT_FILE, packSeries, resultJson } from '../publish/publish.js';

export interface LeftResult {
  /**
   * Writes down the commits of the series, oldest first; outside of a runner nothing, as there they stay in the clone.
   * @returns why they must not be handed on; the file is then gone
   */
  write(line: readonly SeriesCommit[]): Promise<string | undefined>;
}

export function openLeftResult(
  { git, context, base, outlet }: Pick<World, 'git' | 'context' | 'base' | 'outlet'>,
  { start, resumed }: Pick<Ready, 'start' | 'resumed'>,
  folder: ReportFolder,
): LeftResult {
  if (context.kind !== 'github') return { write: () => Promise.resolve(undefined) };
  const packed = new Map<string, PackedCommit>();
  return {
    async write(line) {
      for (const made of await packSeries(
        git,
        line.filter(({ commit }) => !packed.has(commit)),
      ))
        packed.set(made.id, made);
      const text = resultJson({
        schema: 'ferrule.result/v1',
        repository: `${context.repository?.owner ?? ''}/${context.repository?.name ?? ''}`,
        base,
        start: resumed?.start ?? start.commit,
        commits: [...(resumed?.commits ?? []), ...line.flatMap(({ commit }) => packed.get(commit) ?? [])],
      });
      // Masked it would no longer be the series that was verified.
      const refused = outlet.refusal('the commits', text);
      if (refused === undefined) folder.replace(RESULT_FILE, text);
      else folder.remove(RESULT_FILE);
      return refused;
    },
  };
}
