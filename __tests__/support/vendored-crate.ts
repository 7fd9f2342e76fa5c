// Crates as `cargo vendor` leaves them in a repository, from object literals.
import { createHash } from 'node:crypto';
import type { Files } from './temp-repo.js';

/** What `cargo vendor` tells people to put into `.cargo/config.toml`. */
export const VENDOR_CONFIG =
  '[source.crates-io]\nreplace-with = "vendored-sources"\n\n[source.vendored-sources]\ndirectory = "vendor"\n';

/** A library that cargo finds below `vendor`, with one function that returns 7. @param more of its manifest */
export function vendoredCrate(name: string, more = ''): Files {
  const sources: Record<string, string> = {
    'Cargo.toml': `[package]\nname = "${name}"\nversion = "1.2.3"\nedition = "2021"\n${more}`,
    'src/lib.rs': 'pub fn seven() -> u8 {\n    7\n}\n',
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const files = Object.fromEntries(Object.entries(sources).map(([file, text]) => [file, sha256(text)]));
  const all = { ...sources, '.cargo-checksum.json': JSON.stringify({ files, package: sha256(name) }) };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`vendor/${name}/${file}`, text]));
}
