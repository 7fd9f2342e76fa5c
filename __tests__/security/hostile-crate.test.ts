// The bundle on a repository that attacks from everywhere code gets to run: build script, macro, test, cargo's
// configuration, tools of its own, and a crate of the registry. The same repository without a box shows each attack real.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { actionScene, declaredOutputs, type ActionScene, type SceneResult } from '../support/action-scene.js';
import { crateRegistry } from '../support/crate-registry.js';
import { calls, lockFile, testFile } from '../support/scripts-crate.js';
import { writeFiles, type Files } from '../support/temp-repo.js';

const CANARY = 'canary-8d1f7a52';
/** What each piece of code tries, and the places from which it does. */
const ATTACKS = [
  ...['own-environment', 'foreign-environment', 'foreign-memory', 'host-file', 'host-write', 'checkout'],
  ...['runner-files', 'path-socket', 'loopback', 'daemon'],
] as const;
const PLACES = ['build-script', 'macro', 'test', 'dependency'] as const;

interface Ground {
  scene: ActionScene;
  /** A folder of the host that the code has no business with. */
  outside: string;
  result: SceneResult;
  /** Everything that commands of the run printed. */
  printed: string;
  /** Processes of the attack that are still there, ended since. */
  survivors: number;
}

const cleanings: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of cleanings.reverse()) await clean();
});

/** A stranger's program that says of each attack whether it came through. std only, so it compiles anywhere. */
function attackSource({ outside, checkout, port, pid, mark }: Record<string, string | number>): string {
  return `
use std::io::Read;
fn tried(place: &str, out: &mut dyn FnMut(String)) {
    let canary = concat!("canary-", "8d1f7a52");
    let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(canary);
    let mut say = |attack: &str, through: bool| {
        out(format!("ATTACK {place} {attack} {}", if through { "through" } else { "held" }))
    };
    say("own-environment", std::env::vars_os().any(|(_, value)| has(value.as_encoded_bytes())));
    let processes: Vec<_> = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|e| e.path()).collect();
    let seen = |name: &str| processes.iter().any(|p| std::fs::read(p.join(name)).is_ok_and(|b| has(&b)));
    say("foreign-environment", seen("environ"));
    say("foreign-memory", std::fs::File::open("/proc/${pid}/mem").is_ok());
    say("host-file", std::fs::read("${outside}/secret").is_ok_and(|b| has(&b)));
    say("host-write", std::fs::write(format!("${outside}/planted-{place}"), "x").is_ok());
    say("checkout", std::fs::read("${checkout}/.git/config").is_ok());
    let mut written = false;
    for entry in std::fs::read_dir("${checkout}/..").into_iter().flatten().flatten() {
        let commands = entry.path().join("_runner_file_commands/env");
        let text = "NODE_OPTIONS=--require=/planted.js\\n";
        written |= commands.exists() && std::fs::write(commands, text).is_ok();
    }
    say("runner-files", written);
    let mut answer = [0u8; 64];
    let socket = std::os::unix::net::UnixStream::connect("${outside}/socket");
    say("path-socket", socket.is_ok_and(|mut s| s.read(&mut answer).is_ok_and(|n| has(&answer[..n]))));
    let service = std::net::TcpStream::connect("127.0.0.1:${port}");
    say("loopback", service.is_ok_and(|mut s| s.read(&mut answer).is_ok_and(|n| has(&answer[..n]))));
    let line = "setsid sleep ${mark} >/dev/null 2>&1 </dev/null & sleep 0.1; echo started";
    let daemon = std::process::Command::new("/bin/sh").args(["-c", line]).output();
    say("daemon", daemon.is_ok_and(|o| o.status.success())); // whether it lives on is seen from outside
}
`;
}

const warned = (place: string) => `tried("${place}", &mut |line| println!("cargo::warning={line}"));`;

function hostileCrate(attack: string): Files {
  const program = (what: string) => `#!/bin/sh\necho PLANTED ${what} ran >&2\n`;
  const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
  return {
    '.gitignore': '/target\n',
    '.env': 'ANTHROPIC_BASE_URL=http://127.0.0.1:1\nANTHROPIC_API_KEY=sk-planted\n',
    '.cargo/config.toml': `[alias]\ncheck = "run"\ntest = "run"\n[build]\nrustc-wrapper = "tools/wrapper.sh"\n[env]\nPLANTED = "1"\n`,
    'tools/wrapper.sh': `${program('wrapper')}exec "$@"\n`,
    'cargo-clippy': program('clippy'),
    'Cargo.toml': `${manifest('tiny')}[workspace]\n[dependencies]\nmacros = { path = "macros" }\n`,
    'Cargo.lock': lockFile('macros', 'tiny').replace(
      /(name = "tiny"\nversion = "0.1.0"\n)/,
      '$1dependencies = [\n "macros",\n]\n',
    ),
    'attack.rs': attack,
    // The last lines drop a false clippy wherever cargo might look for one.
    'build.rs': `include!("attack.rs");
fn main() {
    ${warned('build-script')}
    for folder in [std::env::var("CARGO_HOME").unwrap_or_default() + "/bin", "target".into(), "target/debug".into()] {
        let _ = std::fs::create_dir_all(&folder);
        let _ = std::fs::copy("cargo-clippy", folder + "/cargo-clippy");
    }
}
`,
    'macros/Cargo.toml': `${manifest('macros')}[lib]\nproc-macro = true\n`,
    'macros/src/lib.rs': `extern crate proc_macro;\ninclude!("../../attack.rs");
#[proc_macro]
pub fn attack(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    tried("macro", &mut |line| eprintln!("{line}"));
    "pub fn nothing() {}".parse().unwrap()
}
`,
    'src/lib.rs': '//! Arithmetic.\nmacros::attack!();\n',
    'tests/attack.rs': `include!("../attack.rs");\n${testFile({ attacks: 'tried("test", &mut |line| println!("{line}"));\npanic!("tried");' })}`,
    'specs/greeting.md': '# Greeting\n\n- R1: there must be a greeting.\n',
  };
}

const OPEN = { id: 'R1', status: 'not-met', code: [], tests: [] };
const MARKS = { boxed: `7${process.pid}`, unboxed: `8${process.pid}` };

async function attacked(sandbox: 'auto' | 'unsafe-off'): Promise<Ground> {
  const mark = sandbox === 'auto' ? MARKS.boxed : MARKS.unboxed;
  const scene = await actionScene({ 'README.md': 'x' });
  cleanings.push(() => scene[Symbol.asyncDispose]());
  const outside = path.join(scene.repo.parent, 'outside');
  await mkdir(outside);
  await writeFile(path.join(outside, 'secret'), CANARY);
  const servers: Server[] = [];
  for (const at of [path.join(outside, 'socket'), 0]) {
    const server = createServer((socket) => socket.on('error', () => undefined).end(CANARY));
    await new Promise<void>((resolve) => server.listen(at, () => resolve()));
    servers.push(server);
    cleanings.push(() => server.close());
  }
  // Permissions are no wall here: a box as another user must hold where they would allow it.
  for (const [name, mode] of [
    ['', 0o777],
    ['secret', 0o666],
    ['socket', 0o777],
  ] as const)
    // prettier-ignore
    await chmod(path.join(outside, name), mode);
  await chmod(scene.repo.parent, 0o755);
  const bystander = spawn('/bin/sleep', ['900'], { env: { TOKEN: CANARY } });
  cleanings.push(() => bystander.kill('SIGKILL'));
  const { port } = servers[1]?.address() as AddressInfo;
  const source = attackSource({ outside, checkout: scene.repo.dir, port, pid: bystander.pid ?? 0, mark });
  const registry = await crateRegistry([
    {
      name: 'hostile',
      version: '1.0.0',
      files: {
        'Cargo.toml': '[package]\nname = "hostile"\nversion = "1.0.0"\nedition = "2021"\n',
        'src/lib.rs': '',
        'build.rs': `${source}fn main() { ${warned('dependency').replace('println!("cargo::warning={line}")', 'eprintln!("{line}")')} panic!("stopped so that cargo shows it"); }\n`,
      },
    },
  ]);
  cleanings.push(() => registry[Symbol.asyncDispose]());
  const home = path.join(scene.repo.parent, 'runner-cargo-home');
  await mkdir(home);
  await writeFile(path.join(home, 'config.toml'), registry.config);
  await writeFiles(scene.repo.dir, hostileCrate(source));
  for (const program of ['tools/wrapper.sh', 'cargo-clippy']) await chmod(path.join(scene.repo.dir, program), 0o755);
  await scene.repo.commit({}, 'Attack');
  const result = await scene.run({
    inputs: { sandbox, gates: 'check\ntest\nclippy' },
    env: { CARGO_HOME: home, ACTIONS_RUNTIME_TOKEN: CANARY, NODE_OPTIONS: '--no-warnings' },
    answers: [
      calls({ name: 'cargo', input: { command: 'clippy' } }),
      calls({ name: 'cargo', input: { command: 'add', args: ['hostile'] } }),
      calls({ name: 'cargo', input: { command: 'check' } }),
      calls({ name: 'finish', input: { summary: 'Nothing.', requirements: [OPEN] } }),
    ],
  });
  const outputs = path.join(result.reportDir, 'outputs');
  const texts = await Promise.all((await readdir(outputs)).map((name) => readFile(path.join(outputs, name), 'utf8')));
  return { scene, outside, result, printed: texts.join('\n'), survivors: endAll(mark) };
}

/** Ends every `sleep MARK`. @returns how many there were */
function endAll(mark: string): number {
  let ended = 0;
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8') !== `sleep\0${mark}\0`) continue;
      process.kill(Number(name), 'SIGKILL');
      ended++;
    } catch {
      // It has ended by itself.
    }
  }
  return ended;
}

/** The verdicts of an attack from a place, each once. */
const verdicts = ({ printed }: Ground, place: string, attack: string) => [
  ...new Set(
    [...printed.matchAll(new RegExp(`ATTACK ${place} ${attack} (through|held)`, 'g'))].map(([, word]) => word),
  ),
];

const TRIED = PLACES.flatMap((place) => ATTACKS.map((attack) => [place, attack] as const));

describe('a hostile repository, boxed', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await attacked('auto');
  }, 240_000);

  // A process may be started in a box: that it does not outlive the call is a test of its own.
  it.each(TRIED.filter(([, attack]) => attack !== 'daemon'))('is held: %s, %s', (place, attack) => {
    expect(verdicts(ground, place, attack)).toEqual(['held']);
  });

  it('leaves no process behind', () => {
    expect(PLACES.map((place) => verdicts(ground, place, 'daemon'))).toEqual(PLACES.map(() => ['through']));
    expect(ground.survivors).toBe(0);
  });

  it('plants nothing on the host, in the checkout or in the files of the runner', async () => {
    expect((await readdir(ground.outside)).sort()).toEqual(['secret', 'socket']);
    expect(await ground.scene.repo.git('status', '--porcelain', '--ignored')).toBe('');
    for (const name of ['env', 'path'])
      expect(await readFile(path.join(ground.result.temp, '_runner_file_commands', name), 'utf8')).toBe('');
    expect(Object.keys(ground.result.outputs).sort()).toEqual((await declaredOutputs()).sort());
  });

  it('is compiled by its own wrapper inside, checked by the real clippy, and its aliases run nothing', () => {
    expect(ground.printed).toContain('PLANTED wrapper ran');
    expect(ground.printed).not.toContain('PLANTED clippy ran');
    expect(ground.printed).toMatch(/user-defined alias `(check|test)` is ignored/);
  });

  it('does not choose the model’s server', () => {
    expect(ground.result.requests.length).toBeGreaterThan(3);
  });

  it('has nothing published but what the tools wrote', async () => {
    expect(await ground.scene.repo.remoteBranches()).toEqual(['main']);
    expect(ground.result.outputs.outcome).toBe('unverified');
  });
});

describe('the same repository without a box', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await attacked('unsafe-off');
  }, 240_000);

  it.each(TRIED.filter(([, attack]) => attack !== 'own-environment'))('comes through: %s, %s', (place, attack) => {
    expect(verdicts(ground, place, attack)).toContain('through');
  });

  it('still has no secret in the environment of what it runs', () => {
    for (const place of PLACES) expect(verdicts(ground, place, 'own-environment')).toEqual(['held']);
  });

  it('leaves processes behind and plants files on the host', async () => {
    expect(ground.survivors).toBeGreaterThan(0);
    expect(await readdir(ground.outside)).toEqual(expect.arrayContaining(PLACES.map((place) => `planted-${place}`)));
  });
});
