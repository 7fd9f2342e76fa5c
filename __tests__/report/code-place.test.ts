import { describe, expect, it } from '@jest/globals';
import { parsePlace } from '../../src/report/code-place.js';

describe('parsePlace', () => {
  it.each([
    ['src/lib.rs', { path: 'src/lib.rs' }],
    [' ./src/lib.rs:9 ', { path: 'src/lib.rs', line: '9' }],
    ['src/lib.rs:9-12', { path: 'src/lib.rs', line: '9', lastLine: '12' }],
    ['src/lib.rs:9:5', { path: 'src/lib.rs', line: '9' }],
    ['src/lib.rs:', { path: 'src/lib.rs:' }],
    ['src/a:b.rs:x', { path: 'src/a:b.rs:x' }],
    ['../x.rs:2', { path: '../x.rs', line: '2' }],
    ['', { path: '' }],
  ])('reads %j', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });
});
