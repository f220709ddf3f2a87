import { expect, test } from 'vitest';
import type { AnswerUpdate, ChatAnswer } from '../../src/serve/luci/wire.ts';
import { gate } from '../fixtures/tested-session.ts';
import { eventSession } from './event-session.ts';
import { pageOf, serveTiny } from './served.ts';

/** Answers in chats: read on after a lost connection, and stopped by nothing but a stop. */

/** Says three words, and three more when it is let go. */
function heldWords() {
  const held = gate();
  const open = () =>
    eventSession(async function* (_, signal) {
      for (const text of ['one ', 'two ', 'three ']) yield { type: 'text', text };
      await held.wait(signal);
      for (const text of ['four ', 'five ', 'six']) yield { type: 'text', text };
    });
  return { held, open };
}

interface Numbered {
  readonly id: number;
  readonly update: AnswerUpdate;
}

function numberedIn(text: string): readonly Numbered[] {
  return [...text.matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, id, json = '']) => ({
    id: Number(id),
    update: JSON.parse(json) as AnswerUpdate,
  }));
}

const saidIn = (numbered: readonly Numbered[]): string =>
  numbered.map(({ update }) => (update.type === 'text' ? update.text : '')).join('');

/** Begins an answer, reads it until so much was said, and loses the connection. */
async function lostAnswer({ send }: Awaited<ReturnType<typeof pageOf>>, until: string) {
  const { id: chat } = (await (await send('/luci/chats', { method: 'POST', body: {} })).json()) as { id: string };
  const losing = new AbortController();
  const { body } = await send(`/luci/chats/${chat}/answers`, {
    method: 'POST',
    body: { model: 'tiny', parent: null, question: 'Count' },
    signal: losing.signal,
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (saidIn(numberedIn(text)).includes(until)) break;
  }
  losing.abort();
  const read = numberedIn(text);
  const begin = read.map(({ update }) => update).find((update) => update.type === 'begin');
  return { chat, answer: begin?.id ?? '', read, path: `/luci/chats/${chat}/answers/${begin?.id}` };
}

test('an answer goes on without its reader, who reads on after the last event', async () => {
  const { held, open } = heldWords();
  await using served = await serveTiny({ open });
  const page = await pageOf(served);
  const { chat, answer, read, path } = await lostAnswer(page, 'two');
  expect(read.map(({ id }) => id)).toEqual(read.map((_, index) => index + 1));
  expect((await page.get<ChatAnswer>(`/luci/chats/${chat}`)).answering).toBe(answer);
  held.open();
  const last = read.at(-1)?.id ?? 0;
  const rest = numberedIn(await (await page.send(path, { headers: { 'last-event-id': String(last) } })).text());
  expect(rest[0]?.id).toBe(last + 1);
  expect(saidIn([...read, ...rest])).toBe('one two three four five six');
  expect(rest.at(-1)?.update).toMatchObject({ type: 'end', turn: { id: answer, content: 'one two three four five six', end: 'stop' } });
  // Over, it can be read once more, from the start on.
  expect(numberedIn(await (await page.send(path)).text())).toEqual([...read, ...rest]);
  const kept = await page.get<ChatAnswer>(`/luci/chats/${chat}`);
  expect(kept).toMatchObject({ answering: null, turns: [{ role: 'user' }, { id: answer, content: 'one two three four five six' }] });
  expect(served.faults).toEqual([]);
});

test('a stop stops it, more than one does no more, and the half is kept', async () => {
  const { open } = heldWords();
  await using served = await serveTiny({ open, maxRunning: 1, maxWaiting: 0 });
  const page = await pageOf(served);
  const { chat, answer, path } = await lostAnswer(page, 'three');
  const reading = page.send(path).then((response) => response.text());
  for (let count = 0; count < 3; count += 1) expect((await page.send(`${path}/stop`, { method: 'POST' })).status).toBe(200);
  expect(numberedIn(await reading).at(-1)?.update).toMatchObject({
    type: 'end',
    turn: { id: answer, content: 'one two three ', end: 'stopped' },
  });
  expect((await page.get<ChatAnswer>(`/luci/chats/${chat}`)).turns.at(-1)).toMatchObject({ id: answer, end: 'stopped' });
  // Its place is free again.
  expect((await page.get<{ queue: unknown }>('/luci/machine')).queue).toEqual({ running: 0, waiting: 0 });
});

test('a server that ends keeps the half', async () => {
  const { open } = heldWords();
  const served = await serveTiny({ open });
  const page = await pageOf(served);
  const { path } = await lostAnswer(page, 'three');
  const reading = await page.send(path);
  await served[Symbol.asyncDispose]();
  expect(numberedIn(await reading.text()).at(-1)?.update).toMatchObject({
    type: 'end',
    turn: { end: 'stopped', content: 'one two three ' },
  });
});

test('what cannot be read on is refused with the reason', async () => {
  const { held, open } = heldWords();
  await using served = await serveTiny({ open });
  const page = await pageOf(served);
  const { chat, path } = await lostAnswer(page, 'three');
  for (const id of ['999', '-1', 'x', '1.5']) expect((await page.send(path, { headers: { 'last-event-id': id } })).status, id).toBe(400);
  for (const other of [`/luci/chats/${chat}/answers/none`, path.replace(chat, 'other')])
    expect((await page.send(other)).status, other).toBe(404);
  expect((await fetch(`${served.url}${path}`)).status).toBe(401);
  held.open();
});
