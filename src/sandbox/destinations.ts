// Judges where the NET box may connect to: a list of hosts and ports, compared exactly. Who is on the list is the
// workshop's affair; how a connection is made is platform's.
import type { Verdict } from '../platform/way-out.js';

export interface Destination {
  /** As a URL has it: lower case, an internationalised name in its ASCII form. */
  host: string;
  port: number;
  /** The runner's own configuration names it, so its address may be the runner's own network. */
  mayBeInner: boolean;
}

/** Letters, digits and hyphens, in labels separated by dots, none empty (RFC 1123, 2.1), so also no dot at the end. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const IP_LITERAL = /^[\d.]+$/;

/**
 * @param host as the box asked for it, one character a byte: NUL, spaces and the like are refused before anything is
 *   compared, since programs disagree on where such a name ends
 */
export function judgeDestination(host: string, port: number, allowed: readonly Destination[]): Verdict {
  if (!HOST_NAME.test(host)) return { kind: 'refused', reason: 'not a plain host name' };
  const match = allowed.find((each) => each.host === host && each.port === port);
  if (match !== undefined) return { kind: 'allowed', mayBeInner: match.mayBeInner };
  if (allowed.some((each) => each.host === host))
    return { kind: 'refused', reason: `port ${port} is not that of a registry of this run` };
  return {
    kind: 'refused',
    reason: IP_LITERAL.test(host) ? 'an address instead of a name' : 'not a registry of this run',
  };
}
