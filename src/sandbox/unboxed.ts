// The guard lowered by `sandbox: unsafe-off`: commands run on the host, with the box's paths replaced by the host's.
// The environment is still built from nothing; that hides secrets from the careless only.
import type { RunCommand } from '../platform/command.js';
import type { BoxRequest, Mount, Sandbox } from './box.js';

/** A sandbox in name only. */
export function unboxed(runCommand: RunCommand): Sandbox {
  return {
    description: 'off (unsafe-off)',
    owner: undefined,
    run: (request: BoxRequest) => {
      const toHost = hostPaths(request.mounts);
      const [file, ...args] = request.command.map(toHost);
      const script = `exec "$@"${request.merged ? ' 2>&1' : ''}`;
      return runCommand({
        file: '/bin/sh',
        args: ['-c', script, 'sh', file ?? '', ...args],
        cwd: toHost(request.cwd),
        env: Object.fromEntries(Object.entries(request.env).map(([name, value]) => [name, toHost(value)])),
        timeoutMs: request.timeoutMs,
        ...(request.maxOutputBytes === undefined ? {} : { maxOutputBytes: request.maxOutputBytes }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(request.onOutput === undefined ? {} : { onOutput: request.onOutput }),
      });
    },
  };
}

/** Replaces each mount point at the start of a value (or of a part after `=` or `:`) by its folder on the host. */
function hostPaths(mounts: readonly Mount[]): (value: string) => string {
  const longestFirst = [...mounts].sort((a, b) => b.box.length - a.box.length);
  return (value) => {
    for (const { host, box } of longestFirst) {
      if (value === box || value.startsWith(`${box}/`)) return host + value.slice(box.length);
    }
    return value;
  };
}
