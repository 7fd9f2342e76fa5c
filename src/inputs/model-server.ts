// Reads where the model is and which one is asked for. The server itself is not contacted here.
import { resolveModel } from '../brief/brief.js';
import { UserError } from '../errors.js';
import { refuse } from './input-values.js';

export const ANTHROPIC_API_URL = 'https://api.anthropic.com';

/** The server's URL without a slash at its end: https, or http where the traffic does not leave this machine. */
export function readBaseUrl(input: string, value: string): string {
  const expected = `an https URL, or an http URL on loopback, such as '${ANTHROPIC_API_URL}' or 'http://127.0.0.1:11434'`;
  if (!URL.canParse(value)) return refuse(input, value, expected);
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    // The value is left out of the text, since it holds a password.
    throw new UserError(`Input '${input}' holds a user name or password. Give the key by 'anthropic-api-key' instead.`);
  }
  const mayUse = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!mayUse || url.search !== '' || url.hash !== '') return refuse(input, value, expected);
  return url.href.replace(/\/+$/, '');
}

/** An alias or a full model id, as given. Which names are models is decided in one place, in the brief. */
export function readModel(value: string): string {
  try {
    resolveModel(value);
    return value;
  } catch (error) {
    throw error instanceof UserError ? new UserError(`Input 'model': ${error.message}`) : error;
  }
}

/**
 * The key of the model's server as it is sent. A server on this machine mostly checks none, so any word stands for one
 * there: a value that cannot be masked is then no secret (`canBeMasked`).
 * @param baseUrl as `readBaseUrl` gives it
 */
export function readModelKey(input: string, value: string, baseUrl: string): string | undefined {
  const key = value.trim();
  const isPlaceholder = isLoopback(new URL(baseUrl).hostname) && /^[\x21-\x7e]+$/.test(key) && !canBeMasked(key);
  return isPlaceholder ? key : readSecret(input, value);
}

/**
 * The two inputs that say where the model is, outside a run: texts by their names, empty where there is none.
 * @throws UserError as the inputs of a run do
 */
export function readModelServer(texts: Readonly<Record<'anthropic-base-url' | 'anthropic-api-key', string>>): {
  baseUrl: string;
  apiKey: string | undefined;
} {
  const baseUrl = readBaseUrl('anthropic-base-url', texts['anthropic-base-url'] || ANTHROPIC_API_URL);
  return { baseUrl, apiKey: readModelKey('anthropic-api-key', texts['anthropic-api-key'], baseUrl) };
}

/** A secret as it is sent, or undefined where none is given. Its value never appears in a message. */
export function readSecret(input: string, value: string): string | undefined {
  const secret = value.trim();
  if (/[^\x21-\x7e]/.test(secret)) {
    throw new UserError(
      `Input '${input}' holds spaces or characters outside ASCII. Was the secret stored whole, on one line?`,
    );
  }
  if (secret === '') return undefined;
  if (!canBeMasked(secret)) {
    throw new UserError(
      `Input '${input}' is too short or a plain word. Every secret is taken out of logs and results, and such a value would ` +
        `blank ordinary text. Only for a model's server on this machine any word will do.`,
    );
  }
  return secret;
}

/** Whether a value can be taken out of every text without ordinary words going with it. */
export function canBeMasked(secret: string): boolean {
  return secret.length >= 8 && !/^[a-z]{1,15}$/i.test(secret);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
