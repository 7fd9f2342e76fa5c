// Bytes and names of the repository as text: decoded strictly, and safe to put into a one-line message.

/** The text of UTF-8 bytes; `undefined` for binary content. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // the decoder's way to say that the bytes are not UTF-8
  }
}

/** A path, key or name for a message: one line, nothing invisible, at most 200 characters. */
export function shown(text: string): string {
  return text.replace(/\p{C}/gu, '?').slice(0, 200);
}
