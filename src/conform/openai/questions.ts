import type { Asking, Question } from '../check.ts';
import { stopIn, textAt, tooLongFor } from '../look.ts';

/** What a server of OpenAI's protocol is asked. Short answers, chosen so that the same is said again. */

const greeting = [{ role: 'user', content: 'Say hello in one short sentence.' }];
const plain = { messages: greeting, max_tokens: 24, temperature: 0, seed: 1 };

/** A word of several bytes a letter, which a grammar makes any model say. */
export const farWord = '😀 漢字 é';
const farFormat = {
  type: 'json_schema',
  json_schema: {
    name: 'word',
    strict: true,
    schema: { type: 'object', properties: { word: { enum: [farWord] } }, required: ['word'], additionalProperties: false },
  },
};

const weather = tool('weather', 'The weather of a town.');
const clock = tool('clock', 'The time in a town.');

function tool(name: string, description: string): object {
  const parameters = {
    type: 'object',
    properties: { town: { enum: ['Oslo', 'Bergen'] } },
    required: ['town'],
    additionalProperties: false,
  };
  return { type: 'function', function: { name, description, parameters } };
}

const callForced = {
  messages: [{ role: 'user', content: 'How is the weather in Oslo?' }],
  max_tokens: 120,
  temperature: 0,
  tools: [weather],
  tool_choice: 'required',
};

const chat = (body: object | ((asking: Asking) => object | undefined)): Question => ({
  path: '/v1/chat/completions',
  body: (asking) => {
    const own = typeof body === 'function' ? body(asking) : body;
    return own && { model: asking.model, ...own };
  },
});
const streamed = { stream: true };

/** Their text is read as tokens by any model; a name nobody gives a model. */
const noModel = 'no-such-model-of-luci-conform';

export const openAiQuestions: Readonly<Record<string, Question>> = {
  models: { method: 'GET', path: '/v1/models' },
  model: { method: 'GET', path: ({ model }) => `/v1/models/${encodeURIComponent(model)}` },
  chat: chat(plain),
  cut: chat({ ...plain, max_tokens: 1 }),
  stop: chat(({ before }) => {
    const stop = stopIn(textAt(before('chat')?.json, 'choices.0.message.content'));
    return stop === undefined ? undefined : { ...plain, stop: [stop] };
  }),
  several: chat({ ...plain, n: 2 }),
  parts: chat({ ...plain, messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }] }),
  systems: chat({ ...plain, messages: [{ role: 'system', content: 'Be brief.' }, { role: 'system', content: 'Be kind.' }, ...greeting] }),
  unknownField: chat({ ...plain, future_field: { a: [1] }, metadata: { a: 'b' } }),
  stream: chat({ ...plain, ...streamed }),
  streamUsage: chat({ ...plain, ...streamed, stream_options: { include_usage: true } }),
  jsonObject: chat({
    ...plain,
    max_tokens: 80,
    messages: [{ role: 'user', content: 'Answer with a JSON object with the one member "ok".' }],
    response_format: { type: 'json_object' },
  }),
  jsonSchema: chat({ ...plain, max_tokens: 80, response_format: farFormat }),
  jsonSchemaStream: chat({ ...plain, max_tokens: 80, response_format: farFormat, ...streamed }),
  call: chat(callForced),
  callStream: chat({ ...callForced, ...streamed }),
  callNamed: chat({ ...callForced, tools: [weather, clock], tool_choice: { type: 'function', function: { name: 'clock' } } }),
  callNone: chat({ ...callForced, tool_choice: 'none', max_tokens: 24 }),
  callOne: chat({
    ...callForced,
    messages: [{ role: 'user', content: 'How is the weather in Oslo, and how is it in Bergen?' }],
    parallel_tool_calls: false,
  }),
  callWithFormat: chat({ ...callForced, response_format: farFormat }),
  callAnswered: chat({
    ...plain,
    tools: [weather],
    messages: [
      ...callForced.messages,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"town":"Oslo"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
    ],
  }),
  noModel: chat({ ...plain, model: noModel }),
  noModelStream: chat({ ...plain, model: noModel, ...streamed }),
  noJson: { path: '/v1/chat/completions', body: () => '{"model":' },
  badValue: chat({ ...plain, messages: 'hello' }),
  badRole: chat({ ...plain, messages: [{ role: 'robot', content: 'hi' }] }),
  overflow: chat((asking) => overflowOf(asking)),
  overflowStream: chat((asking) => {
    const body = overflowOf(asking);
    return body && { ...body, ...streamed };
  }),
  completion: { path: '/v1/completions', body: ({ model }) => ({ model, prompt: 'One, two,', max_tokens: 4, temperature: 0 }) },
  vectors: { path: '/v1/embeddings', body: ({ model }) => ({ model, input: ['one', 'two'], encoding_format: 'float' }) },
  vectorsPacked: { path: '/v1/embeddings', body: ({ model }) => ({ model, input: ['one', 'two'], encoding_format: 'base64' }) },
};

function overflowOf({ contextLength }: Asking): object | undefined {
  const content = tooLongFor(contextLength);
  return content === undefined ? undefined : { ...plain, messages: [{ role: 'user', content }] };
}
