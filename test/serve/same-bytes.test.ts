import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, raw, type Served, serveTiny } from './served.ts';

/** The same seeded request gives the same bytes, whatever else is asked at the same time. */

let served: Served;
beforeAll(async () => {
  served = await serveTiny({ maxRunning: 8, maxWaiting: 64 });
});
afterAll(() => served[Symbol.asyncDispose]());

/** So hot that every token is a throw of the dice. */
const hot = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }], temperature: 50, top_k: 0, top_p: 1, min_p: 0, max_tokens: 12 };

async function answerTo(body: object): Promise<string> {
  const { status, body: told } = await post(`${served.url}/v1/chat/completions`, { ...hot, ...body });
  expect(status).toBe(200);
  return (told as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '';
}

async function streamedTo(body: object): Promise<string> {
  const sent = JSON.stringify({ ...hot, stream: true, ...body });
  const { text } = await raw(`${served.url}/v1/chat/completions`, { method: 'POST', body: sent });
  const chunks = text.split('\n\n').filter((event) => event.startsWith('data: {'));
  return chunks
    .map((event) => (JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '')
    .join('');
}

test('alone and among 32 others, whole and streamed', { timeout: 120_000 }, async () => {
  const asked = { seed: 7, repeatable: true };
  const alone = await answerTo(asked);
  const other = (index: number) => ({
    seed: 100 + index,
    repeatable: index % 2 === 0,
    messages: [{ role: 'user', content: `number ${index}` }],
  });
  const others = Array.from({ length: 32 }, (_, index) => answerTo(other(index)));
  const [among, streamed] = await Promise.all([answerTo(asked), streamedTo(asked)]);
  expect([among, streamed]).toEqual([alone, alone]);
  // Other seeds say other things, or the same answer would prove nothing.
  expect(new Set([alone, ...(await Promise.all(others))]).size).toBeGreaterThan(16);
  expect(await answerTo(asked)).toBe(alone);
});
