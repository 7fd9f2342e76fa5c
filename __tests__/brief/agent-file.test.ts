import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { TOOL_NAMES } from '../../src/agent/tools/names.js';
import { loadAgent, parseAgentFile } from '../../src/brief/agent-file.js';
import { offeredTools } from '../../src/brief/agent-tools.js';
import { resolveModel } from '../../src/brief/model-aliases.js';
import { sourceTree } from '../support/source-tree.js';

const BUILT_IN = readFileSync(new URL('../../agents/backend-implementation-engineer.md', import.meta.url), 'utf8');
const CLAUDE_CODE_STYLE = readFileSync(
  new URL('../fixtures/brief/agents/claude-code-style.md', import.meta.url),
  'utf8',
);

function parse(frontMatter: string, body = 'Do it.\n') {
  return parseAgentFile(`---\n${frontMatter}\n---\n${body}`, 'agents/a.md', TOOL_NAMES);
}

describe('an agent file', () => {
  it('has name, description, limits and the body as system prompt', () => {
    const agent = parse(
      'name: a\ndescription: Does it\nmodel: sonnet\nmaxTurns: 30\ncolor: red\ntools: read_file, cargo',
    );
    expect(agent).toMatchObject({
      name: 'a',
      description: 'Does it',
      model: 'sonnet',
      maxTurns: 30,
      color: 'red',
      tools: ['read_file', 'cargo'],
      body: 'Do it.',
      path: 'agents/a.md',
      warnings: [],
    });
    expect(agent.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('keeps keys it does not know and warns about them', () => {
    const agent = parse('name: a\ndescription: b\npermissionMode: plan\nskills: [x]');
    expect(agent.otherKeys).toEqual({ permissionMode: 'plan', skills: ['x'] });
    expect(agent.warnings).toEqual([
      "Agent file 'agents/a.md': 'permissionMode', 'skills' in the front matter have no effect here.",
    ]);
  });

  it('understands the tool names of Claude Code, as a line or as a list', () => {
    const tools = ['read_file', 'write_file', 'edit_file', 'list_files', 'search_files', 'cargo', 'read_output'];
    const line = parse('name: a\ndescription: b\ntools: Read, Write, Edit, MultiEdit, Glob, Grep, Bash(git log:*, ls)');
    expect(line.tools).toEqual(tools);
    expect(line.warnings).toEqual([]);
    const list = parse('name: a\ndescription: b\ntools:\n  - Read\n  - bash\ndisallowedTools: [Write]');
    expect(list.tools).toEqual(['read_file', 'cargo', 'read_output']);
    expect(list.disallowedTools).toEqual(['write_file']);
  });

  it('warns about tools of Claude Code and MCP servers that do not exist here', () => {
    const { tools, warnings } = parse('name: a\ndescription: b\ntools: Read, Task, WebFetch, Hologram, mcp__jira__get');
    expect(tools).toEqual(['read_file']);
    expect(warnings.map((warning) => /tool '(\w+)' does not exist/.exec(warning)?.[1])).toEqual([
      'Task',
      'WebFetch',
      'Hologram',
      'mcp__jira__get',
    ]);
  });

  it.each([
    ['no name', 'description: b', /'name' in the front matter is missing/],
    ['no description', 'name: a', /'description' in the front matter is missing/],
    [
      'a negative limit',
      'name: a\ndescription: b\nmaxTurns: -1',
      /'maxTurns' .* wrong value\. Expected a whole number/,
    ],
    [
      'a mistyped tool',
      'name: a\ndescription: b\ntools: read_flie',
      /unknown tool 'read_flie'\. Did you mean 'read_file'\?/,
    ],
    ['a mistyped Claude tool', 'name: a\ndescription: b\ntools: Raed', /Did you mean 'Read'\?/],
    ['every tool by a star', 'name: a\ndescription: b\ntools: "*"', /key 'tools': unknown tool '\*'/],
    ['tools of a wrong type', 'name: a\ndescription: b\ntools: 3', /'tools' .* Expected a comma-separated line/],
  ])('with %s is refused', (_, frontMatter, message) => {
    expect(() => parse(frontMatter)).toThrow(message);
  });

  it('without front matter, without a body or with code as front matter is refused', () => {
    expect(() => parseAgentFile('Do it.', 'a.md', TOOL_NAMES)).toThrow(/'a\.md': it has no front matter/);
    expect(() => parse('name: a\ndescription: b', ' \n')).toThrow(/has no text below its front matter/);
    expect(() => parseAgentFile('---js\n{name: "a"}\n---\nx', 'a.md', TOOL_NAMES)).toThrow(/only YAML/);
  });
});

describe('an agent file that is not valid YAML', () => {
  it('is read line by line, with a warning and readable line breaks', () => {
    const agent = parseAgentFile(CLAUDE_CODE_STYLE, '.claude/agents/storage-engineer.md', TOOL_NAMES);
    expect(agent).toMatchObject({ name: 'storage-engineer', model: 'sonnet', color: 'cyan' });
    expect(agent.description).toContain('Examples:\n\n<example>\nContext: The design');
    expect(agent.description).toContain('User: "Please implement docs/wal.md"\nAssistant:');
    expect(agent.tools).toEqual([
      'read_file',
      'write_file',
      'edit_file',
      'list_files',
      'search_files',
      'cargo',
      'read_output',
    ]);
    expect(agent.body).toBe('You implement storage components.\n\nRead the design before you write code.');
    expect(agent.warnings[0]).toMatch(/not valid YAML: .*read as one 'key: value' a line/);
    expect(agent.warnings).toHaveLength(3);
  });

  it('may go on over several lines, quote values and list tools', () => {
    const agent = parse(
      'name: "a"\ndescription: Use: when\nuser: "x" then\n  <example>\ntools:\n  - Read\n  - "Grep"\nuser: y',
    );
    expect(agent).toMatchObject({ name: 'a', description: 'Use: when', tools: ['read_file', 'search_files'] });
    expect(agent.otherKeys).toEqual({ user: '"x" then\n<example>' });
  });

  it('still needs its required keys', () => {
    expect(() => parse('name: a: b')).toThrow(/'description' in the front matter is missing/);
  });
});

describe('offered tools', () => {
  it('are all of them unless the file says otherwise, and always those a run cannot do without', () => {
    expect(offeredTools({}, TOOL_NAMES)).toEqual(TOOL_NAMES);
    expect(offeredTools({ tools: ['cargo', 'read_file'], disallowedTools: ['cargo', 'finish'] }, TOOL_NAMES)).toEqual([
      'read_file',
      'read_output',
      'plan',
      'complete_increment',
      'ask',
      'record',
      'finish',
    ]);
    expect(offeredTools({ disallowedTools: ['delete_file'] }, TOOL_NAMES)).not.toContain('delete_file');
  });
});

describe('finding an agent', () => {
  const builtIns = new Map([['backend-implementation-engineer', BUILT_IN]]);
  const own = '---\nname: own\ndescription: Ours\n---\nDo it.';
  const tree = sourceTree({
    '.claude/agents/own.md': own,
    'agents/link.md': { content: 'own.md', mode: '120000' },
    'agents/big.md': 'x'.repeat(300_000),
    'agents/own.txt': own,
  });
  const find = (agent: string) => loadAgent({ tree, agent, builtIns, toolNames: TOOL_NAMES });

  it('the built-in engineer loads without a warning and inherits its model', async () => {
    const agent = await find('backend-implementation-engineer');
    expect(agent).toMatchObject({ name: 'backend-implementation-engineer', model: 'inherit', warnings: [] });
    expect(agent.tools).toBeUndefined();
  });

  it('the tools that the built-in engineer is told about exist', () => {
    const mentioned = [...BUILT_IN.matchAll(/`([a-z]+_[a-z]+)`/g)].map((match) => match[1]);
    expect(mentioned.length).toBeGreaterThanOrEqual(5);
    expect(mentioned.filter((name) => !TOOL_NAMES.some((tool) => tool === name))).toEqual([]);
  });

  it('by its path in the repository', async () => {
    expect((await find('./.claude/agents/own.md')).name).toBe('own');
  });

  it.each([
    ['backend-implementation-enginer', /Did you mean 'backend-implementation-engineer'\?/],
    ['agents/none.md', /neither a built-in \(backend-implementation-engineer\) nor a file in the commit/],
    ['../agents/own.md', /nor a file in the commit/],
    ['agents/link.md', /not a regular UTF-8 text file/],
    ['agents/big.md', /larger than 256 KiB/],
    ['agents/own.txt', /not a Markdown file/],
  ])('%s is refused', async (agent, message) => {
    await expect(find(agent)).rejects.toThrow(message);
  });
});

describe('models', () => {
  it.each([
    ['opus', 'claude-opus-5-5'],
    ['Sonnet', 'claude-sonnet-5-5'],
    ['haiku', 'claude-haiku-5-5'],
    ['inherit', 'claude-opus-5-5'],
    [undefined, 'claude-opus-5-5'],
    ['claude-opus-4-6', 'claude-opus-4-6'],
    ['qwen3-coder:30b', 'qwen3-coder:30b'],
    ['Qwen/Qwen3-Coder', 'Qwen/Qwen3-Coder'],
    ['gpt4', 'gpt4'],
  ])('%p stands for %p', (name, model) => {
    expect(resolveModel(name)).toEqual({ model });
  });

  it.each(['opsu', '', 'constructor', '../../x', 'a b-1', '5-opus', 'x-1\n'.concat('y')])('%p is refused', (name) => {
    expect(() => resolveModel(name)).toThrow(/Expected opus, sonnet, haiku, inherit or a full model id/);
  });

  it('suggests the alias that was meant', () => {
    expect(() => resolveModel('opsu')).toThrow(/Did you mean 'opus'\?/);
  });
});
