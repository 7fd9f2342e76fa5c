// The runner's own HTTP proxy: where it is, which hosts are reached without it, and a tunnel through it (CONNECT). Its
// credentials stay in this process.
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { UserError } from '../errors.js';

export interface HttpProxy {
  host: string;
  port: number;
  /** The value of `Proxy-Authorization`, when the address has a user. */
  authorization?: string;
  /** Hosts that are reached directly: entries of NO_PROXY, in lower case, without leading dots. `*` means all. */
  except: readonly string[];
}

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Reads an address as `HTTPS_PROXY` has it: `http://user:password@host:3128`, or without scheme.
 * @param noProxy `NO_PROXY`, entries separated by commas or blanks
 * @throws UserError, without the address since it may hold a password, for a proxy that is not spoken to in plain HTTP
 */
export function readHttpProxy(address: string, noProxy: string): HttpProxy {
  const url = parseUrl(address.includes('://') ? address : `http://${address}`);
  if (url === undefined || url.protocol !== 'http:' || url.hostname === '')
    throw new UserError(
      "The runner's HTTPS_PROXY (or http.proxy of cargo) is not an http:// address. Ferrule reaches crates through plain HTTP proxies only.",
    );
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
    ...(url.username === ''
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')}`,
        }),
    except: noProxy
      .toLowerCase()
      .split(/[\s,]+/)
      .map((entry) => entry.replace(/^\*?\./, ''))
      .filter((entry) => entry !== ''),
  };
}

/** Whether the proxy's owner wants a host reached directly: the name itself, a domain it is in, or either with its port. */
export function isExcepted(proxy: HttpProxy, host: string, port: number): boolean {
  return proxy.except.some((entry) => {
    if (entry === '*') return true;
    const [name = '', only] = entry.split(/:(\d+)$/);
    return (only === undefined || Number(only) === port) && (host === name || host.endsWith(`.${name}`));
  });
}

/** A tunnel to a host through the proxy. @throws Error saying what the proxy answered */
export function openTunnel(proxy: HttpProxy, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const target = `${host}:${port}`;
    const asking = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      timeout: CONNECT_TIMEOUT_MS,
      signal,
      headers: {
        host: target,
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
    });
    asking.on('connect', (response, socket: Socket, head) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the runner's proxy answered ${String(response.statusCode)}`));
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.on('response', (response) => {
      response.destroy();
      reject(new Error(`the runner's proxy answered ${String(response.statusCode)} without a tunnel`));
    });
    asking.on('timeout', () => asking.destroy(new Error("the runner's proxy did not answer in time")));
    asking.on('error', reject);
    asking.end();
  });
}

/** As curl does: what is no percent-encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined; // the caller says it without repeating the text
  }
}
