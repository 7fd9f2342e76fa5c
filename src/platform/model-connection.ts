// The way to a model's server over HTTP: which client, which proxy, which headers hold the key. What is asked of the server
// is messages-api.ts and model-server-probe.ts.
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import type { Dispatcher } from 'undici';
import { UserError } from '../errors.js';

export const ANTHROPIC_API = 'https://api.anthropic.com';

export interface ModelConnection {
  fetch: typeof import('undici').fetch;
  dispatcher: Dispatcher;
}

/**
 * Node's own fetch knows no proxy before Node 24 and takes a dispatcher of its own undici only, so fetch and dispatcher
 * come from the same package.
 */
export async function connectTo(
  proxy: URL | undefined,
  limits: { bodyTimeout: number; headersTimeout: number },
): Promise<ModelConnection> {
  const { Agent, ProxyAgent, fetch } = await import('undici');
  const dispatcher = proxy === undefined ? new Agent(limits) : new ProxyAgent({ ...limits, uri: proxy.href });
  return { fetch, dispatcher };
}

/**
 * What is sent beside the bearer token. Servers of others may look for the key where the API's first clients put it;
 * Anthropic's own gets the one header that its SDK sends.
 */
export function furtherKeyHeaders(baseUrl: string, apiKey: string): Record<string, string> {
  return new URL(baseUrl).origin === ANTHROPIC_API ? {} : { 'x-api-key': apiKey };
}

/**
 * From `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, by the rules of GitHub's own toolkit.
 * @throws UserError naming the variable, never its value: it may hold a password
 */
export function proxyFor(baseUrl: string): URL | undefined {
  const target = new URL(baseUrl);
  const variable = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  let proxy: URL | undefined;
  try {
    proxy = getProxyUrl(target);
  } catch {
    throw new UserError(`The variable ${variable} is no address of a proxy. Give it as http://host:port.`);
  }
  if (proxy !== undefined && !/^https?:$/.test(proxy.protocol))
    throw new UserError(`The variable ${variable} names a proxy other than http: or https:, which Ferrule cannot use.`);
  return proxy;
}
