// Pull requests by the branches they come from, many branches in one request: a REST call for each would use up the
// 1,000 requests an hour that a workflow's token has. Whose they are and what they say is judged by the caller.

export interface BranchPullRequest {
  number: number;
  body: string;
  author: { login: string; isBot: boolean };
  baseRef: string;
  /** False: it is open. */
  isMerged: boolean;
  /** The commit on the base that the merge made; absent while open. */
  mergeCommit?: string;
}

/** Names in one request: far below GitHub's limit of 500,000 nodes, and answered within its 10 seconds. */
const BRANCHES_PER_REQUEST = 50;
/** Of one branch, the newest first. Each comes with its whole text. */
const PULLS_PER_BRANCH = 5;

interface Node {
  number: number;
  body: string;
  state: 'OPEN' | 'MERGED';
  baseRefName: string;
  isCrossRepository: boolean;
  mergeCommit: { oid: string } | null;
  author: { login: string; __typename: string } | null;
}
interface Answer {
  repository: Record<string, { nodes: Node[] }>;
}

/** GraphQL's `query`, of one repository. */
type Query = (query: string, variables: Record<string, string>) => Promise<Answer>;

/** Open and merged pull requests from branches of the repository itself, not of forks. */
export async function readBranchPulls(
  { owner, repo }: { owner: string; repo: string },
  branches: readonly string[],
  query: Query,
): Promise<Map<string, BranchPullRequest[]>> {
  const found = new Map<string, BranchPullRequest[]>();
  for (let start = 0; start < branches.length; start += BRANCHES_PER_REQUEST) {
    const names = branches.slice(start, start + BRANCHES_PER_REQUEST);
    const variables = Object.fromEntries(names.map((name, index) => [`b${index}`, name]));
    const answer = await query(queryOf(names.length), { owner, repo, ...variables });
    names.forEach((name, index) => {
      const nodes = answer.repository[`b${index}`]?.nodes ?? [];
      found.set(name, nodes.filter(({ isCrossRepository }) => !isCrossRepository).map(toPullRequest));
    });
  }
  return found;
}

function queryOf(count: number): string {
  const parts = Array.from({ length: count }, (_, index) => `b${index}`);
  const fields = `{ nodes { number body state baseRefName isCrossRepository mergeCommit { oid } author { login __typename } } }`;
  const terms = `states: [OPEN, MERGED], first: ${PULLS_PER_BRANCH}, orderBy: { field: CREATED_AT, direction: DESC }`;
  const pulls = parts.map((name) => `${name}: pullRequests(headRefName: $${name}, ${terms}) ${fields}`);
  const declared = ['$owner: String!', '$repo: String!', ...parts.map((name) => `$${name}: String!`)].join(', ');
  return `query(${declared}) { repository(owner: $owner, name: $repo) { ${pulls.join(' ')} } }`;
}

function toPullRequest({ number, body, state, baseRefName, mergeCommit, author }: Node): BranchPullRequest {
  return {
    ...{ number, body, baseRef: baseRefName, isMerged: state === 'MERGED' },
    ...(mergeCommit === null ? {} : { mergeCommit: mergeCommit.oid }),
    // GitHub shows a deleted account as its user `ghost`.
    author: { login: author?.login ?? 'ghost', isBot: author?.__typename === 'Bot' },
  };
}
