import { describe, expect, it } from '@jest/globals';
import { ReadStates } from '../../src/agent/agent.js';
import { ToolError } from '../../src/errors.js';

const OLD = Buffer.from('1\n2\n3\n');
const NEW = Buffer.from('1\n2\nthree\n');

describe('read states', () => {
  it('demand a reading before an edit, and name the tool', () => {
    const reads = new ReadStates();
    expect(() => reads.require('a.rs', OLD, 'edit')).toThrow(ToolError);
    expect(() => reads.require('a.rs', OLD, 'edit')).toThrow('a.rs has not been read in this run. Call read_file');
  });

  it('allow an edit after a part was read, and a replacement only after all of it, in whatever order', () => {
    const reads = new ReadStates();
    reads.shown('a.rs', OLD, 3, 3, 3);
    reads.require('a.rs', OLD, 'edit');
    expect(() => reads.require('a.rs', OLD, 'replace')).toThrow('2 of the 3 lines of a.rs have not been read');
    reads.shown('a.rs', OLD, 1, 2, 3);
    reads.require('a.rs', OLD, 'replace');
  });

  it('demand another reading when the content has changed, and forget what was known of the old one', () => {
    const reads = new ReadStates();
    reads.shown('a.rs', OLD, 1, 3, 3);
    expect(() => reads.require('a.rs', NEW, 'edit')).toThrow('Read it again');
    reads.shown('a.rs', NEW, 1, 1, 3);
    expect(() => reads.require('a.rs', NEW, 'replace')).toThrow('2 of the 3 lines');
  });

  it('know what the model wrote itself', () => {
    const reads = new ReadStates();
    reads.wrote('a.rs', NEW);
    reads.require('a.rs', NEW, 'replace');
  });

  it('do not take an edit after a partial reading for knowledge of the rest', () => {
    const reads = new ReadStates();
    reads.shown('a.rs', OLD, 3, 3, 3);
    reads.edited('a.rs', NEW, 3);
    reads.require('a.rs', NEW, 'edit');
    expect(() => reads.require('a.rs', NEW, 'replace')).toThrow('have not been read');
    reads.shown('a.rs', NEW, 1, 3, 3);
    reads.require('a.rs', NEW, 'replace');
  });

  it('keep full knowledge through an edit, and through one of what the model wrote', () => {
    const reads = new ReadStates();
    reads.shown('a.rs', OLD, 1, 3, 3);
    reads.edited('a.rs', NEW, 3);
    reads.require('a.rs', NEW, 'replace');
    reads.edited('a.rs', OLD, 3);
    reads.require('a.rs', OLD, 'replace');
  });

  it('take an empty file for read once it was shown', () => {
    const reads = new ReadStates();
    reads.shown('a.rs', Buffer.alloc(0), 1, 0, 0);
    reads.require('a.rs', Buffer.alloc(0), 'replace');
  });
});
