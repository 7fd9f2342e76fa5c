// An outline as the model reads it.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { outlineSource } from '../../src/workshop/outline.js';
import { outlineText } from '../../src/workshop/outline-text.js';
import type { RustSyntax } from '../../src/workshop/rust-syntax.js';
import { openRustSyntax } from '../../src/workshop/rust-syntax.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

const show = (source: string) => outlineText(outlineSource(syntax, source, { publicOnly: true }));

describe('an outline as text', () => {
  it('has one item a line with its number, members indented, private fields counted', () => {
    const text = show(
      '//! Shelves.\n\n/// Holds jars.\npub struct Shelf {\n    pub jars: u8,\n    secret: u8,\n}\n\nimpl Shelf {\n    /// Adds one.\n    pub fn add(&mut self) {}\n}\n',
    );
    expect(text.split('\n')[0]).toBe('//! Shelves.');
    expect(text).toContain('4: pub struct Shelf');
    expect(text).toContain('// Holds jars.');
    expect(text).toMatch(/\n {2,}\(1 private fields\)/);
    expect(text).toMatch(/11: {3}pub fn add\(&mut self\) {2}\/\/ Adds one\./);
  });

  it('names tests with their lines, and says when the file does not parse', () => {
    expect(show('#[test]\nfn holds() {}\n')).toContain('tests: holds (2)');
    expect(show('pub fn a() {}\npub fn (\n')).toContain('(the file does not parse completely)');
    expect(show('')).toBe('');
  });
});
