import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Served, serveTiny } from './served.ts';

/** The clients that programs have, unchanged, against a real model in a real engine process. */

let served: Served;
let openai: OpenAI;
let ollama: Ollama;
let anthropic: Anthropic;
beforeAll(async () => {
  served = await serveTiny();
  openai = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 });
  ollama = new Ollama({ host: served.url });
  anthropic = new Anthropic({ baseURL: served.url, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => served[Symbol.asyncDispose]());

const hello = [{ role: 'user' as const, content: 'hi' }];

test('openai: an answer as a whole and as a stream', async () => {
  const whole = await openai.chat.completions.create({ model: 'tiny', messages: hello });
  expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant', content: tinyReply } });
  expect(whole.usage?.total_tokens).toBe((whole.usage?.prompt_tokens ?? 0) + (whole.usage?.completion_tokens ?? 0));
  const chunks = [];
  const stream = await openai.chat.completions.create({
    model: 'tiny',
    messages: hello,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe(tinyReply);
  expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  expect(chunks.slice(0, -2).every(({ choices: [choice] }) => choice?.finish_reason === null)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage?.completion_tokens } });
});

test('openai: answers are cut where it is asked for, and n of them are numbered', async () => {
  const { choices } = await openai.chat.completions.create({ model: 'tiny', messages: hello, max_tokens: 1, n: 2 });
  expect(choices.map(({ index, finish_reason: reason }) => [index, reason])).toEqual([
    [0, 'length'],
    [1, 'length'],
  ]);
});

test('openai: models with the context they are served with', async () => {
  const models = (await openai.models.list()).data;
  expect(models).toMatchObject([{ id: 'tiny', object: 'model', context_length: 2048, meta: { n_ctx: 2048 } }]);
  expect(await openai.models.retrieve('tiny')).toMatchObject({ id: 'tiny' });
  await expect(openai.models.retrieve('tiiny')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
});

test('openai: a model that is not there is told by name, as a whole and as a stream', async () => {
  for (const stream of [false, true])
    await expect(openai.chat.completions.create({ model: 'llama3.2', messages: hello, stream })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      message: expect.stringContaining('llama3.2'),
    });
});

test('openai: a prompt that is too long is told with the words and numbers agents look for', async () => {
  const messages = [{ role: 'user' as const, content: 'a b '.repeat(2000) }];
  await expect(openai.chat.completions.create({ model: 'tiny', messages })).rejects.toMatchObject({
    status: 400,
    code: 'context_length_exceeded',
    type: 'exceed_context_size_error',
    message: expect.stringMatching(/request \(\d+ tokens\) exceeds the available context size \(2048 tokens\), try increasing it/),
  });
});

test('openai: a text is continued, vectors are made', async () => {
  const { choices } = await openai.completions.create({ model: 'tiny', prompt: ['hi', 'ho'], max_tokens: 2 });
  expect(choices.map(({ index, finish_reason: reason }) => [index, reason])).toEqual([
    [0, 'length'],
    [1, 'length'],
  ]);
  const [float, packed] = [
    await openai.embeddings.create({ model: 'tiny', input: ['a', 'b'], encoding_format: 'float' }),
    await openai.embeddings.create({ model: 'tiny', input: ['a', 'b'] }),
  ];
  expect(float.data).toHaveLength(2);
  // The client asks for base64 by itself and unpacks it.
  expect(packed.data[1]?.embedding[0]).toBeCloseTo(float.data[1]?.embedding[0] ?? 0, 5);
  expect(float.usage.prompt_tokens).toBeGreaterThan(1);
});

test.each([
  ['logprobs', { logprobs: true }],
  ['logit_bias', { logit_bias: { '1': 5 } }],
  ['presence_penalty', { presence_penalty: 1 }],
])('openai: %s, which cannot be had, is refused by name', async (param, more) => {
  await expect(openai.chat.completions.create({ model: 'tiny', messages: hello, ...more })).rejects.toMatchObject({ status: 400, param });
});

test.each([
  ['temperature', { temperature: -1 }],
  ['response_format', { response_format: { type: 'yaml' } }],
  ['messages.0.role', { messages: [{ role: 'robot', content: 'hi' }] }],
  ['max_tokens', { max_tokens: 0 }],
  ['messages', { messages: [] }],
])('openai: a wrong value of %s is refused by its name', async (param, more) => {
  const body = { model: 'tiny', messages: hello, ...more } as OpenAI.ChatCompletionCreateParamsNonStreaming;
  await expect(openai.chat.completions.create(body)).rejects.toMatchObject({ status: 400, param: expect.stringContaining(param) });
});

test('openai: images are refused by the name of the part', async () => {
  const content = [{ type: 'image_url' as const, image_url: { url: 'https://example.com/cat.png' } }];
  await expect(openai.chat.completions.create({ model: 'tiny', messages: [{ role: 'user', content }] })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('image_url'),
  });
});

test('ollama: chat and generate, as a whole and as a stream', async () => {
  const whole = await ollama.chat({ model: 'tiny', messages: hello });
  expect(whole).toMatchObject({ message: { role: 'assistant', content: tinyReply }, done: true, done_reason: 'stop' });
  expect(whole.eval_count).toBeGreaterThan(0);
  let streamed = '';
  for await (const part of await ollama.chat({ model: 'tiny', messages: hello, stream: true })) streamed += part.message.content;
  expect(streamed).toBe(tinyReply);
  expect(await ollama.generate({ model: 'tiny', prompt: 'hi' })).toMatchObject({ response: tinyReply, done: true });
  expect(await ollama.generate({ model: 'tiny', prompt: 'hi', options: { num_predict: 1 } })).toMatchObject({ done_reason: 'length' });
  expect(await ollama.generate({ model: 'tiny', prompt: '' })).toMatchObject({ done: true, done_reason: 'load' });
});

test('ollama: lists, one model, what is in memory, vectors', async () => {
  const { models } = await ollama.list();
  expect(models).toMatchObject([{ name: 'tiny', details: { format: 'gguf', context_length: 2048 } }]);
  const shown = await ollama.show({ model: 'tiny' });
  expect(shown).toMatchObject({ capabilities: ['completion', 'tools'], model_info: { 'llama.context_length': 2048 } });
  await ollama.chat({ model: 'tiny', messages: hello });
  expect((await ollama.ps()).models).toMatchObject([{ name: 'tiny' }]);
  expect((await ollama.embed({ model: 'tiny', input: ['a', 'b'] })).embeddings).toHaveLength(2);
  expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('ollama: failures are what its client reads', async () => {
  await expect(ollama.chat({ model: 'llama3.2', messages: hello })).rejects.toMatchObject({
    status_code: 404,
    error: expect.stringContaining('llama3.2'),
  });
  await expect(ollama.pull({ model: 'smollm2' })).rejects.toMatchObject({ status_code: 401 });
});

test('anthropic: an answer as a whole and as a stream, and its tokens', async () => {
  const whole = await anthropic.messages.create({ model: 'tiny', max_tokens: 50, system: 'Be kind.', messages: hello });
  expect(whole).toMatchObject({ role: 'assistant', stop_reason: 'end_turn', content: [{ type: 'text', text: tinyReply }] });
  const streamed = await anthropic.messages.stream({ model: 'tiny', max_tokens: 50, system: 'Be kind.', messages: hello }).finalMessage();
  expect(streamed).toMatchObject({ stop_reason: 'end_turn', content: whole.content });
  expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
  const counted = await anthropic.messages.countTokens({ model: 'tiny', system: 'Be kind.', messages: hello });
  expect(counted.input_tokens).toBe(whole.usage.input_tokens + (whole.usage.cache_read_input_tokens ?? 0));
});

test('anthropic: failures are what its client reads', async () => {
  const long = [{ role: 'user' as const, content: 'a b '.repeat(2000) }];
  await expect(anthropic.messages.create({ model: 'tiny', max_tokens: 5, messages: long })).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(/prompt is too long: \d+ tokens > 2048 maximum/),
  });
  await expect(anthropic.messages.create({ model: 'llama3.2', max_tokens: 5, messages: hello })).rejects.toMatchObject({ status: 404 });
});
