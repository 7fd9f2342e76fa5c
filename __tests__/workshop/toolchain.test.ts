// Which toolchain a commit asks for, and where it is; no rustup proxy runs in the repository.
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { runCommand } from '../../src/platform/command.js';
import { findToolchain, readChannel } from '../../src/workshop/toolchain.js';
import { sourceTree } from '../support/source-tree.js';

const channelOf = (files: Record<string, string>, folder = '.') => readChannel(sourceTree(files), folder);

describe('the channel', () => {
  it.each([
    ['none', {}, undefined],
    ['one in TOML', { 'rust-toolchain.toml': '[toolchain]\nchannel = "1.85.0"\ncomponents = ["clippy"]\n' }, '1.85.0'],
    ['one in the older form', { 'rust-toolchain': 'nightly-2026-01-31\n' }, 'nightly-2026-01-31'],
    [
      'a host triple with it',
      { 'rust-toolchain': 'stable-x86_64-unknown-linux-gnu' },
      'stable-x86_64-unknown-linux-gnu',
    ],
    ['components alone', { 'rust-toolchain.toml': '[toolchain]\ncomponents = ["clippy"]\n' }, undefined],
    [
      'the older form before TOML',
      { 'rust-toolchain': '1.80', 'rust-toolchain.toml': '[toolchain]\nchannel="1.85"\n' },
      '1.80',
    ],
  ])('is read: %s', async (_, files, channel) => {
    expect(await channelOf(files as Record<string, string>)).toBe(channel);
  });

  it('is that of the nearest folder above the workspace', async () => {
    const files = { 'rust-toolchain': '1.80', 'a/rust-toolchain': '1.81', 'a/b/Cargo.toml': '' };
    expect(await channelOf(files, 'a/b')).toBe('1.81');
    expect(await channelOf(files, 'c')).toBe('1.80');
  });

  it.each([
    ['a path', '[toolchain]\npath = "evil"\n', 'names a toolchain by path'],
    ['a path beside a channel', '[toolchain]\nchannel = "stable"\npath = "/evil"\n', 'names a toolchain by path'],
    ['a path without its table', 'toolchain.path = "evil"\n', 'no plain channel name'],
    ['a custom name', 'my-own\n', "asks for toolchain 'my-own'"],
    ['a path as name', '../../evil', 'no plain channel name'],
    ['an option as name', '--help', 'no plain channel name'],
    ['a name of two lines', 'stable\nevil', "asks for toolchain 'stable\\u{a}evil'"],
    ['nothing', '', 'no plain channel name'],
    ['a number', '[toolchain]\nchannel = 1.85\n', 'must be a string'],
    ['broken TOML', '[toolchain\n', 'is not valid TOML'],
  ])('is refused, in one line for whoever wrote it: %s', async (_, text, reason) => {
    const reading = channelOf({ 'rust-toolchain.toml': text });
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toThrow(/^[^\n]+$/);
  });
});

describe('the toolchain', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'ferrule-toolchain-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const program = async (folder: string, name: string, script: string) => {
    await mkdir(path.join(dir, folder), { recursive: true });
    await writeFile(path.join(dir, folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path.join(dir, folder);
  };

  it('is found with its real folder, versions, components and what a box must see', async () => {
    const found = await findToolchain({ channel: undefined, environment: process.env, runCommand });
    expect(found.rustcVersion).toMatch(/^rustc \d+\.\d+/);
    expect(found.cargoVersion).toMatch(/^cargo \d+\.\d+/);
    expect(found.host).toMatch(/^\w+-\w+-\w+/);
    expect(found.hasClippy && found.hasRustfmt).toBe(true);
    expect(found.bin).not.toMatch(/\.cargo\/bin$/);
    for (const mount of found.mounts) expect(mount).toMatchObject({ writable: false, host: mount.box });
  });

  it('that is not installed is named with the line that installs it, and nothing is installed', async () => {
    const bin = await program('with-rustup', 'rustup', 'echo "$RUSTUP_AUTO_INSTALL $*" >> "$HOME/asked"; exit 1');
    const environment = { PATH: `${bin}:/usr/bin:/bin`, HOME: dir };
    const finding = findToolchain({ channel: '1.0.0', environment, runCommand });
    await expect(finding).rejects.toThrow(UserError);
    await expect(finding).rejects.toThrow('rustup toolchain install 1.0.0 --profile minimal -c clippy,rustfmt');
    expect(await readFile(path.join(dir, 'asked'), 'utf8')).toBe('0 which --toolchain 1.0.0 cargo\n');
  });

  it('is never looked for behind the proxy of a rustup that has none', async () => {
    const bin = await program('no-default', 'rustup', 'exit 1');
    await program('no-default', 'cargo', `touch ${dir}/proxy-started`);
    const finding = findToolchain({ channel: undefined, environment: { PATH: `${bin}:/bin` }, runCommand });
    await expect(finding).rejects.toThrow('rustup default stable');
    await expect(access(path.join(dir, 'proxy-started'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['1.85', '1.85.1', true],
    ['1.85.0', '1.85.0', true],
    ['1.8', '1.85.0', false],
    ['1.85.0', '1.86.0', false],
    ['stable', '1.85.0', true],
    ['stable-x86_64-unknown-linux-gnu', '1.85.0', true],
    ['stable', '1.85.0-nightly', false],
    ['beta', '1.85.0-beta.3', true],
    ['1.85.0-beta.3', '1.85.0-beta.3', true],
    ['1.85.0', '1.85.0-beta.3', false],
    ['nightly-2026-01-31', '1.85.0-nightly', true],
    ['nightly', '1.85.0', false],
  ])('without rustup must be of the channel that is asked for: %s, found %s', async (channel, version, fits) => {
    await program(`own-${version}`, 'cargo', 'echo cargo 1.0.0');
    const bin = await program(
      `own-${version}`,
      'rustc',
      `echo 'rustc ${version} (0123 2026-01-31)'; echo 'host: x-y-z'`,
    );
    const finding = findToolchain({ channel, environment: { PATH: `${bin}:/bin` }, runCommand });
    if (fits) expect((await finding).rustcVersion).toContain(version);
    else await expect(finding).rejects.toThrow(`this runner has rustc ${version} and no rustup. Install rustup, then`);
  });

  it('that is missing altogether is named with the line that installs it', async () => {
    const finding = findToolchain({ channel: undefined, environment: { PATH: dir }, runCommand });
    await expect(finding).rejects.toThrow(UserError);
    await expect(finding).rejects.toThrow('cargo was not found on PATH');
  });

  it('whose rustc does not start is no toolchain', async () => {
    await program('broken', 'cargo', 'echo cargo 1.0.0');
    const bin = await program('broken', 'rustc', 'exit 1');
    const finding = findToolchain({ channel: undefined, environment: { PATH: `${bin}:/bin` }, runCommand });
    await expect(finding).rejects.toThrow('its rustc does not start');
  });

  it('without clippy and rustfmt says so', async () => {
    await program('bare', 'cargo', 'echo cargo 1.0.0');
    const bin = await program('bare', 'rustc', `echo 'rustc 1.0.0'; echo 'host: x-y-z'`);
    const found = await findToolchain({ channel: undefined, environment: { PATH: `${bin}:/bin` }, runCommand });
    expect(found).toMatchObject({ hasClippy: false, hasRustfmt: false, host: 'x-y-z', cargo: path.join(bin, 'cargo') });
    expect(found.mounts).toContainEqual({ host: bin, box: bin, writable: false });
  });
});
