// How far a spec is before anything runs, as commits, pull requests and its own front matter tell.

export type Standing =
  /** Cannot be read, needs what is not there, or needs itself. `reason`: whole sentences. */
  | { kind: 'refused'; reason: string }
  /** `status: draft` in its front matter: its author is still writing. */
  | { kind: 'draft' }
  /** `status: implemented`: done before Ferrule came, by its author's word. */
  | { kind: 'implemented' }
  /** This text is proven on the base. `by`: `commit 1234567` or `pull request #7`. */
  | { kind: 'proven'; by: string }
  /** Verified on its work branch, which waits to be merged into `base`. */
  | { kind: 'verified'; branch: string; base: string; pullRequest: number }
  /**
   * `branch`: its work branch, whether it exists or not. `unfinished`: commits of a run wait there. `isAttempted`: a run
   * worked on this text and made none.
   */
  | { kind: 'pending'; branch: string; unfinished?: { pullRequest: number }; isAttempted?: true };

export interface FleetSpec {
  path: string;
  /** 64 hexadecimal digits; empty where the spec cannot be read. */
  hash: string;
  /** Paths of other specs of the fleet. */
  dependsOn: readonly string[];
  standing: Standing;
  /** False for a spec that is there only since another one depends on it. */
  isSelected: boolean;
}

/** Why there is nothing to do for a spec, as a sentence without its full stop; `undefined` for what is pending or refused. */
export function leftAlone(standing: Standing): string | undefined {
  switch (standing.kind) {
    case 'draft':
      return "Its front matter says 'status: draft'";
    case 'implemented':
      return "Its front matter says 'status: implemented'";
    case 'proven':
      return `The spec is unchanged since ${standing.by} verified it`;
    case 'verified':
      return `Pull request #${standing.pullRequest} holds a verified implementation and waits to be merged`;
    case 'pending':
    case 'refused':
      return undefined;
  }
}
