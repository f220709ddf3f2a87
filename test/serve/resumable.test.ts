import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LuciError } from '../../src/base/errors.ts';
import type { ChatAnswer } from '../../src/serve/luci/wire.ts';
import { gate } from '../fixtures/tested-session.ts';
import { eventSession } from './event-session.ts';
import { pageOf, post, raw, serveTiny, tinyHome } from './served.ts';

/** Streams that are gone on with: by who asked for them, as they began, or not at all. What a kill leaves is made of the file of a whole one. */

let home: string;
beforeEach(async () => {
  home = await tinyHome();
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

const hot = { temperature: 50, top_k: 0, top_p: 1, min_p: 0, max_tokens: 12, seed: 7 };
const body = { model: 'tiny', stream: true, resumable: true, ...hot, messages: [{ role: 'user', content: 'hi' }] };

const serve = (options: Parameters<typeof serveTiny>[0] = {}) => serveTiny({ home, ...options });
const completions = '/v1/chat/completions';

async function ask(url: string, more: object = {}, headers: Record<string, string> = {}) {
  const reply = await raw(`${url}${completions}`, { method: 'POST', body: JSON.stringify({ ...body, ...more }), headers });
  return { ...reply, id: /"id":"([^"]+)"/.exec(reply.text)?.[1] ?? '' };
}

const readOn = (url: string, id: string, after: number | string, headers: Record<string, string> = {}) =>
  raw(`${url}${completions}/${id}`, { headers: { 'last-event-id': String(after), ...headers } });

const eventsIn = (text: string): readonly string[] => text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));

const folder = () => join(home, 'state', 'answers');
const fileOf = (id: string) => join(folder(), `${id}.jsonl`);

/** A line as it is written. */
function lineOf(value: unknown): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

const readLine = (line: string): { type: string; entry?: { text?: string }; answerer?: object } => JSON.parse(line.slice(9));

/** Asks, ends the server, and leaves of the file what `cut` makes of its lines. */
async function leave(cut: (lines: readonly string[]) => string) {
  await using served = await serve();
  const whole = await ask(served.url);
  const lines = (await readFile(fileOf(whole.id), 'utf8')).split('\n').slice(0, -1);
  await writeFile(fileOf(whole.id), cut(lines.map((line) => `${line}\n`)));
  return whole;
}

test('events are numbered, and are read again from any of them', async () => {
  await using served = await serve();
  const whole = await ask(served.url);
  const events = eventsIn(whole.text);
  expect(events.map((event) => /^id: (\d+)\n/.exec(event)?.[1])).toEqual(events.map((_, index) => String(index + 1)));
  expect(events.at(-1)).toMatch(/data: \[DONE\]$/);
  for (const after of [0, 1, 5, events.length])
    expect(eventsIn((await readOn(served.url, whole.id, after)).text)).toEqual(events.slice(after));
  for (const after of [events.length + 1, '-1', 'x']) expect((await readOn(served.url, whole.id, after)).status, `${after}`).toBe(400);
  // Asked as any other request, it is the same answer.
  const { resumable: _, ...plain } = body;
  const { text } = await raw(`${served.url}${completions}`, { method: 'POST', body: JSON.stringify({ ...plain, repeatable: true }) });
  const deltas = (said: string) => [...said.matchAll(/"delta":(\{.*?\}),"logprobs"/g)].map(([, delta]) => delta);
  expect(deltas(text)).toEqual(deltas(whole.text));
});

test('only who has the key that asked reads it; the id alone is not enough', async () => {
  await using served = await serve();
  const mine = { authorization: 'Bearer mine' };
  const { id, text } = await ask(served.url, {}, mine);
  const nothing = await ask(served.url);
  for (const headers of [{}, { authorization: 'Bearer other' }, { 'x-api-key': 'other' }] as Record<string, string>[]) {
    expect((await readOn(served.url, id, 0, headers)).status).toBe(404);
    expect((await raw(`${served.url}${completions}/${id}`, { method: 'DELETE', headers })).status).toBe(404);
  }
  expect((await readOn(served.url, nothing.id, 0, mine)).status).toBe(404);
  expect((await readOn(served.url, id, 0, { 'x-api-key': 'mine' })).text).toBe(text);
  expect(await readFile(fileOf(id), 'utf8')).not.toContain('mine');
});

test('the key is needed after a new start, too, and a chat is no way to a stream', async () => {
  const { id } = await leave((lines) => lines.slice(0, 6).join(''));
  await using served = await serve();
  expect((await readOn(served.url, id, 0, { authorization: 'Bearer other' })).status).toBe(404);
  const page = await pageOf(served);
  expect((await page.send(`/luci/chats/none/answers/${id}`)).status).toBe(404);
  expect((await readOn(served.url, id, 0)).status).toBe(200);
});

test('a DELETE stops it and leaves nothing of it', async () => {
  const held = gate();
  await using served = await serve({
    maxRunning: 1,
    maxWaiting: 0,
    open: () =>
      eventSession(async function* (_, signal) {
        yield { type: 'text', text: 'one ' };
        await held.wait(signal);
      }),
  });
  const response = await fetch(`${served.url}${completions}`, { method: 'POST', body: JSON.stringify(body) });
  const [id = ''] = /chatcmpl-[\w-]+/.exec(new TextDecoder().decode((await response.body?.getReader().read())?.value)) ?? [];
  expect(await readdir(folder())).toContain(`${id}.jsonl`);
  const removed = await raw(`${served.url}${completions}/${id}`, { method: 'DELETE' });
  expect(JSON.parse(removed.text)).toEqual({ id, object: 'chat.completion.deleted', deleted: true });
  expect(await readdir(folder())).toEqual([]);
  expect((await readOn(served.url, id, 0)).status).toBe(404);
  expect((await raw(`${served.url}/metrics`)).text).toMatch(/running\S* 0/);
});

test('what cannot be resumable is refused by name', async () => {
  await using served = await serve();
  for (const more of [{ n: 2 }, { stream: false }])
    expect(await post(`${served.url}${completions}`, { ...body, ...more })).toMatchObject({
      status: 400,
      body: { error: { param: 'resumable' } },
    });
  // One that never began leaves nothing.
  expect((await ask(served.url, { model: 'none' })).status).toBe(404);
  expect(await readdir(folder())).toEqual([]);
});

test('where the person lets nothing be kept, nothing is', async () => {
  await using served = await serve({ settings: { keepAnswers: false } });
  expect(JSON.parse((await ask(served.url)).text)).toMatchObject({ error: { param: 'resumable' } });
  const page = await pageOf(served);
  const { id } = (await (await page.send('/luci/chats', { method: 'POST', body: {} })).json()) as { id: string };
  const sent = await page.send(`/luci/chats/${id}/answers`, { method: 'POST', body: { model: 'tiny', parent: null, question: 'hi' } });
  expect(await sent.text()).toContain('"end"');
  await expect(readdir(folder())).rejects.toThrow('ENOENT');
});

test('cut anywhere in its records, a stream goes on as it began, or is not there', { timeout: 120_000 }, async () => {
  const whole = await leave((lines) => lines.join(''));
  const bytes = await readFile(fileOf(whole.id));
  await using served = await serve();
  const events = eventsIn(whole.text);
  // Behind the first text, which was event 2.
  const from = bytes.indexOf('\n', bytes.indexOf('"entry"')) + 1;
  for (let length = from; length < bytes.length; length += 11) {
    await writeFile(fileOf(whole.id), bytes.subarray(0, length));
    const { status, text } = await readOn(served.url, whole.id, 2);
    expect(status).toBe(200);
    expect(saidIn(text), `cut at ${length}`).toBe(saidIn(events.slice(2).join('\n\n')));
    expect([text.includes('"error"'), text.endsWith('[DONE]\n\n')], `cut at ${length}`).toEqual([false, true]);
    // It is whole again; the next one begins with what is on disk.
    await raw(`${served.url}${completions}/${whole.id}`, { method: 'DELETE' });
  }
  for (const length of [0, 1, 50]) {
    await writeFile(fileOf(whole.id), bytes.subarray(0, length));
    expect((await readOn(served.url, whole.id, 0)).status).toBe(404);
    await rm(fileOf(whole.id));
  }
  expect(served.faults).toEqual([]);
});

const saidIn = (text: string): string =>
  [...text.matchAll(/"delta":\{(?:"role":"assistant",)?"content":("(?:[^"\\]|\\.)*")/g)]
    .map(([, json = '""']) => JSON.parse(json))
    .join('');

test.each([
  [
    'other text',
    (value: ReturnType<typeof readLine>) => (value.entry ? { ...value, entry: { ...value.entry, text: 'never said' } } : value),
  ],
  [
    'another engine',
    (value: ReturnType<typeof readLine>) => (value.answerer ? { ...value, answerer: { ...value.answerer, engine: 'embedded 0' } } : value),
  ],
  [
    'other bytes of the model',
    (value: ReturnType<typeof readLine>) => (value.answerer ? { ...value, answerer: { ...value.answerer, model: 'f00' } } : value),
  ],
])('%s: it is said that it cannot go on, and nothing else is', async (_, changed) => {
  const { id } = await leave((lines) =>
    lines
      .slice(0, 5)
      .map((line) => lineOf(changed(readLine(line))))
      .join(''),
  );
  await using served = await serve();
  for (let tried = 0; tried < 2; tried += 1) {
    const { text } = await readOn(served.url, id, 1);
    const events = eventsIn(text);
    expect(JSON.parse(events.at(-1)?.replace(/^data: /, '') ?? '')).toMatchObject({ error: { code: 'not_resumable' } });
    // What was said is told once more, and nothing behind it.
    expect(events.length).toBe(4);
  }
  expect((await readOn(served.url, id, 9)).status).toBe(400);
});

test('an engine that ends under an answer is started again, and the stream goes on', async () => {
  let opened = 0;
  await using served = await serve({
    open: () =>
      eventSession(async function* () {
        opened += 1;
        for (const text of ['one ', 'two ', 'three ']) {
          if (opened === 1 && text === 'three ')
            throw new LuciError('ENGINE_CRASHED', 'The engine process ended in the middle of its work.');
          // In other pieces the second time.
          for (const part of opened === 1 ? [text] : [...text]) yield { type: 'text', text: part };
        }
      }),
  });
  const { text } = await ask(served.url);
  expect(saidIn(text)).toBe('one two three ');
  expect(text).not.toContain('error');
  expect(opened).toBe(2);
});

test('a chat finds the answer that a killed server had under way, and has it once', async () => {
  await using first = await serve();
  const page = await pageOf(first);
  const { id: chat } = (await (await page.send('/luci/chats', { method: 'POST', body: {} })).json()) as { id: string };
  const sent = await page.send(`/luci/chats/${chat}/answers`, { method: 'POST', body: { model: 'tiny', parent: null, question: 'hi' } });
  const whole = eventsIn(await sent.text());
  const { turns } = await page.get<ChatAnswer>(`/luci/chats/${chat}`);
  const answer = turns.at(-1)?.id ?? '';
  const [lines, chatLines] = await Promise.all(
    [fileOf(answer), join(home, 'chats', `${chat}.jsonl`)].map(async (path) => (await readFile(path, 'utf8')).split('\n').slice(0, -1)),
  );
  for (const cut of [3, 4, 6, (lines ?? []).length - 2]) {
    await first.luci.engine.stop();
    // Killed before the answer was kept, or, at the last cut, between that and its last event.
    const isKept = cut === (lines ?? []).length - 2;
    await writeFile(join(home, 'chats', `${chat}.jsonl`), `${chatLines?.slice(0, isKept ? 3 : 2).join('\n')}\n`);
    await writeFile(fileOf(answer), `${lines?.slice(0, cut).join('\n')}\n`);
    await using served = await serve();
    const next = await pageOf(served);
    expect((await next.get<ChatAnswer>(`/luci/chats/${chat}`)).answering, `${cut}`).toBe(answer);
    const rest = eventsIn(await (await next.send(`/luci/chats/${chat}/answers/${answer}`, { headers: { 'last-event-id': '1' } })).text());
    const told = (events: readonly string[]) =>
      events.map((event) => JSON.parse(event.replace(/^id: \d+\ndata: /, '').replace(/,"(?:tokensPerSecond|at)":(?:"[^"]*"|[\d.]+)/g, '')));
    expect(told(rest), `${cut}`).toEqual(told(whole.slice(1)));
    const after = await next.get<ChatAnswer>(`/luci/chats/${chat}`);
    expect(after).toMatchObject({
      answering: null,
      turns: [{ role: 'user' }, { id: answer, content: 'Hello from the tiny luci fixture.' }],
    });
    expect(after.turns.length).toBe(2);
    await served[Symbol.asyncDispose]();
  }
  await page.send(`/luci/chats/${chat}`, { method: 'DELETE' });
});
