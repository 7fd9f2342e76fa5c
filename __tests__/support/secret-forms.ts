// The ways in which one line of somebody's code can write a secret so that it looks like something else, and random
// secrets like the real ones.
import fc from 'fast-check';

const units = (text: string) => Array.from(text);
const bytes = (text: string) => [...Buffer.from(text)];
const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Each writes a secret in a form that the scan must see. */
export const SECRET_FORMS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'upper case': (secret) => secret.toUpperCase(),
  backwards: (secret) => units(secret).reverse().join(''),
  hexadecimal: (secret) => Buffer.from(secret).toString('hex'),
  'upper case hexadecimal': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'hexadecimal in pairs': (secret) => bytes(secret).map(hex).join(' '),
  'hexadecimal escapes': (secret) =>
    bytes(secret)
      .map((byte) => `\\x${hex(byte)}`)
      .join(''),
  'hexadecimal numbers': (secret) =>
    bytes(secret)
      .map((byte) => `0x${hex(byte)}`)
      .join(', '),
  'decimal numbers': (secret) => JSON.stringify(bytes(secret)),
  base64: (secret) => base64(secret),
  'base64 behind one byte': (secret) => base64(`u${secret}`),
  'base64 behind two bytes': (secret) => base64(`x:${secret}y`),
  'base64 of basic authentication': (secret) => base64(`x-access-token:${secret}`),
  base64url: (secret) => Buffer.from(`?>${secret}?>`).toString('base64url'),
  'base64 in lines': (secret) => base64(secret).replaceAll(/(.{20})/g, '$1\n'),
  'percent-encoded': (secret) =>
    bytes(secret)
      .map((byte) => `%${hex(byte)}`)
      .join(''),
  'percent-encoded here and there': (secret) =>
    bytes(secret)
      .map((byte, at) => (at % 3 === 0 ? `%${hex(byte)}` : String.fromCharCode(byte)))
      .join(''),
  'escaped as JSON does': (secret) =>
    bytes(secret)
      .map((byte) => `\\u00${hex(byte)}`)
      .join(''),
  'escaped as JSON in JSON': (secret) =>
    bytes(secret)
      .map((byte) => `\\\\u00${hex(byte)}`)
      .join(''),
  'escaped as Rust does': (secret) =>
    bytes(secret)
      .map((byte) => `\\u{${hex(byte)}}`)
      .join(''),
  'HTML entities': (secret) =>
    bytes(secret)
      .map((byte) => `&#${byte};`)
      .join(''),
  'split by blanks': (secret) => units(secret).join(' '),
  'split by line ends': (secret) => units(secret).join('\r\n'),
  'split by zero-width characters': (secret) => units(secret).join('\u200b\u2060'),
  'split into literals': (secret) =>
    units(secret)
      .map((unit) => `"${unit}"`)
      .join(', '),
  'split by colours': (secret) => units(secret).join('\x1b[31m'),
  'split by line ends and quoted as JSON': (secret) => JSON.stringify(units(secret).join('\n')),
  'split by colours and quoted as JSON': (secret) => JSON.stringify(units(secret).join('\x1b[1;31m')),
  'split by colours as a program text has them': (secret) => units(secret).join('\\e[0m'),
  'split by full stops': (secret) => units(secret).join('.'),
  'with the dashes gone': (secret) => secret.replaceAll(/[^a-z0-9]/gi, ''),
  'UTF-16': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
};

/** The forms that stay on one line and in ASCII, as a model or a program would write them into its own words. */
export const LINE_FORMS = Object.entries(SECRET_FORMS).filter(([, write]) =>
  /^[\x20-\x7e]*$/.test(write('sk-ant-Ab1')),
);

const BASE62 = Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const randomText = (alphabet: readonly string[], length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((letters) => letters.join(''));

/** Keys of the model server, tokens of GitHub, and what a gateway may hand out. */
export const randomSecret: fc.Arbitrary<string> = fc.oneof(
  randomText([...BASE62, '-', '_'], 93).map((text) => `sk-ant-api03-${text}AA`),
  randomText(BASE62, 36).map((text) => `ghs_${text}`),
  randomText(BASE62.slice(0, 10).concat(['a', 'b', 'c', 'd', 'e', 'f']), 32),
  randomText([...BASE62, '-', '_'], 43).map((text) => `github_pat_${text}`),
);
