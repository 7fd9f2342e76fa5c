import { describe, expect, it } from '@jest/globals';
import { loadSpec } from '../../src/brief/spec.js';
import { readTasks } from '../../src/brief/task-lists.js';
import { sourceTree } from '../support/source-tree.js';
import { specFixture } from '../support/spec-fixtures.js';

async function tasksOf(folder: string) {
  const { documents, requirements } = await loadSpec(sourceTree(await specFixture(folder)), folder);
  return readTasks(documents, requirements).map((task) => [task.line, task.depth, task.isTicked, task.requirements]);
}

function tasks(text: string, ids: readonly string[]) {
  return readTasks(
    [{ file: 'a.md', text, firstLine: 10 }],
    ids.map((id) => ({ id })),
  );
}

describe('the tasks of a spec', () => {
  it('of Spec Kit refer to requirements by id and to a story’s scenarios by its mark', async () => {
    // The first three are the boxes of spec.md's own list.
    expect((await tasksOf('spec-kit')).slice(-5)).toEqual([
      [7, 0, true, []],
      [11, 0, false, ['US1.1', 'US1.2']],
      [12, 0, false, ['US1.1', 'US1.2']],
      [13, 0, false, ['FR-001', 'FR-003']],
      [14, 0, false, ['FR-002']],
    ]);
  });

  it('of Kiro refer by the line below them; one without such a line stands for those below it', async () => {
    expect(await tasksOf('kiro')).toEqual([
      [3, 0, false, ['1.1', '1.2', '2.1']],
      [4, 1, false, ['1.1', '1.2']],
      [7, 1, false, ['2.1']],
      [9, 0, false, ['2.1']],
      [11, 0, true, []],
    ]);
  });

  it('have their text on one line, and the line of their file', () => {
    const [task] = tasks('- [ ] Read\n  `R1` *well*\n', ['R1']);
    expect(task).toEqual({
      file: 'a.md',
      line: 10,
      depth: 0,
      text: 'Read R1 well',
      isTicked: false,
      requirements: ['R1'],
    });
  });

  it('take whole ids only, and bare numbers only where they are said to be requirements', () => {
    expect(tasks('- [ ] 1.1 see R12 and R1.2\n', ['R1', '1.1'])[0]?.requirements).toEqual([]);
    expect(tasks('- [ ] R1.\n', ['R1'])[0]?.requirements).toEqual(['R1']);
    expect(tasks('- [ ] x\n  - _Requirements: 1.1 and 12.3_\n', ['1.1', '12.3'])[0]?.requirements).toEqual([
      '1.1',
      '12.3',
    ]);
  });

  it('above a task that refers to nothing cannot be told', () => {
    expect(tasks('- [ ] all\n  - [ ] R1\n  - [ ] rest\n', ['R1']).map((task) => task.requirements)).toEqual([
      [],
      ['R1'],
      [],
    ]);
  });

  it('are only the items with a box', () => {
    expect(tasks('- R1\n- [link](x)\n', ['R1'])).toEqual([]);
  });
});
