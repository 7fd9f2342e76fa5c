// The names of the tools a model can be offered, in the order in which they are offered. What they do is not here.

/** Fixed names: docs/contract.md, "The agent". */
export const TOOL_NAMES = [
  'read_file',
  'list_files',
  'search_files',
  'outline',
  'write_file',
  'edit_file',
  'delete_file',
  'cargo',
  'read_output',
  'plan',
  'complete_increment',
  'ask',
  'record',
  'finish',
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];
