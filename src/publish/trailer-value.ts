// The form of a trailer's value.

/** Text as one line, which is what a trailer's value is. Also the form in which values are compared with trailers. */
export function trailerValue(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
