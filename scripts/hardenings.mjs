// Each hardening as text of a source and what stands there when it is gone, with the smallest tests that know of it. How they
// are tried is mutate-hardening.mjs.

const BOX = ['__tests__/security/exec-box.test.ts', '__tests__/sandbox'];
const GIT = ['__tests__/platform/git-environment.test.ts'];
const REMOTE = ['__tests__/platform/git-remote.test.ts'];

/**
 * `tests`: arguments of jest. `bundle`: the tests start dist/, which has to be built first.
 * Cases: name, text that must occur in the file, its replacement.
 */
export const HARDENINGS = [
  {
    file: 'src/sandbox/bubblewrap.ts',
    tests: BOX,
    cases: [
      ['box: own process numbers', "'--unshare-pid', ", ''],
      ['box: own ipc', "'--unshare-ipc', ", ''],
      ['box: own host name', "'--unshare-uts', ", ''],
      ['box: own control groups', ", '--unshare-cgroup-try'", ''],
      ['box: no network', ", '--unshare-net'", ''],
      ['box: own session', "'--new-session', ", ''],
      ['box: dies with its parent', "'--die-with-parent', ", ''],
      ['box: all capabilities dropped', ", '--cap-drop', 'ALL'", ''],
      ['box: no user namespaces (ordinary user)', "args.push('--disable-userns')", 'void 0'],
      ['box: no user namespaces (root)', 'start.chroot, CHROOT, ', "start.chroot, '/', "],
      ['box: sized temporary folders', "'--size', String(TMPFS_BYTES), ", ''],
      ['box: read-only devices', "'--remount-ro', `${root}/dev`, ", ''],
      ['box: read-only root', ", '--remount-ro', '/')", ')'],
      ['box: read-only system', "['--dir', `${root}/etc`, '--ro-bind'", "['--dir', `${root}/etc`, '--bind'"],
      ['box: read-only mounts', "'--bind' : '--ro-bind'", "'--bind' : '--bind'"],
      [
        'box: short list of folders',
        "const args = ['--dir', `${root}/etc`",
        "const args = ['--ro-bind', '/var', `${root}/var`",
      ],
      ['box: another user', "'--reuid', String(uid), ", ''],
      ['box: another group', "'--regid', String(gid), '--clear-groups'", "'--keep-groups'"],
      ['box: no groups', "'--clear-groups'", "'--groups', '4'"],
      ['box: empty bounding set', ", '--bounding-set=-all'", ''],
      ['box: ends what a command leaves behind', 'while kill -s KILL -- -1 2>/dev/null; do :; done; ', ''],
      [
        'box: waits until it has ended',
        'while kill -s KILL -- -1 2>/dev/null; do :; done; ',
        'kill -s KILL -- -1 2>/dev/null; ',
      ],
      ['box: first to be ended when memory is short', 'echo 1000 >', 'echo 0 >'],
    ],
  },
  {
    file: 'src/sandbox/limits.ts',
    tests: BOX,
    cases: [
      ['limits: no core dumps', "{ option: '--core', name: 'Max core file size', value: 0 },", ''],
      ['limits: size of a file', "{ option: '--fsize', name: 'Max file size', value: FILE_BYTES },", ''],
      ['limits: processes', "{ option: '--nproc', name: 'Max processes', value: processes },", ''],
      ['limits: memory of a process', "{ option: '--data', name: 'Max data size', value: totalmem() },", ''],
    ],
  },
  {
    file: 'src/sandbox/open-box.ts',
    tests: BOX,
    cases: [
      ['box: files belong to its user', 'if (mount.writable) await giveTo', 'if (false) await giveTo'],
      ['sudo: its box ends with us', 'kill -KILL 0', 'true'],
      ['sudo: empty environment', "'/usr/bin/env', '-i', '/bin/sh'", "'/usr/bin/env', '/bin/sh'"],
    ],
  },
  {
    file: 'src/sandbox/sandbox.ts',
    tests: ['__tests__/sandbox/sandbox.test.ts'],
    cases: [['box: proven before anything is spent', "if (proof.kind === 'holds') return sandbox;", 'return sandbox;']],
  },
  {
    file: 'src/platform/command.ts',
    tests: ['__tests__/platform/command.test.ts'],
    cases: [
      ['children: an environment made of nothing', 'env: request.env,', 'env: { ...process.env, ...request.env },'],
    ],
  },
  {
    file: 'src/sandbox/destinations.ts',
    tests: ['__tests__/sandbox/destinations.test.ts'],
    cases: [
      ['proxy: plain names only', 'if (!HOST_NAME.test(host))', 'if (false)'],
      ['proxy: the very host', 'find((each) => each.host === host', 'find((each) => host.endsWith(each.host)'],
      ['proxy: the very port', 'each.host === host && each.port === port', 'each.host === host'],
    ],
  },
  {
    file: 'src/platform/way-out.ts',
    tests: ['__tests__/platform/way-out.test.ts'],
    cases: [
      ['proxy: no address of the runner’s own network', '!mayBeInner && addresses', 'false && addresses'],
      ['proxy: limit of bytes', 'if (traffic.bytes <= limits.totalBytes) return;', 'return;'],
    ],
  },
  {
    file: 'src/platform/network-addresses.ts',
    tests: ['__tests__/platform/network-addresses.test.ts'],
    cases: [
      [
        'proxy: IPv4 within IPv6',
        '    inner.addSubnet(`64:ff9b::${net}`, 96 + bits',
        '    if (bits < 0) inner.addSubnet(net, bits',
      ],
    ],
  },
  {
    file: 'src/workshop/path-gate.ts',
    tests: ['__tests__/workshop/path-gate.test.ts'],
    cases: [
      ['path gate: no way up', "relative === '..' || relative.startsWith('../')", 'false'],
      [
        'path gate: real paths',
        'if (parent === undefined || !expected.startsWith(parent) || !isInside(realRoot, parent))',
        'if (false)',
      ],
      ['path gate: no link at the end', 'if (stat?.isSymbolicLink())', 'if (false)'],
      ['path gate: nothing of git', 'names.some((name) => GIT_NAME.test(name))', 'false'],
    ],
  },
  {
    file: 'src/workshop/protected-paths.ts',
    tests: ['__tests__/workshop/protected-paths.test.ts'],
    cases: [
      ['protected: workflows', "  '.github/**',\n", ''],
      ['protected: cargo’s configuration', "  '**/.cargo/**',\n", ''],
      ['protected: whatever the case', 'nocase: true', 'nocase: false'],
    ],
  },
  {
    file: 'src/platform/git-environment.ts',
    tests: GIT,
    cases: [
      ['git: no hooks', "  ['core.hooksPath', '/dev/null'],\n", ''],
      ['git: no fsmonitor', "  ['core.fsmonitor', 'false'],\n", ''],
      ['git: no signing program', "  ['commit.gpgSign', 'false'],\n", ''],
      [
        'git: no configuration of the user',
        "    GIT_CONFIG_GLOBAL: '/dev/null',\n",
        '    ...(inherited.GIT_CONFIG_GLOBAL && { GIT_CONFIG_GLOBAL: inherited.GIT_CONFIG_GLOBAL }),\n',
      ],
      ['git: no other protocols', "    GIT_ALLOW_PROTOCOL: 'https:http:file',\n", ''],
    ],
  },
  {
    file: 'src/platform/git.ts',
    tests: GIT,
    cases: [
      [
        'git: no diff programs',
        "'--no-ext-diff',\n      '--no-textconv',\n      from",
        "'--ext-diff',\n      '--textconv',\n      from",
      ],
    ],
  },
  {
    file: 'src/platform/git-remote.ts',
    tests: REMOTE,
    cases: [
      ['push: only from where the branch was expected', "'--no-verify', lease,", "'--no-verify', '--force',"],
      [
        'push: only forward',
        "if (expected !== undefined && !(await git.isAncestor(expected, commit))) return { kind: 'moved' };",
        '',
      ],
    ],
  },
  {
    file: 'src/platform/secret-needles.ts',
    tests: ['__tests__/platform/secret-scan.test.ts'],
    cases: [
      ['secrets: backwards', "    [REVERSED, Array.from(text).reverse().join('')],\n", ''],
      ['secrets: in hexadecimal', "    [HEX, bytes.toString('hex')],\n", ''],
      ['secrets: as decimal bytes', '    [DECIMAL, decimal],\n', ''],
      ['secrets: in base64, at each offset', '...[0, 1, 2].map((offset)', '...[0].map((offset)'],
      ['secrets: in pieces', 'return [...whole, ...parts]', 'return [...whole]'],
    ],
  },
  {
    file: 'src/platform/outlet.ts',
    tests: ['__tests__/platform/outlet.test.ts'],
    cases: [
      [
        'leak: stops the publication',
        'if (seen === undefined) return undefined;\n    const',
        'if (seen !== null) return undefined;\n    const',
      ],
      ['leak: stops it after any alarm', 'if (earlier !== undefined) return', 'if (earlier === null) return'],
    ],
  },
  {
    file: 'src/publish/leak-guard.ts',
    tests: ['__tests__/publish/leak-guard.test.ts'],
    cases: [['leak: every object of the series', 'if (found !== undefined) return found;', '']],
  },
  {
    file: 'src/platform/log.ts',
    tests: ['__tests__/platform/log.test.ts'],
    cases: [
      ['log: commands of others broken', "line.replace(SECOND_VERSION, '$1: $2:')", 'line'],
      ['log: old commands broken', ".replace(FIRST_VERSION, '#$1# $2[')", ''],
      ['log: the runner told to obey nothing', 'if (actions) untrusted.open();', ''],
    ],
  },
  {
    file: 'src/inputs/trust.ts',
    tests: ['__tests__/inputs/trust.test.ts'],
    cases: [
      [
        'trust: no answer means no',
        "if (permission.kind === 'failed') {",
        "if (permission.kind === 'failed') return undefined;\n  if (false) {",
      ],
      ['trust: writers only', 'if (WRITERS.includes(permission.value)) return undefined;', 'return undefined;'],
      ['trust: no forks', 'if (sameRepository) return undefined;', 'return undefined;'],
      ['trust: no event that gives strangers secrets', 'PRIVILEGED_EVENTS.includes(eventName)', 'false'],
      ['trust: no edited comment', "comment.action !== 'created'", 'false'],
      ['trust: the box for strangers’ events', "if (sandbox === 'auto') return undefined;", 'return undefined;'],
    ],
  },
  {
    file: 'src/publish/commit.ts',
    tests: ['__tests__/publish/publish.test.ts'],
    cases: [
      [
        'head: asked again before the branch is moved',
        'if (tip !== expected && tip !== publishedId(writer, commit))',
        'if (false)',
      ],
    ],
  },
  {
    file: 'src/invocation/pinned-commits.ts',
    tests: ['__tests__/security/trust-gate.test.ts', '-t', 'a pull request that has moved'],
    bundle: true,
    cases: [['head: asked again before the start', 'if (tip === headSha) return;', 'if (headSha) return;']],
  },
  {
    file: 'src/start-up.ts',
    tests: ['__tests__/e2e/start-up.test.ts'],
    bundle: true,
    cases: [
      ['start: a process that never held a secret', 'else if (process.execve !== undefined) handOver();', ''],
      ['start: no inherited file', 'closeInherited();\n', ''],
      ['start: no inspector by signal', "['--disable-sigusr1', ", '['],
    ],
  },
];
