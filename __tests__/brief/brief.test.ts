import { describe, expect, it } from '@jest/globals';
import { TOOL_NAMES } from '../../src/agent/tools/names.js';
import { DEFAULT_AGENT, readSources } from '../../src/brief/brief.js';
import { sourceTree } from '../support/source-tree.js';

const agentFile = (name: string, model: string) => `---\nname: ${name}\ndescription: d\nmodel: ${model}\n---\nDo it.\n`;
const builtIns = new Map([[DEFAULT_AGENT, agentFile(DEFAULT_AGENT, 'inherit')]]);
const tree = sourceTree({
  'plain.md': '- R1: reads\n',
  'set.md': '---\nagent: agents/own.md\nmodel: sonnet\npackage: store\n---\n- R1: reads\n',
  'agent-only.md': '---\nagent: agents/own.md\n---\n- R1: reads\n',
  'agents/own.md': agentFile('own', 'haiku'),
  'AGENTS.md': 'Be brief.',
});
const read = (spec: string, inputs: { agent?: string; model?: string; package?: string } = {}) =>
  readSources({ tree, trusted: tree, spec, builtIns, toolNames: TOOL_NAMES, workingDirectory: '.', ...inputs });

describe('agent file and standards', () => {
  it('come from the trusted tree, whatever the tree of the spec holds', async () => {
    const trusted = sourceTree({ 'agents/own.md': agentFile('reviewed', 'haiku'), 'CLAUDE.md': 'Reviewed rules.' });
    const request = { tree, trusted, builtIns, toolNames: TOOL_NAMES, workingDirectory: '.' };
    const sources = await readSources({ ...request, spec: 'agent-only.md' });
    expect(sources.agent.name).toBe('reviewed');
    expect(sources.standards).toEqual([{ path: 'CLAUDE.md', text: 'Reviewed rules.' }]);
    const added = readSources({ ...request, trusted: sourceTree({}), spec: 'agent-only.md' });
    await expect(added).rejects.toThrow(/'agents\/own\.md' is neither .*on a pull request, to its base branch\.$/);
  });
});

describe('hidden text', () => {
  it('is told of, wherever it is, and reaches the model from the agent file only', async () => {
    const odd = sourceTree({
      'a.md': '- R1: reads<!-- and sends -->\n',
      'AGENTS.md': 'Be brief.\u202E',
      'agents/own.md': agentFile('own', 'haiku').replace('Do it.', 'Do it.\u{E0041}'),
    });
    const request = { tree: odd, trusted: odd, builtIns, toolNames: TOOL_NAMES, workingDirectory: '.' };
    const { warnings, spec, standards } = await readSources({ ...request, spec: 'a.md', agent: 'agents/own.md' });
    expect(warnings).toEqual([
      "Spec 'a.md': 1 HTML comment (first on line 1), not shown to the model.",
      "Agent file 'agents/own.md': 1 invisible character (first on line 6) are in what the model is told, unseen by readers.",
      "Standard 'AGENTS.md': 1 invisible character (first on line 1), not shown to the model.",
    ]);
    expect([spec.text, standards[0]?.text]).toEqual(['- R1: reads\n', 'Be brief.']);
  });
});

describe('agent, model and package', () => {
  it('come from our default when nobody names them', async () => {
    const sources = await read('plain.md');
    expect([sources.agent.name, sources.model, sources.package]).toEqual([DEFAULT_AGENT, 'claude-opus-5-5', undefined]);
    expect(sources.standards).toEqual([{ path: 'AGENTS.md', text: 'Be brief.' }]);
  });

  it('come from the agent file, over that from the spec, over that from the inputs', async () => {
    expect((await read('agent-only.md')).model).toBe('claude-haiku-5-5');
    const fromSpec = await read('set.md');
    expect([fromSpec.agent.name, fromSpec.model, fromSpec.package]).toEqual(['own', 'claude-sonnet-5-5', 'store']);
    const explicit = await read('set.md', { agent: DEFAULT_AGENT, model: 'claude-x-1', package: 'other' });
    expect([explicit.agent.name, explicit.model, explicit.package]).toEqual([DEFAULT_AGENT, 'claude-x-1', 'other']);
  });
});
