// Removes from untrusted text what changes how a terminal or a page shows it: escape sequences, control characters,
// characters without a shape. Escaping for Markdown or for the Actions runner happens elsewhere.

// One pass over one alternation, so that removing one sequence cannot join the halves of another. An operating system
// command (OSC) or device string without its terminator loses only its introducer: what follows stays readable, else a
// test could hide the rest of its output. VS15/VS16 (U+FE0E, U+FE0F) are kept: they choose how an emoji is drawn.
const UNPRINTABLE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]|\p{Cf}|(?![\uFE0E\uFE0F])\p{DI}/gu;
const LINE_END = /\r\n|[\r\u2028\u2029]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;
// Colours and weights that stay readable. Concealed text, reverse video, backgrounds and black could hide a line.
const READABLE_COLOUR = /^\x1b\[(?:(?:0?[0-4]|2[1-4]|3[1-79]|9[0-7]|38;5;(?!0m|16m)\d{1,3})(?:;(?!$)|(?=m)))*m$/;

/** Plain text with tabs and `\n` line ends only. Applying it again changes nothing. */
export function printableText(text: string): string {
  return wellFormed(text).replace(UNPRINTABLE, '');
}

/** Like `printableText`, but readable colour sequences stay. */
export function colouredText(text: string): string {
  return wellFormed(text).replace(UNPRINTABLE, (found) => (READABLE_COLOUR.test(found) ? found : ''));
}

function wellFormed(text: string): string {
  return text.replace(LINE_END, '\n').replace(LONE_SURROGATE, '\uFFFD');
}
