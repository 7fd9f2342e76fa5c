// The real cargo on the host, without any box: what an attack does where nothing holds it, and what a runner's earlier
// steps would have downloaded.
import { runCommand } from '../../src/platform/command.js';

/** @param home its CARGO_HOME */
export async function hostCargo(
  folder: string,
  home: string,
  ...args: string[]
): Promise<{ succeeded: boolean; text: string }> {
  const { PATH = '', HOME = '', RUSTUP_HOME } = process.env;
  const env = { PATH, HOME, ...(RUSTUP_HOME === undefined ? {} : { RUSTUP_HOME }), CARGO_HOME: home };
  const { end, stdout, stderr } = await runCommand({ file: 'cargo', args, cwd: folder, env, timeoutMs: 60_000 });
  return { succeeded: end.kind === 'exited' && end.code === 0, text: `${stdout.toString()}${stderr.toString()}` };
}
