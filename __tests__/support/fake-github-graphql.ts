// The GraphQL side of the GitHub double: queries are checked against GitHub's published schema and run on its state.
import { readFileSync } from 'node:fs';
import { buildSchema, graphql, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { FakePull, FakeRepository } from './fake-github-state.js';

/** Built at the first query: the schema is 7 MB of text. */
const built = new Map<'schema', GraphQLSchema>();

export async function answerGraphql(
  body: unknown,
  context: { repository: FakeRepository; login: string; tellsViewer: boolean; violations: string[] },
): Promise<{ status: number; body: unknown }> {
  const { repository, login, tellsViewer, violations } = context;
  const { query, variables } = body as { query: string; variables?: Record<string, unknown> };
  const schema = built.get('schema') ?? loadSchema();
  built.set('schema', schema);
  const invalid = validate(schema, parse(query));
  if (invalid.length > 0) {
    violations.push(...invalid.map((error) => `graphql: ${error.message}`));
    return { status: 200, body: { errors: invalid } };
  }
  const setDraft = (isDraft: boolean) => (args: { input: { pullRequestId: string } }) => {
    const pull = repository.pulls.find((one) => one.nodeId === args.input.pullRequestId);
    if (!pull)
      throw new GraphQLError(`Could not resolve to a node with the global id of '${args.input.pullRequestId}'.`);
    pull.draft = isDraft;
    return { pullRequest: { isDraft } };
  };
  const listPulls = (asked: { headRefName: string; states: string[]; first: number }) => {
    const stateOf = ({ merged, state }: FakePull) => (merged ? 'MERGED' : state.toUpperCase());
    const found = repository.pulls.filter(
      (pull) => pull.head === asked.headRefName && asked.states.includes(stateOf(pull)),
    );
    const nodes = found.reverse().slice(0, asked.first);
    return { nodes: nodes.map((pull) => wireNode(pull, stateOf(pull), repository.fullName)) };
  };
  const result = await graphql({
    schema,
    source: query,
    variableValues: variables,
    rootValue: {
      viewer: () => {
        if (!tellsViewer) throw new GraphQLError('Resource not accessible by integration');
        return { login };
      },
      repository: ({ owner, name }: { owner: string; name: string }) =>
        owner === repository.owner && name === repository.repo ? { pullRequests: listPulls } : null,
      markPullRequestReadyForReview: setDraft(false),
      convertPullRequestToDraft: setDraft(true),
    },
  });
  const errors = result.errors?.map((error) => ({
    type: error.message.startsWith('Could not resolve') ? 'NOT_FOUND' : 'FORBIDDEN',
    message: error.message,
    path: error.path,
  }));
  return { status: 200, body: { data: result.data ?? null, ...(errors && { errors }) } };
}

/** GraphQL leaves `[bot]` out of a login and says `Bot` by the type. */
function wireNode(pull: FakePull, state: string, fullName: string) {
  const { number, body, base: baseRefName, mergeCommit, headRepository, author } = pull;
  const isBot = author.endsWith('[bot]');
  return {
    ...{ number, body, state, baseRefName, isCrossRepository: headRepository !== fullName },
    mergeCommit: mergeCommit === undefined ? null : { oid: mergeCommit },
    author: { __typename: isBot ? 'Bot' : 'User', login: author.replace('[bot]', '') },
  };
}

/** Read as text: importing @octokit/graphql-schema would build the schema a second time, from JSON. */
function loadSchema(): GraphQLSchema {
  const file = new URL('../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url);
  return buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true });
}
