// What the Messages API refuses in a request, as far as Ferrule could get it wrong. Answers are messages-api.ts.
import type Anthropic from '@anthropic-ai/sdk';

export type MessagesRequest = Anthropic.MessageCreateParamsStreaming;

const KNOWN_KEYS = [
  ...['model', 'max_tokens', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config', 'stream'],
  ...['cache_control', 'stop_sequences', 'metadata', 'service_tier', 'speed', 'inference_geo', 'container'],
];
const MAX_CACHE_MARKS = 4;

type Block = { type: string } & Record<string, unknown>;

/**
 * Everything that is wrong with a request; empty when the API would take it.
 * @param terms.continuesAnswer the answer before paused: it may come back as the last message
 */
export function checkMessagesRequest(body: unknown, terms = { continuesAnswer: false }): string[] {
  if (typeof body !== 'object' || body === null) return ['the body is no JSON object'];
  const request = body as MessagesRequest & Record<string, unknown>;
  return [
    ...Object.keys(request)
      .filter((key) => !KNOWN_KEYS.includes(key))
      .map((key) => `${key}: Extra inputs are not permitted`),
    ...(typeof request.model === 'string' && request.model !== '' ? [] : ['model: Field required']),
    ...(Number.isInteger(request.max_tokens) && request.max_tokens > 0
      ? []
      : ['max_tokens: must be a positive integer']),
    ...((request.stream as unknown) === true ? [] : ['stream: this double only streams']),
    ...checkTools(request.tools ?? []),
    ...checkMessages(request.messages, terms.continuesAnswer),
    ...checkCacheMarks(request),
  ];
}

function checkTools(tools: readonly unknown[]): string[] {
  const names = new Set<string>();
  return (tools as Partial<Anthropic.Tool>[]).flatMap(({ name = '', description, input_schema: schema }, i) => {
    const wrong: string[] = [];
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) wrong.push(`tools.${i}.name: '${name}' does not match the pattern`);
    if (names.has(name)) wrong.push(`tools: Tool names must be unique, '${name}' is not`);
    if ((schema?.type as unknown) !== 'object') wrong.push(`tools.${i}.input_schema.type: must be 'object'`);
    if (!description) wrong.push(`tools.${i}.description: missing, the model would have to guess`);
    names.add(name);
    return wrong;
  });
}

function blocksOf(content: unknown): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as Block[]) : [];
}

function checkMessages(messages: unknown, mayEndWithAnswer: boolean): string[] {
  if (!Array.isArray(messages) || messages.length === 0) return ['messages: at least one message is required'];
  const wrong: string[] = [];
  let open: string[] = []; // ids of the tool uses of the message before
  (messages as { role: string; content: unknown }[]).forEach(({ role, content }, i) => {
    const at = `messages.${i}`;
    if (role !== (i % 2 === 0 ? 'user' : 'assistant')) wrong.push(`${at}: roles must alternate, beginning with user`);
    const blocks = blocksOf(content);
    if (blocks.length === 0) wrong.push(`${at}: content must not be empty`);
    for (const block of blocks)
      if (block.type === 'text' && String(block.text).trim() === '')
        wrong.push(`${at}: text content blocks must be non-empty`);

    const answered = blocks.filter((block) => block.type === 'tool_result').map((block) => String(block.tool_use_id));
    for (const id of open) {
      const count = answered.filter((one) => one === id).length;
      if (count !== 1) wrong.push(`${at}: tool_use ${id} has ${count} tool_result blocks, not 1`);
    }
    for (const id of answered) if (!open.includes(id)) wrong.push(`${at}: tool_result for unknown tool_use ${id}`);
    const firstOther = blocks.findIndex((block) => block.type !== 'tool_result');
    if (answered.length > 0 && blocks.slice(firstOther === -1 ? blocks.length : firstOther).some(isResult))
      wrong.push(`${at}: tool_result blocks must come first`);
    open = blocks.filter((block) => block.type === 'tool_use').map((block) => String(block.id));
    if (new Set(open).size !== open.length) wrong.push(`${at}: tool_use ids must be unique`);
  });
  if (!mayEndWithAnswer && (messages.at(-1) as { role: string }).role !== 'user')
    wrong.push('messages: the last message must be of the user');
  return wrong;
}

const isResult = (block: Block) => block.type === 'tool_result';

function checkCacheMarks({ system, tools = [], messages }: MessagesRequest): string[] {
  const blocks = [
    ...(tools as unknown as Block[]),
    ...(typeof system === 'string' || system === undefined ? [] : (system as unknown as Block[])),
    ...(Array.isArray(messages) ? messages : []).flatMap((message) => blocksOf(message.content)),
  ];
  const marked = blocks.flatMap((block) => [block, ...blocksOf(block.content)]).filter((block) => block.cache_control);
  return marked.length > MAX_CACHE_MARKS
    ? [`A maximum of ${MAX_CACHE_MARKS} blocks with cache_control may be provided. Found ${marked.length}.`]
    : [];
}
