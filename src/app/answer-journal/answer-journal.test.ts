import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AnswerHead } from './answer-file.ts';
import { keptAnswers, openAnswerJournal, removeKeptAnswers } from './answer-journal.ts';

/** What is kept of answers: whole whatever is left of it, private, and no more than the limits say. */

let folder: string;
const faults: unknown[] = [];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'luci answers ')), 'answers');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true });
  expect(faults.splice(0)).toEqual([]);
});

const options = { onFault: (error: unknown) => void faults.push(error) };
const head: AnswerHead = { door: 'chat', scope: 'a chat', at: '2026-01-01T00:00:00.000Z', asked: { question: 'Größe?' } };
const answerer = { model: 'digest', engine: 'embedded 1', device: 'CPU', contextLength: 64 };
const entries = [{ text: 'one ' }, { text: 'zwei 🙂' }, { text: '\nthree' }];

/** As a process that was killed leaves it. */
async function left(id: string, { isOver = false, scope = head.scope } = {}): Promise<string> {
  const writer = await openAnswerJournal(folder, options).begin(id, { ...head, scope });
  writer.answerer(answerer);
  for (const entry of entries) writer.entry(entry);
  if (isOver) writer.over();
  await writer.close();
  return join(folder, `${id}.jsonl`);
}

test('an answer is taken over with all that was told of it, and goes on in the same file', async () => {
  const path = await left('one');
  const journal = openAnswerJournal(folder, options);
  expect(await journal.unfinished('chat')).toMatchObject([{ id: 'one', scope: 'a chat' }]);
  expect(await journal.unfinished('completion')).toEqual([]);
  const taken = await journal.take('one');
  expect(taken?.kept).toMatchObject({ head, answerer, entries, isOver: false });
  // At work on it, nobody else gets it or deletes it.
  expect(await journal.take('one')).toBeUndefined();
  expect(await keptAnswers(folder)).toEqual({ count: 0, bytes: 0 });
  expect(await removeKeptAnswers(folder)).toBe(0);
  taken?.writer.entry({ text: 'four' });
  taken?.writer.over();
  await taken?.writer.close();
  expect(await openAnswerJournal(folder, options).unfinished('chat')).toEqual([]);
  const again = await journal.take('one');
  expect(again?.kept).toMatchObject({ entries: [...entries, { text: 'four' }], isOver: true });
  await again?.writer.close();
  if (process.platform !== 'win32') expect([(await stat(path)).mode & 0o777, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(await journal.take('two')).toBeUndefined();
  expect(await journal.take('../one')).toBeUndefined();
});

test('cut at every byte, or with a byte changed, what is before the damage is there, and it goes on behind that', async () => {
  const path = await left('one', { isOver: true });
  const whole = await readFile(path);
  const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  const journal = openAnswerJournal(folder, options);
  for (let at = 0; at < whole.length; at += 1) {
    for (const damage of at % 5 === 0 ? (['cut', 'changed'] as const) : (['cut'] as const)) {
      await writeFile(path, whole);
      if (damage === 'cut') await truncate(path, at);
      else await writeFile(path, Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte))));
      const lines = ends.filter((end) => end <= at).length;
      const taken = await journal.take('one');
      if (lines === 0) {
        expect(taken, `${damage} at ${at}`).toBeUndefined();
        continue;
      }
      expect(taken?.kept.entries, `${damage} at ${at}`).toEqual(entries.slice(0, Math.max(0, lines - 2)));
      expect(taken?.kept.isOver).toBe(false);
      taken?.writer.entry({ text: 'on' });
      await taken?.writer.close();
      const again = await journal.take('one');
      expect(again?.kept.entries.at(-1), `${damage} at ${at}`).toEqual({ text: 'on' });
      await again?.writer.close();
    }
  }
});

test('the oldest go: by age, by bytes and by count, but never one that is under way', async () => {
  const path = await left('old');
  const bytes = (await stat(path)).size;
  await utimes(path, new Date(), new Date(Date.now() - 25 * 3_600_000));
  await left('young');
  const journal = openAnswerJournal(folder, options);
  await journal.unfinished('chat');
  expect(await readdir(folder)).toEqual(['young.jsonl']);
  await removeKeptAnswers(folder);
  for (const limits of [
    { maxBytes: bytes * 2.5, maxAnswers: 1000 },
    { maxBytes: 64e6, maxAnswers: 2 },
  ]) {
    const under = await openAnswerJournal(folder, options).begin('under-way', head);
    await utimes(join(folder, 'under-way.jsonl'), new Date(), new Date(Date.now() - 5000));
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      await left(id);
      await utimes(join(folder, `${id}.jsonl`), new Date(), new Date(Date.now() - 1000 * index));
    }
    await openAnswerJournal(folder, options, { maxAgeMs: 1e9, ...limits }).unfinished('chat');
    expect((await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()).toEqual(['a.jsonl', 'b.jsonl', 'under-way.jsonl']);
    await under.close();
    await removeKeptAnswers(folder);
  }
});

test('those of a scope are deleted, and all of them', async () => {
  for (const [id, scope] of [
    ['a', 'one'],
    ['b', 'one'],
    ['c', 'two'],
  ] as const)
    await left(id, { scope, isOver: id === 'b' });
  const journal = openAnswerJournal(folder, options);
  await journal.removeOf('chat', 'one');
  expect(await readdir(folder)).toEqual(['c.jsonl']);
  const { count, bytes } = await keptAnswers(folder);
  expect(count).toBe(1);
  expect(await removeKeptAnswers(folder)).toBe(bytes);
  expect(await readdir(folder)).toEqual([]);
});
