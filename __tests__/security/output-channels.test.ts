// Every way out of the process against every known trick, and against a secret in every form. Each channel is judged by a
// reader of its own: the runner's parsers, a Markdown parser, git, JSON, the file commands' format.
import { setOutput } from '@actions/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTranscript } from '../../src/agent/transcript.js';
import { UserError } from '../../src/errors.js';
import { createLog, type Log } from '../../src/platform/log.js';
import { Outlet } from '../../src/platform/outlet.js';
import { ReportFolder } from '../../src/platform/report-folder.js';
import { createSecretScan } from '../../src/platform/secret-scan.js';
import { publishComment } from '../../src/publish/comment.js';
import { branchName, buildCommitMessage } from '../../src/publish/publish.js';
import { publishPullRequest } from '../../src/publish/pull-request.js';
import type { Mark } from '../../src/report/report.js';
import {
  MAX_BODY_CHARS,
  MAX_SUMMARY_BYTES,
  actionOutputs,
  parseMark,
  renderMarkdown,
  renderSummary,
  reportJson,
} from '../../src/report/report.js';
import { declaredOutputs } from '../support/action-scene.js';
import { recordOf } from '../support/hostile-record.js';
import { HOSTILE_TEXTS } from '../support/hostile-text.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { mermaidBreaches } from '../support/mermaid-lines.js';
import { transcriptOf } from '../support/page-sources.js';
import { publishScene, SPEC, type PublishScene } from '../support/publish-scene.js';
import { obeyedCommands, runnerCommand, runnerLines } from '../support/runner-commands.js';
import { parseFileCommand } from '../support/run-action.js';
import { SECRET_FORMS } from '../support/secret-forms.js';

const KEY =
  'sk-ant-api03-Zq7Rw2LmX9_bVt4-KcPe81HdYsJ0fNuGaTi5oQkW3rBxEz6MvCgAhDp8SyUlIjFn2OeR7t4wYqLs9XbKmVcPzA1hGdJ0AA';
const MARK: Mark = { specPath: SPEC.path, specHash: SPEC.hash, outcome: 'unverified' };
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|(?![\uFE0E\uFE0F])[\p{Cf}]|\p{Surrogate}/u;

let dir: string;
let scene: PublishScene;
/** Number of the pull request that gets the comments. */
let commented: number;
let names: string[];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-channels-'));
  scene = await publishScene();
  await scene.publisher().pushIncrement(await scene.commitOn(scene.base, 'one'));
  commented = scene.fake.repository.addPull({ head: 'main', base: 'trunk' }).number;
  names = await declaredOutputs();
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await scene[Symbol.asyncDispose]();
});

/** What a channel wrote, and what its reader holds against it. */
interface Written {
  text: string;
  breaches: string[];
}
type Channel = (text: string, mask: (text: string) => string) => Promise<Written> | Written;

function logged(mask: (text: string) => string, use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(createLog({ write: (line) => lines.push(line), mask, actions: true }));
  return lines;
}

const when = (isBreach: boolean, breach: string) => (isBreach ? [breach] : []);
const withoutColours = (text: string) => text.replaceAll(/\x1b\[[\d;]*m/g, '');

const CHANNELS: Readonly<Record<string, Channel>> = {
  'a line of the log': (text, mask) => {
    const written = logged(mask, (log) => log.info(text)).join('\n');
    const commands = runnerLines(written).flatMap((line) => runnerCommand(line) ?? []);
    return { text: written, breaches: [...commands, ...when(CONTROL.test(written), 'a control character')] };
  },
  'a block of output in the log': (text, mask) => {
    const lines = logged(mask, (log) => {
      log.group('cargo test');
      log.output(text);
      log.endGroup();
    });
    const written = lines.slice(2, -2).join('\n'); // without our group and the stopping of commands
    const commands = runnerLines(written).flatMap((line) => runnerCommand(line) ?? []);
    const obeyed = obeyedCommands(lines.join('\n')).filter((name) => !['group', 'endgroup'].includes(name));
    const isShown = !CONTROL.test(withoutColours(written));
    return { text: written, breaches: [...commands, ...obeyed, ...when(!isShown, 'a control character')] };
  },
  'an annotation': (text, mask) => {
    const at = { file: text.slice(0, 200), line: 1 };
    const [titled = ''] = logged(mask, (log) =>
      log.annotation('warning', text.slice(0, 200), text.slice(0, 2_000), at),
    );
    const written = logged(mask, (log) => log.warning(text, at)).at(-1) ?? '';
    const obeyed = obeyedCommands(written);
    const data = written.slice(written.indexOf('::', 2) + 2);
    const message = data.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
    return {
      text: message,
      breaches: [
        ...when(obeyed.join() !== 'warning', `the commands ${obeyed.join()}`),
        ...when(obeyedCommands(titled).join() !== 'warning', 'commands of an annotation with a title'),
        ...when(message.length > 4_096, 'longer than the runner takes'),
        ...when(CONTROL.test(written + titled), 'a control character'),
      ],
    };
  },
  'the job summary': (text, mask) => {
    const transcript = transcriptOf([
      { words: text, calls: [{ name: text, input: { path: text }, text }], note: text },
    ]);
    const written = mask(renderSummary(recordOf(text, 1), { outputs: () => text, transcript }));
    const isTooLong = Buffer.byteLength(written) > MAX_SUMMARY_BYTES;
    return {
      text: written,
      breaches: [...markdownBreaches(written), ...mermaidBreaches(written), ...when(isTooLong, 'too long')],
    };
  },
  'report.md': async (text, mask) => {
    const folder = await ReportFolder.create(dir, mask);
    await folder.write('report.md', renderMarkdown(recordOf(text, 1), { outputs: () => text, maxChars: Infinity }));
    const written = folder.readText('report.md');
    return { text: written, breaches: markdownBreaches(written) };
  },
  'report.json': async (text, mask) => {
    const folder = await ReportFolder.create(dir, mask);
    const record = recordOf(text, 1);
    await folder.write('report.json', reportJson(record));
    const written = folder.readText('report.json');
    const isSame = written === reportJson(record) || mask(written) === written;
    return { text: written, breaches: [...when(!isSame, 'changed'), ...unreadable(written)] };
  },
  'the transcript': async (text, mask) => {
    await writeFile(path.join(dir, 'transcript.jsonl'), '');
    const folder = await ReportFolder.create(dir, mask);
    const transcript = createTranscript((line) => folder.appendLine('transcript.jsonl', line));
    for (let i = 0; i < 2; i++) transcript.append({ type: 'note', text });
    const written = folder.readText('transcript.jsonl');
    const lines = written.split('\n').slice(0, -1);
    return { text: written, breaches: [...when(lines.length !== 2, 'other lines'), ...lines.flatMap(unreadable)] };
  },
  'the step outputs': async (text, mask) => {
    const file = path.join(dir, 'output');
    await writeFile(file, '');
    process.env.GITHUB_OUTPUT = file;
    for (const [name, value] of Object.entries(actionOutputs([recordOf(text, 1)], dir))) setOutput(name, mask(value));
    delete process.env.GITHUB_OUTPUT;
    const written = await readFile(file, 'utf8');
    const outputs = parseFileCommand(written);
    const other = Object.keys(outputs).filter((name) => !names.includes(name));
    return { text: written, breaches: [...other, ...when(outputs.outcome !== 'unverified', 'another outcome')] };
  },
};

/** These are not masked but stopped; see leak-guard.test.ts. */
const PUBLISHED: Readonly<Record<string, (text: string) => Promise<Written> | Written>> = {
  'the text of the pull request and its title': async (text) => {
    const body = renderMarkdown(recordOf(text, 1), { outputs: () => text, maxChars: MAX_BODY_CHARS });
    const style = { draft: 'always', labels: [], reviewers: [] } as const;
    const identity = 'github-actions[bot]';
    const place = { github: scene.github(), identity, branch: 'ferrule/login', base: 'main' };
    await publishPullRequest({ ...place, mark: MARK, title: text, body, style, mayCreate: true });
    const pull = scene.fake.pulls.find(({ number }) => number !== commented);
    const written = pull?.body ?? '';
    return {
      text: written,
      breaches: [...scene.fake.violations, ...bodyBreaches(written), ...titleBreaches(String(pull?.title))],
    };
  },
  'the comment': async (text) => {
    const body = renderMarkdown(recordOf(text, 40), { outputs: () => text.repeat(20), maxChars: MAX_BODY_CHARS });
    const request = { github: scene.github(), identity: 'github-actions[bot]', number: commented, mark: MARK, body };
    const { warnings } = await publishComment(request);
    const written = scene.fake.comments.at(-1)?.body ?? '';
    return { text: written, breaches: [...scene.fake.violations, ...warnings, ...bodyBreaches(written)] };
  },
  "a commit's message": async (text) => {
    const spec = { path: text, hash: SPEC.hash };
    const [subject = '', ...rest] = text.split('\n');
    const message = buildCommitMessage({ subject, body: rest.join('\n'), spec, requirements: [text], runUrl: 'local' });
    const author = { name: 'Ferrule', email: 'ferrule@example.com' };
    const tree = await scene.git.treeOf(scene.base);
    const commit = await scene.git.writeCommit({ tree, parent: scene.base, message, author });
    const [stored] = await scene.git.messages(commit, { max: 1 });
    const written = stored?.message ?? '';
    const trailers = await gitReads(['interpret-trailers', '--parse', '--no-divider'], written);
    const ofOurs = [...trailers.matchAll(/^(Ferrule-[\w-]+):/gm)].map(([, name]) => name);
    const own = written.split('\n\n').slice(0, -1).join('\n\n');
    return {
      text: written,
      breaches: [
        ...when(ofOurs.join() !== 'Ferrule-Spec,Ferrule-Spec-Hash,Ferrule-Requirements,Ferrule-Run', trailers),
        ...when(/^ferrule-/im.test(own) || /^Ferrule-Outcome/m.test(written), 'a trailer of ours'),
        ...when(/\[(skip|no|ci|actions) /i.test(own) || /^skip-checks:/im.test(own), 'a keyword for the push'),
        ...plainBreaches(own),
      ],
    };
  },
  'the name of the branch': async (text) => {
    try {
      const name = branchName('ferrule/{spec}', text);
      const checked = await gitReads(['check-ref-format', '--branch', name], '').catch(() => '');
      return {
        text: name,
        breaches: [...when(checked.trim() !== name, `git does not take ${name}`), ...plainBreaches(name)],
      };
    } catch (error) {
      return { text: '', breaches: error instanceof UserError ? [] : [String(error)] };
    }
  },
};

function bodyBreaches(body: string): string[] {
  const isOurs = parseMark(body)?.specPath === SPEC.path && parseMark(body)?.outcome === 'unverified';
  return [...markdownBreaches(body), ...when(!isOurs, 'another mark'), ...when(body.length > 65_536, 'too long')];
}

function titleBreaches(title: string): string[] {
  return [...plainBreaches(title), ...when(title.length > 256 || title.includes('\n'), 'too long a title')];
}

/** What GitHub acts on in text that is not Markdown. */
function plainBreaches(text: string): string[] {
  return [
    ...when(CONTROL.test(text), 'a control character'),
    ...when(/(?<![\w.+-])@[a-z\d]/i.test(text), 'a mention'),
    ...when(/(clos|fix|resolv)\w*\s*:?\s*([\w./-]*#\d|GH-\d|https:\S+issues)/i.test(text), 'a closing keyword'),
    ...when(/^\s*\/[a-z]/im.test(text), 'a command of a bot'),
  ];
}

function unreadable(json: string): string[] {
  try {
    JSON.parse(json);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function gitReads(args: string[], input: string): Promise<string> {
  const reading = promisify(execFile)('git', args, { cwd: scene.git.dir });
  reading.child.stdin?.on('error', () => undefined).end(input); // a git that reads nothing has closed it
  return (await reading).stdout;
}

describe.each(Object.entries({ ...CHANNELS, ...PUBLISHED }))('%s', (_channel, send) => {
  it.each(Object.entries(HOSTILE_TEXTS))('stays what it is with %s', async (_trick, text) => {
    const { breaches } = await send(text, (unmasked) => unmasked);
    expect(breaches).toEqual([]);
  });
});

describe.each(Object.entries(CHANNELS))('%s', (_channel, send) => {
  it.each(Object.entries(SECRET_FORMS))('goes on without the secret, which was there: %s', async (_form, write) => {
    const raised: string[] = [];
    const outlet = new Outlet((sentence) => raised.push(sentence));
    outlet.keep({ name: 'the key', value: KEY });
    const text = `before ${write(KEY)} after`;
    const leak = await send(text, (unmasked) => unmasked);
    const { text: written, breaches } = await send(text, outlet.masking('the log'));
    const scan = createSecretScan([{ name: 'the key', value: KEY }]);
    expect([scan.find(leak.text) !== undefined, scan.find(written), breaches]).toEqual([true, undefined, []]);
    expect(raised).toHaveLength(1);
  });
});
