import type { Defect, Passing } from './flawed-server.ts';

/** What is left: a defect for each check that no defect of a server's habits finds, so that every check is known to be able to fail. */

const isAnswer = ({ status }: Passing): boolean => status === 200;

/** Replaces words in the answers to a path, where a question says so. */
const said =
  (path: string, from: string | RegExp, to: string, when: (passing: Passing) => boolean = isAnswer) =>
  (passing: Passing): void => {
    if (passing.path.startsWith(path) && when(passing)) passing.text = passing.text.replace(from, to);
  };

/** Answers a path with another status. */
const status =
  (path: string, code: number, when: (passing: Passing) => boolean) =>
  (passing: Passing): void => {
    if (passing.path.startsWith(path) && when(passing)) passing.status = code;
  };

const type =
  (path: string, value: string) =>
  (passing: Passing): void => {
    if (passing.path.startsWith(path) && isAnswer(passing)) passing.type = value;
  };

const asks =
  (name: string, value?: unknown) =>
  ({ asked, status: code }: Passing): boolean =>
    code === 200 && (value === undefined ? asked[name] !== undefined : asked[name] === value);
const messagesOf = ({ asked }: Passing): string => JSON.stringify(asked['messages'] ?? '');
const chat = '/v1/chat/completions';
const isPlain = (passing: Passing): boolean => isAnswer(passing) && !passing.asked['tools'] && !passing.asked['stream'];
const isCalled = (passing: Passing): boolean => isAnswer(passing) && passing.asked['tools'] !== undefined;
const isRefused = ({ status: code }: Passing): boolean => code >= 400;

/** By the check that finds it. */
export const smallDefects: Readonly<Record<string, Omit<Defect, 'found'>>> = {
  'openai.models.entries': { say: said('/v1/models', '"object":"model"', '"object":"thing"', ({ path }) => path === '/v1/models') },
  'openai.models.one': { say: said('/v1/models/', '"id":"', '"id":"x') },
  'openai.chat.role': { say: said(chat, '"role":"assistant"', '"role":"bot"', (passing) => isPlain(passing)) },
  'openai.chat.content': {
    also: ['openai.chat.parts', 'openai.json.object', 'openai.json.schema'],
    say: said(chat, /"content":"(?:[^"\\]|\\.)*"/, '"content":7', isPlain),
  },
  'openai.chat.systems': { say: status(chat, 500, (passing) => messagesOf(passing).includes('Be kind.')) },
  'openai.chat.unknown-field': { say: status(chat, 400, asks('future_field')) },
  'openai.completions.shape': { say: said('/v1/completions', '"object":"text_completion"', '"object":"text"') },
  'openai.embeddings.shape': { say: said('/v1/embeddings', '"index":1', '"index":0', asks('encoding_format', 'float')) },
  'openai.stream.content': {
    say: (passing) => {
      if (passing.path === chat && asks('stream', true)(passing) && !passing.asked['tools'])
        passing.text = passing.text.replace(/"content":"(?:[^"\\]|\\.)+"/g, '"text":"x"');
    },
  },
  'openai.stream.thinking': { say: said(chat, '"content":""', '"content":"<think>"', asks('stream', true)) },
  'openai.tools.call': {
    say: said(chat, '"type":"function"', '"type":"tool"', (passing) => isCalled(passing) && !passing.asked['stream']),
  },
  'openai.tools.content': { say: said(chat, '"content":null', '"content":"{\\"name\\":\\"weather\\"}"', isCalled) },
  'openai.tools.result': { say: status(chat, 400, (passing) => messagesOf(passing).includes('"role":"tool"')) },
  'openai.tools.stream-arguments': {
    say: said(chat, '\\"}"}}]', '\\"x"}}]', (passing) => isCalled(passing) && passing.asked['stream'] === true),
  },
  'ollama.tags.entries': { say: said('/api/tags', '"size":', '"bytes":') },
  'ollama.version': { say: said('/api/version', '"version"', '"v"') },
  'ollama.show.capabilities': { say: said('/api/show', '"capabilities"', '"can"') },
  'ollama.chat.message': { say: said('/api/chat', '"role":"assistant"', '"role":"bot"', asks('stream', false)) },
  'ollama.chat.done': { say: said('/api/chat', '"done":true', '"done":false', asks('stream', false)) },
  'ollama.chat.thinking': {
    say: said('/api/chat', '"content":"', '"content":"<think>', (passing) => asks('stream', false)(passing) && !passing.asked['format']),
  },
  'ollama.chat.num-predict': { say: said('/api/chat', '"done_reason":"length"', '"done_reason":"stop"') },
  'ollama.chat.stop': {
    ask: (asked, path) =>
      path === '/api/chat' ? { ...asked, options: { num_predict: 24, temperature: 0, ...withoutStop(asked) } } : asked,
  },
  'ollama.chat.format': {
    ask: (asked, path) => (path === '/api/chat' && asked['stream'] === false ? { ...asked, format: undefined } : asked),
  },
  'ollama.generate': { say: said('/api/generate', '"response"', '"text"') },
  'ollama.stream.type': {
    say: (passing) =>
      passing.path === '/api/chat' && passing.asked['stream'] === undefined ? type('/api/chat', 'application/json')(passing) : undefined,
  },
  'ollama.stream.lines': { say: said('/api/chat', '{', '[{', (passing) => isAnswer(passing) && passing.asked['stream'] === undefined) },
  'ollama.stream.characters': { say: said('/api/chat', '😀', '\ufffd', asks('stream', true)) },
  'ollama.error.model': { say: status('/api/chat', 400, ({ status: code }) => code === 404) },
  'ollama.overflow.told': { say: said('/api/chat', /exceeds[^"]*/, 'is wrong', isRefused) },
  'ollama.embed.shape': { say: said('/api/embed', '"embeddings"', '"vectors"') },
  'anthropic.message.head': {
    say: said(
      '/v1/messages',
      '"type":"message"',
      '"type":"answer"',
      (passing) => isPlain(passing) && passing.asked['max_tokens'] === 24 && !passing.asked['system'],
    ),
  },
  'anthropic.message.content': {
    say: said(
      '/v1/messages',
      '"content":[',
      '"content":[{},',
      (passing) => isPlain(passing) && passing.asked['stop_sequences'] === undefined,
    ),
  },
  'anthropic.message.stop-reason': { say: said('/v1/messages', '"stop_reason":"end_turn"', '"stop_reason":"stop"', isPlain) },
  'anthropic.message.usage': { say: said('/v1/messages', '"output_tokens"', '"tokens"', isPlain) },
  'anthropic.message.max-tokens': { say: said('/v1/messages', '"stop_reason":"max_tokens"', '"stop_reason":"end_turn"', isPlain) },
  'anthropic.message.stop': { ask: (asked, path) => (path === '/v1/messages' ? { ...asked, stop_sequences: undefined } : asked) },
  'anthropic.message.blocks': { say: status('/v1/messages', 400, asks('system')) },
  'anthropic.count-tokens': { say: said('/v1/messages/count_tokens', '"input_tokens"', '"tokens"') },
  'anthropic.stream.type': {
    say: (passing) =>
      asks('stream', true)(passing) && !passing.asked['tools'] ? type('/v1/messages', 'application/json')(passing) : undefined,
  },
  'anthropic.stream.end': { say: said('/v1/messages', '"stop_reason":"end_turn"', '"stop_reason":"stop"', asks('stream', true)) },
  'anthropic.tools.stop-reason': {
    say: said(
      '/v1/messages',
      '"stop_reason":"tool_use"',
      '"stop_reason":"end_turn"',
      (passing) => isCalled(passing) && !passing.asked['stream'],
    ),
  },
  'anthropic.tools.stream-input': { say: said('/v1/messages', '"partial_json"', '"json"', asks('stream', true)) },
  'anthropic.error.value': { say: status('/v1/messages', 500, ({ status: code, asked }) => code === 400 && asked['messages'] === 'hello') },
  'anthropic.error.model': { say: status('/v1/messages', 400, ({ status: code }) => code === 404) },
  'anthropic.overflow.told': { say: said('/v1/messages', /prompt is too long[^"]*/, 'no', isRefused) },
};

function withoutStop(asked: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { stop: _, ...options } = (asked['options'] ?? {}) as Record<string, unknown>;
  return options;
}
