import type { Asking, Question, Suite } from '../check.ts';
import { stopIn, textAt, tooLongFor } from '../look.ts';
import { anthropicChecks } from './checks.ts';

/** The protocol of Anthropic's messages. */

const greeting = [{ role: 'user', content: 'Say hello in one short sentence.' }];
const weather = {
  name: 'weather',
  description: 'The weather of a town.',
  input_schema: { type: 'object', properties: { town: { enum: ['Oslo', 'Bergen'] } }, required: ['town'], additionalProperties: false },
};
const callForced = {
  messages: [{ role: 'user', content: 'How is the weather in Oslo?' }],
  max_tokens: 120,
  tools: [weather],
  tool_choice: { type: 'any' },
};

const message = (body: object | ((asking: Asking) => object | undefined)): Question => ({
  path: '/v1/messages',
  body: (asking) => {
    const own = typeof body === 'function' ? body(asking) : body;
    return own && { model: asking.model, messages: greeting, max_tokens: 24, temperature: 0, ...own };
  },
});

const questions: Readonly<Record<string, Question>> = {
  message: message({}),
  stream: message({ stream: true }),
  cut: message({ max_tokens: 1 }),
  stop: message(({ before }) => {
    const stop = stopIn(textAt(before('message')?.json, 'content.0.text'));
    return stop === undefined ? undefined : { stop_sequences: [stop] };
  }),
  blocks: message({
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }],
  }),
  call: message(callForced),
  callStream: message({ ...callForced, stream: true }),
  count: { path: '/v1/messages/count_tokens', body: ({ model }) => ({ model, messages: greeting }) },
  noModel: message({ model: 'no-such-model-of-luci-conform' }),
  badValue: message({ messages: 'hello' }),
  overflow: message(({ contextLength }) => {
    const content = tooLongFor(contextLength);
    return content === undefined ? undefined : { messages: [{ role: 'user', content }] };
  }),
};

export const anthropicSuite: Suite = {
  protocol: 'anthropic',
  opening: 'message',
  questions,
  checks: anthropicChecks,
  headers: { 'anthropic-version': '2023-06-01' },
};
