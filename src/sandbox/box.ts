// What a box is asked to do and what it is: the terms of this room, without any of its mechanics.
import type { CommandRequest, CommandResult } from '../platform/command.js';

/** A folder or file of the host that the box shows at `box`. */
export interface Mount {
  host: string;
  box: string;
  writable: boolean;
}

/** A user and group of the host. */
export interface Owner {
  uid: number;
  gid: number;
}

export interface BoxRequest {
  /** Program and arguments, as seen from inside. */
  command: readonly [string, ...string[]];
  /** Working directory, as seen from inside. */
  cwd: string;
  mounts: readonly Mount[];
  /** The whole environment inside; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  /**
   * Neither has a network. `net` sees the host's certificates, for a command that is given a way out by a mounted socket
   * (platform's way-out.ts); no code of the repository may be mounted there.
   */
  box: 'exec' | 'net';
  /** Both streams in one, in the order a terminal would show them (all of it arrives as stdout). */
  merged?: boolean;
  timeoutMs: number;
  maxOutputBytes?: number;
  signal?: AbortSignal;
  onOutput?: CommandRequest['onOutput'];
}

export interface Sandbox {
  /** For the report: `bubblewrap 0.8.0` or `off (unsafe-off)`. */
  description: string;
  /**
   * Whom the files below a writable mount must belong to, where code runs as another user than we. A mount that is not
   * theirs yet is given to them as the box starts; what is written below it later is the writer's to give.
   */
  owner: Owner | undefined;
  run(request: BoxRequest): Promise<CommandResult>;
}
