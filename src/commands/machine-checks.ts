// Checks of `ferrule doctor` that ask the machine: node, disk, the Rust toolchain, the sandbox.
import { runCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';
import { openSandbox } from '../sandbox/sandbox.js';
import { findToolchain, requireDiskSpace } from '../workshop/workshop.js';
import type { Check, Patient } from './check.js';
import { bad, good } from './check.js';

const MIN_NODE = 20;

const node: Check = () => {
  const isNew = Number(process.versions.node.split('.')[0]) >= MIN_NODE;
  return Promise.resolve([
    isNew
      ? good(`node ${process.versions.node}`)
      : bad(`node ${process.versions.node} is too old. Install node ${MIN_NODE} or later.`),
    process.platform === 'linux'
      ? good(`linux, ${process.arch}`)
      : bad(`Ferrule runs code on Linux only; this is ${process.platform}. Use a Linux machine, or a workflow.`),
  ]);
};

const disk: Check = async ({ scratch }) => {
  await requireDiskSpace(scratch);
  return [good('disk: more than 2 GiB free for temporary files')];
};

/** The default toolchain; which one a repository asks for is a check of its own. */
const rust: Check = async ({ environment }) => {
  const { rustcVersion, cargoVersion, hasClippy, hasRustfmt } = await findToolchain({
    ...{ channel: undefined, environment, runCommand },
  });
  const component = (name: string, isThere: boolean, gate: string) =>
    isThere ? good(name) : bad(`${name} is missing, which gate '${gate}' needs: rustup component add ${name}`);
  return [
    good(`${rustcVersion}; ${cargoVersion}`),
    component('clippy', hasClippy, 'clippy'),
    component('rustfmt', hasRustfmt, 'fmt'),
  ];
};

const box: Check = async (patient: Patient) => {
  const { environment, scratch } = patient;
  // A run installs it where it may; a doctor changes nothing.
  if (findProgram('bwrap', environment) === undefined)
    return [bad('bubblewrap is missing, the box in which code runs: sudo apt-get install -y bubblewrap')];
  const { mounts, cargo } = await findToolchain({ channel: undefined, environment, runCommand });
  const sandbox = await openSandbox({
    ...{ mode: 'auto', runCommand, environment, scratch, toolchainMounts: mounts },
    probe: [cargo, '-V'],
    say: () => undefined,
  });
  return [good(`sandbox: ${sandbox.description}; its self-test holds`)];
};

export const MACHINE_CHECKS: readonly Check[] = [node, disk, rust, box];
