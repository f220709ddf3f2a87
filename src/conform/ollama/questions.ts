import type { Asking, Question } from '../check.ts';
import { stopIn, textAt, tooLongFor } from '../look.ts';
import { farWord } from '../openai/questions.ts';

/** What a server of Ollama's protocol is asked. */

const greeting = [{ role: 'user', content: 'Say hello in one short sentence.' }];
const options = { temperature: 0, seed: 1, num_predict: 24 };
const wordSchema = { type: 'object', properties: { word: { enum: [farWord] } }, required: ['word'], additionalProperties: false };

const chat = (body: object | ((asking: Asking) => object | undefined)): Question => ({
  path: '/api/chat',
  body: (asking) => {
    const own = typeof body === 'function' ? body(asking) : body;
    return own && { model: asking.model, messages: greeting, options, stream: false, ...own };
  },
});

export const ollamaQuestions: Readonly<Record<string, Question>> = {
  tags: { method: 'GET', path: '/api/tags' },
  version: { method: 'GET', path: '/api/version' },
  show: { path: '/api/show', body: ({ model }) => ({ model }) },
  chat: chat({}),
  // Clients that say nothing expect a stream.
  stream: chat({ stream: undefined }),
  cut: chat({ options: { ...options, num_predict: 1 } }),
  stop: chat(({ before }) => {
    const stop = stopIn(textAt(before('chat')?.json, 'message.content'));
    return stop === undefined ? undefined : { options: { ...options, stop: [stop] } };
  }),
  format: chat({ format: wordSchema, options: { ...options, num_predict: 80 } }),
  formatStream: chat({ format: wordSchema, options: { ...options, num_predict: 80 }, stream: true }),
  generate: { path: '/api/generate', body: ({ model }) => ({ model, prompt: 'Say hello.', options, stream: false }) },
  noModel: chat({ model: 'no-such-model-of-luci-conform' }),
  overflow: chat(({ contextLength }) => {
    const content = tooLongFor(contextLength);
    return content === undefined ? undefined : { messages: [{ role: 'user', content }] };
  }),
  vectors: { path: '/api/embed', body: ({ model }) => ({ model, input: ['one', 'two'] }) },
};
