// Tells addresses of the public internet from those that lead into the runner's own network or machine. Which
// destination must be public is the caller's to say.
import { BlockList, isIPv6 } from 'node:net';

/** Loopback, private, shared, link-local (cloud metadata lies there), benchmarking, multicast and reserved ranges. */
const INNER_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;
/** Unspecified, loopback and old embeddings of IPv4, local NAT64, Teredo, 6to4, unique local, link-local, multicast. */
const INNER_V6 = [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const;

/** Whether an IP address may be one of the runner's own machine or network. IPv4 embedded in IPv6 is judged as IPv4. */
export function isInnerAddress(address: string): boolean {
  const inner = new BlockList();
  for (const [net, bits] of INNER_V4) {
    inner.addSubnet(net, bits, 'ipv4'); // which also covers ::ffff:a.b.c.d
    inner.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6'); // NAT64
  }
  for (const [net, bits] of INNER_V6) inner.addSubnet(net, bits, 'ipv6');
  return inner.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
