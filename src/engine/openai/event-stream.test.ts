import { expect, test } from 'vitest';
import { readEventStream } from './event-stream.ts';

const bound = { maxBytes: 1e6, maxEventCharacters: 1e5, tooLong: () => new Error('too long') };

/** What a body of these chunks says. */
async function recordsOf(chunks: readonly (string | Buffer)[], limits: Partial<typeof bound> = {}): Promise<unknown[]> {
  async function* body(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const records: unknown[] = [];
  for await (const record of readEventStream(body(), { ...bound, ...limits })) records.push(record);
  return records;
}

const stream = [
  'data: {"text":"Zürich 🏔"}',
  ': a comment',
  '',
  'event: x',
  'data:{"a":',
  'data: 1}',
  '',
  'retry: 5',
  'data: {"end":true}',
  '',
];
const said = [{ text: 'Zürich 🏔' }, { a: 1 }, { end: true }];

test.each([
  ['line feed', '\n'],
  ['carriage return', '\r'],
  ['both', '\r\n'],
])('events whose lines end with %s are understood, wherever the bytes are split', async (_, end) => {
  const bytes = Buffer.from(stream.map((line) => line + end).join(''));
  for (let at = 0; at <= bytes.length; at += 1) {
    expect(await recordsOf([bytes.subarray(0, at), bytes.subarray(at)]), `split at ${at}`).toEqual(said);
  }
  expect(await recordsOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(said);
});

test.each(['', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n'])('the last event counts when the stream ends with %j after it', async (end) => {
  expect(await recordsOf([`data: {"a":1}\n\ndata: {"text":"Paris"}${end}`])).toEqual([{ a: 1 }, { text: 'Paris' }]);
});

test('[DONE] ends it, and what is no record is passed over', async () => {
  expect(await recordsOf(['\ufeffdata: {"a":1}\n\ndata: [1]\n\ndata: null\n\ndata: {broken\n\nhello\n\ndata: {"b":2}\n\n'])).toEqual([
    { a: 1 },
    { b: 2 },
  ]);
  expect(await recordsOf(['data: {"a":1}\n\ndata:  [DONE] \n\ndata: {"b":2}\n\n'])).toEqual([{ a: 1 }]);
  expect(await recordsOf(['data: {"a":1}\n\ndata: [DONE]'])).toEqual([{ a: 1 }]);
  expect(await recordsOf([])).toEqual([]);
});

test.each([
  ['a line without an end', Array.from({ length: 200 }, () => 'x'.repeat(1000))],
  ['an event without an end', Array.from({ length: 200 }, () => `data: ${'x'.repeat(1000)}\n`)],
  ['more than is taken in all', Array.from({ length: 2000 }, () => `data: {"a":"${'x'.repeat(1000)}"}\n\n`)],
])('%s is the error that the caller made for it', async (_, chunks) => {
  await expect(recordsOf(chunks)).rejects.toThrow('too long');
});
