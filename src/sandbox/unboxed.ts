// The guard lowered by `sandbox: unsafe-off`: commands run on the host, with the box's paths replaced by the host's.
// The environment is still built from nothing; that hides secrets from the careless only.
import path from 'node:path';
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

/**
 * Replaces each mount point at the start of a value, or of the path of a URL to localhost, by its folder on the host. The
 * folder around mount points has its counterpart too where host and box agree on the name within: cargo's home is that of
 * its registry.
 */
function hostPaths(mounts: readonly Mount[]): (value: string) => string {
  const around = mounts
    .filter(({ host, box }) => path.basename(host) === path.basename(box) && path.dirname(box) !== '/')
    .map((mount) => ({ host: path.dirname(mount.host), box: path.dirname(mount.box) }));
  const longestFirst = [...mounts, ...around].sort((a, b) => b.box.length - a.box.length);
  return (value) => {
    const lead = /^[a-z0-9]+:\/\/localhost(?=\/)/.exec(value)?.[0] ?? '';
    const rest = value.slice(lead.length);
    for (const { host, box } of longestFirst) {
      if (rest === box || rest.startsWith(`${box}/`)) return lead + host + rest.slice(box.length);
    }
    return value;
  };
}
