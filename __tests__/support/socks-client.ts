// A SOCKS5 client on a unix socket, byte by byte, so that a test can also ask for what no library would send.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface SocksAnswer {
  /** RFC 1928: 0 succeeded, 2 not allowed, 4 unreachable; `undefined` when the server hung up without a word. */
  reply: number | undefined;
  socket: Socket;
}

/** A request to connect: each string's bytes are sent as they are (Latin-1), an IPv4 address as four bytes if asked. */
export function socksRequest(host: string, port: number, kind: 'name' | 'ipv4' | 'ipv6' = 'name', command = 1): Buffer {
  const name = Buffer.from(host, 'latin1');
  const address =
    kind === 'ipv4'
      ? Buffer.from([1, ...host.split('.').map(Number)])
      : kind === 'ipv6'
        ? Buffer.concat([Buffer.from([4]), Buffer.alloc(15), Buffer.from([1])])
        : Buffer.concat([Buffer.from([3, name.length]), name]);
  return Buffer.concat([Buffer.from([5, command, 0]), address, Buffer.from([port >> 8, port & 255])]);
}

/** Greets, sends `request` in pieces of `pieceBytes`, and waits for the reply. */
export async function askSocks(socketPath: string, request: Buffer, pieceBytes = 1_000): Promise<SocksAnswer> {
  const socket = connect(socketPath);
  socket.on('error', () => undefined);
  socket.write(Buffer.from([5, 1, 0]));
  if ((await take(socket, 2))?.equals(Buffer.from([5, 0])) !== true) return { reply: undefined, socket };
  for (let at = 0; at < request.length; at += pieceBytes) {
    socket.write(request.subarray(at, at + pieceBytes));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { reply: (await take(socket, 10))?.[1], socket };
}

/** So many bytes, or `undefined` when the stream ended before. */
export async function take(socket: Socket, count: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let missing = count; missing > 0;) {
    const bytes = socket.read(Math.min(missing, socket.readableLength)) as Buffer | null;
    if (bytes !== null && bytes.length > 0) {
      parts.push(bytes);
      missing -= bytes.length;
      continue;
    }
    if (socket.readableEnded || socket.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      for (const event of ['readable', 'end', 'close']) socket.once(event, () => resolve());
    });
  }
  return Buffer.concat(parts);
}
