import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { post, type Served, serveTiny } from './served.ts';

/** Texts as tokens and back, as programs that measure models ask for them, and prompts as numbers of tokens. */

let served: Served;
beforeAll(async () => {
  served = await serveTiny();
});
afterAll(() => served[Symbol.asyncDispose]());

const ask = (path: string, body: object) => post(`${served.url}${path}`, body);
const tokensOf = async (prompt: string): Promise<number[]> => {
  const { body } = await ask('/tokenize', { prompt, add_special_tokens: false });
  return (body as { tokens: number[] }).tokens;
};

/** What the fixture's table of tokens says. */
const [end, byte, letter] = [2, 3, 268];

test('a text is told as the numbers of the vocabulary, marks as the tokens they are, and letters nobody knows as bytes', async () => {
  expect(await ask('/tokenize', { model: 'tiny', prompt: '!<|im_end|>' })).toEqual({
    status: 200,
    body: { count: 2, max_model_len: 2048, tokens: [letter + 1, end] },
  });
  expect(await tokensOf('ß')).toEqual([byte + 0xc3, byte + 0x9f]);
  expect(await tokensOf('')).toEqual([]);
});

test('tokens come back as the text they were made of', async () => {
  for (const prompt of ['hi', 'Grüße, 世界 😀!', '<|im_start|>user\nhi<|im_end|>', ' leading', 'tiny '.repeat(60)])
    expect(await ask('/detokenize', { tokens: await tokensOf(prompt) })).toEqual({ status: 200, body: { prompt } });
});

test('the marks by which texts begin and end are told', async () => {
  const response = await fetch(`${served.url}/tokenizer_info?model=tiny`);
  expect(await response.json()).toEqual({ bos_token: '<|im_start|>', eos_token: '<|im_end|>' });
});

test('tokens are scored as the text they are of, one prompt or several', async () => {
  const scored = async (prompt: unknown) => {
    const { body } = await ask('/v1/completions', { prompt, max_tokens: 1, temperature: 0, logprobs: 1, echo: true });
    return (body as { choices: { text: string; logprobs: object }[] }).choices.map(({ text, logprobs }) => ({ text, logprobs }));
  };
  const texts = ['H.<|im_end|>', 'Grüße'];
  const numbers = await Promise.all(texts.map(tokensOf));
  const expected = await scored(texts);
  expect(await scored(numbers)).toEqual(expected);
  expect(await scored(numbers[0])).toEqual(expected.slice(0, 1));
});

test.each([384, 2 ** 31, 2 ** 40])('%s, which is no token of the model, is refused and harms nobody', async (token) => {
  const message = expect.stringContaining(`${token} is no token of this model`);
  const body = { prompt: [5, token], max_tokens: 1, temperature: 0, logprobs: 1, echo: true };
  for (const [path, sent] of [['/detokenize', { tokens: [5, token] }] as const, ['/v1/completions', body] as const])
    expect(await ask(path, sent)).toMatchObject({ status: 400, body: { error: { message } } });
  expect(await tokensOf('!')).toEqual([letter + 1]);
});

test.each([[{ prompt: [-1] }], [{ prompt: [1.5] }], [{ prompt: [[]] }], [{ prompt: [] }], [{ prompt: ['a', 5] }]])(
  '%j is no prompt',
  async (body) => {
    expect(await ask('/v1/completions', { ...body, logprobs: 1, max_tokens: 1 })).toMatchObject({ status: 400 });
  },
);

test('tokens are not gone on with, and it is said what to send', async () => {
  expect(await ask('/v1/completions', { prompt: [5] })).toMatchObject({ status: 400, body: { error: { param: 'prompt' } } });
});

test('of several models none is guessed: the one that is named, or the default', async () => {
  await using two = await serveTiny({
    prepare: (home) => symlink(join(home, 'models', 'tiny.gguf'), join(home, 'models', 'other.gguf')),
  });
  const told = (body: object) => post(`${two.url}/tokenize`, body);
  expect(await told({ prompt: 'hi' })).toMatchObject({ status: 400, body: { error: { param: 'model' } } });
  expect(await fetch(`${two.url}/tokenizer_info`)).toMatchObject({ status: 400 });
  expect(await told({ prompt: 'hi', model: 'other' })).toMatchObject({ status: 200 });
  await two.luci.store.setDefault('tiny');
  expect(await told({ prompt: 'hi' })).toMatchObject({ status: 200 });
});

test('an engine that cannot tell is refused with the model’s name', async () => {
  await using other = await serveTiny({ open: () => scriptedSession(() => 'yes') });
  const message = expect.stringContaining('tiny');
  expect(await post(`${other.url}/tokenize`, { prompt: 'hi' })).toMatchObject({ status: 400, body: { error: { message } } });
});
