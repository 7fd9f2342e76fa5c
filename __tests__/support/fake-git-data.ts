// GitHub's git data API on a real bare repository: what is asked for becomes a git object, so ids are git's own.
import { spawn } from 'node:child_process';
import type { FakeRepositoryOptions, Reply } from './fake-github-state.js';
import { GIT_ENV, gitIn } from './temp-repo.js';

interface TreeEntry {
  path: string;
  mode: string;
  type: string;
  sha: string | null;
}

const invalid = (message: string): Reply => ({ status: 422, body: { message } });
/** Looks like a signature; nobody checks it here. */
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----\n \n ZmVycnVsZQ==\n -----END PGP SIGNATURE-----';

/** Answers one operation of the group `git`. @param author the login behind the token */
export async function answerGitData(
  { bare = '', signs = true }: FakeRepositoryOptions,
  operationId: string,
  parameters: Readonly<Record<string, string | number>>,
  body: Readonly<Record<string, unknown>>,
  author: string,
): Promise<Reply> {
  const sha = String(body.sha);
  switch (operationId) {
    case 'git/create-blob': {
      const content = Buffer.from(String(body.content), body.encoding === 'base64' ? 'base64' : 'utf8');
      return created({ sha: await gitWith(bare, content, ['hash-object', '-w', '--no-filters', '--stdin']) });
    }
    case 'git/create-tree': {
      const base = String(body.base_tree);
      if (!(await has(bare, `${base}^{tree}`))) return invalid('base_tree is not a valid tree oid');
      return createTree(bare, base, body.tree as TreeEntry[]);
    }
    case 'git/create-commit': {
      const { tree, parents, message } = body as { tree: string; parents: string[]; message: string };
      for (const each of [`${tree}^{tree}`, ...parents.map((parent) => `${parent}^{commit}`)])
        if (!(await has(bare, each))) return invalid(`${each} does not exist`);
      const isSigned = signs && body.author === undefined && body.committer === undefined;
      const who = `${author} <${author}@users.noreply.github.example> ${Math.floor(Date.now() / 1000)} +0000`;
      const lines = [
        `tree ${tree}`,
        ...parents.map((parent) => `parent ${parent}`),
        `author ${who}`,
        `committer ${who}`,
        ...(isSigned ? [`gpgsig ${SIGNATURE}`] : []),
      ];
      const text = Buffer.from(`${lines.join('\n')}\n\n${message}`);
      const id = await gitWith(bare, text, ['hash-object', '-w', '-t', 'commit', '--stdin']);
      const verification = { verified: isSigned, reason: isSigned ? 'valid' : 'unsigned' };
      return created({ sha: id, tree: { sha: tree }, message, verification });
    }
    case 'git/create-ref': {
      const ref = String(body.ref);
      if (await has(bare, ref)) return invalid('Reference already exists');
      if (!(await has(bare, `${sha}^{commit}`))) return invalid('Object does not exist');
      await gitIn(bare, 'update-ref', ref, sha);
      return created({ ref, object: { type: 'commit', sha } });
    }
    case 'git/update-ref': {
      const ref = `refs/${String(parameters.ref)}`;
      if (!(await has(bare, ref))) return invalid('Reference does not exist');
      if (!(await has(bare, `${sha}^{commit}`))) return invalid('Object does not exist');
      const isForward = await gitIn(bare, 'merge-base', '--is-ancestor', ref, sha).then(
        () => true,
        () => false,
      );
      if (!isForward && body.force !== true) return invalid('Update is not a fast forward');
      await gitIn(bare, 'update-ref', ref, sha);
      return { status: 200, body: { ref, object: { type: 'commit', sha } } };
    }
    default:
      throw new Error(`The double does not know ${operationId}.`);
  }
}

async function createTree(bare: string, base: string, entries: readonly TreeEntry[]): Promise<Reply> {
  const index = { GIT_INDEX_FILE: `${bare}/index-${process.hrtime.bigint()}` };
  await gitWith(bare, '', ['read-tree', base], index);
  const listed = new Set((await gitWith(bare, '', ['ls-files'], index)).split('\n'));
  for (const { path, sha } of entries) {
    if (sha === null && !listed.has(path)) return invalid('GitRPC::BadObjectState');
    if (sha !== null && !(await has(bare, `${sha}^{blob}`))) return invalid(`tree.sha ${sha} is not a valid blob`);
  }
  const lines = [...entries]
    .sort((one, other) => Number(one.sha !== null) - Number(other.sha !== null))
    .map(({ path, mode, sha }) => (sha === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`));
  await gitWith(bare, lines.join(''), ['update-index', '-z', '--index-info'], index);
  return created({ sha: await gitWith(bare, '', ['write-tree'], index) });
}

function created(body: unknown): Reply {
  return { status: 201, body };
}

async function has(bare: string, object: string): Promise<boolean> {
  return gitIn(bare, 'rev-parse', '--verify', '--quiet', object).then(
    () => true,
    () => false,
  );
}

function gitWith(cwd: string, input: string | Buffer, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env: { ...GIT_ENV, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8').trim());
      else reject(new Error(`git ${args[0] ?? ''} ended with ${code ?? 'a signal'}`));
    });
    child.stdin.on('error', () => undefined); // not every command reads its input
    child.stdin.end(input);
  });
}
