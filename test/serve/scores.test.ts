import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { post, type Served, serveTiny } from './served.ts';

/** How likely the model holds the tokens of a text to be, against numbers that the fixture's own weights say. */

let served: Served;
let client: OpenAI;
beforeAll(async () => {
  served = await serveTiny();
  client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => served[Symbol.asyncDispose]());

/** Tokens of the fixture's vocabulary; one of them has this score after each token, all others none. */
const vocabularySize = 384;
const score = 30;
const logSum = Math.log(Math.exp(score) + vocabularySize - 1);

async function scored(more: object) {
  const body = { model: 'tiny', prompt: 'H.<|im_end|>', max_tokens: 1, temperature: 0, logprobs: 1, echo: true, ...more };
  return client.completions.create(body as OpenAI.CompletionCreateParamsNonStreaming);
}

test('each token has the logarithm of its share in the softmax over the whole vocabulary', async () => {
  const { choices, usage } = await scored({});
  const { tokens = [], token_logprobs: logs = [], top_logprobs: top = [], text_offset: offsets = [] } = choices[0]?.logprobs ?? {};
  expect(tokens).toEqual(['H', '.', '<|im_end|>', 'Hello']);
  expect(offsets).toEqual([0, 1, 2, 12]);
  const [likely, unlikely] = [score - logSum, -logSum];
  expect(logs[0]).toBeNull();
  // Some processors multiply with 11 bits: the score of 30 is off by 0.015 at most there.
  for (const [index, expected] of [unlikely, likely, likely].entries())
    expect(logs[index + 1]).toBeCloseTo(expected, expected < -1 ? 1 : 5);
  expect(top.slice(1).map((one) => Object.keys(one ?? {}))).toEqual([['Hello'], ['<|im_end|>'], ['Hello']]);
  expect(top[0]).toBeNull();
  expect(usage).toEqual({ prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 });
});

test('the engine tells a distribution over all tokens, whose shares sum to one', async () => {
  await using session = await served.luci.open('tiny');
  const scores = await session.score?.({ text: 'abc', topCount: vocabularySize });
  expect(scores).toHaveLength(4);
  for (const { top } of scores?.slice(1) ?? []) {
    expect(top).toHaveLength(vocabularySize);
    const sum = top.reduce((total, { logProbability }) => total + Math.exp(logProbability), 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
  }
});

test('the texts of the tokens join to the prompt, whatever is in it, in more than one batch too', async () => {
  for (const prompt of ['hi', 'Grüße, 世界 😀!', '<|im_start|>user\nhi<|im_end|>', ' leading', 'tiny '.repeat(60)]) {
    const [choice] = (await scored({ prompt, max_tokens: 0 })).choices;
    expect(choice?.logprobs?.tokens?.join('')).toBe(prompt);
    expect(choice?.text).toBe(prompt);
    expect(choice?.logprobs?.token_logprobs?.slice(1).every((log) => Number.isFinite(log))).toBe(true);
  }
});

test('several prompts come back in their order, and without echo the next token alone', async () => {
  const { choices } = await scored({ prompt: ['H', 'H.'], echo: false });
  expect(choices.map(({ index, text }) => [index, text])).toEqual([
    [0, 'Hello'],
    [1, '<|im_end|>'],
  ]);
  expect(choices[0]?.logprobs?.token_logprobs).toHaveLength(1);
});

test('an answer is not changed by texts that are scored meanwhile', async () => {
  const ask = () => post(`${served.url}/v1/chat/completions`, { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] });
  const texts = (answer: { body: unknown }) => (answer.body as OpenAI.ChatCompletion).choices[0]?.message.content;
  const [alone, beside] = [await ask(), (await Promise.all([scored({}), ask(), scored({})]))[1]];
  expect(texts(beside)).toBe(texts(alone));
});

test.each([
  ['max_tokens', { max_tokens: 5 }],
  ['temperature', { temperature: 1 }],
  ['stream', { stream: true }],
  ['max_tokens', { max_tokens: 0, echo: false }],
  ['echo', { logprobs: undefined }],
])('%s is refused by name where it does not fit to scores', async (param, more) => {
  await expect(scored(more)).rejects.toMatchObject({ status: 400, param });
});

test('a text that does not fit is told with the words for it', async () => {
  await expect(scored({ prompt: 'a b '.repeat(2000) })).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
});

test('of an engine that cannot tell it is refused by name', async () => {
  await using other = await serveTiny({ open: () => scriptedSession(() => 'yes') });
  const body = { model: 'tiny', prompt: 'hi', max_tokens: 1, logprobs: 1, echo: true };
  expect(await post(`${other.url}/v1/completions`, body)).toMatchObject({ status: 400, body: { error: { param: 'logprobs' } } });
});
