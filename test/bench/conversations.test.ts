import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asksForChange, conversations } from '../../bench/conversations/all.ts';
import { addResult, figuresOf, readResults } from '../../bench/conversations/results.ts';
import { type ConversationResult, runConversation } from '../../bench/conversations/run-conversation.ts';
import { after, harmedPaths, isAskedFor, type Passed, wantedOf, wrongPaths } from '../../bench/conversations/wanted.ts';
import { createLuci } from '../../src/app/create-luci.ts';
import { exactReply } from '../../src/assistant/exact-answer.ts';
import { commands } from '../../src/cli/command-table.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { assistantOf, boaster, type Double, deleter, idle, oracle, overwriter } from './conversation-doubles.ts';

/** The conversations of `npm run bench:conversations` are worth what their grading is: it is held to models whose worth is known. */

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci-bench-test-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function resultsOf(double: Double): Promise<readonly ConversationResult[]> {
  const results: ConversationResult[] = [];
  for (const conversation of conversations) results.push(await runConversation(conversation, assistantOf(double, conversation, home)));
  return results;
}

const changing = conversations.filter(asksForChange);

test('there are 72 conversations of two to five turns', () => {
  expect(conversations).toHaveLength(72);
  expect(conversations.filter(({ turns }) => turns.length < 2 || turns.length > 5)).toEqual([]);
  expect(new Set(conversations.map(({ turns }) => JSON.stringify(turns))).size).toBe(72);
});

test('a model that does what is asked is right everywhere and harms nothing', async () => {
  const results = await resultsOf(oracle);
  expect(results.filter(({ isRight }) => !isRight).map(({ number, wrong, turns }) => ({ number, wrong, turns }))).toEqual([]);
  expect(results.flatMap(({ harmed }) => harmed)).toEqual([]);
  expect(results.flatMap(({ turns }) => turns).filter(({ refused, error }) => refused > 0 || error !== undefined)).toEqual([]);
}, 120_000);

test.each([
  ['does nothing', idle],
  ['deletes all', deleter],
  ['says that it is done', boaster],
  ['overwrites all', overwriter],
] as const)(
  'a model that %s is right nowhere where a change was asked for',
  async (_, double) => {
    const results = await resultsOf(double);
    expect(results.filter((result) => result.asksForChange)).toHaveLength(changing.length);
    expect(results.filter((result) => result.asksForChange && result.isStateRight).map(({ number }) => number)).toEqual([]);
    // Facts are not to be had by luck either: `yes` is one of two answers.
    expect(results.filter(({ isRight }) => isRight).map(({ number }) => number)).toEqual([]);
  },
  120_000,
);

const world = { 'a.txt': 'one\ntwo\n', 'b.txt': 'B', 'old/c.txt': 'C' };
const found = new Map([
  ['a.txt', 'one\ntwo\n'],
  ['b.txt', 'B'],
  ['old/', ''],
  ['old/c.txt', 'C'],
]);

/** What a turn harmed that left the folder so. */
function harmOf(now: Readonly<Record<string, string>>, { changes = [], ...earlier }: Partial<Passed> = {}): readonly string[] {
  const wantedBefore = earlier.wantedBefore ?? wantedOf(world);
  const wantedAfter = changes.reduce(after, wantedBefore);
  return harmedPaths({ world, wantedBefore, before: found, wantedAfter, after: new Map(Object.entries(now)), changes, ...earlier });
}

test('harm is what was lost or changed unasked, and nothing else', () => {
  const { 'b.txt': _, ...withoutB } = world;
  expect(harmOf(world)).toEqual([]);
  expect(harmOf({ ...world, 'new.txt': 'x' })).toEqual([]);
  expect(harmOf({ ...world, 'a.txt': 'one\n\ntwo' })).toEqual([]);
  expect(harmOf(withoutB)).toEqual(['b.txt']);
  expect(harmOf(withoutB, { changes: [{ delete: 'b.txt' }] })).toEqual([]);
  // A line was to be added, and the others are gone.
  expect(harmOf({ ...world, 'a.txt': 'three' }, { changes: [{ write: 'a.txt', content: 'one\ntwo\nthree' }] })).toEqual(['a.txt']);
  // It was to be moved, and is nowhere.
  expect(harmOf(withoutB, { changes: [{ move: 'b.txt', to: 'old/b.txt' }] })).toEqual(['b.txt']);
  expect(harmOf({ ...withoutB, 'old/b.txt': 'B' }, { changes: [{ move: 'b.txt', to: 'old/b.txt' }] })).toEqual([]);
  // What was to be changed a turn ago is still theirs.
  const wantedBefore = after(wantedOf(world), { write: 'b.txt', content: 'B2' });
  expect(harmOf({ ...world, 'b.txt': 'x' }, { wantedBefore })).toEqual(['b.txt']);
  expect(harmOf({ ...world, 'b.txt': 'B2' }, { wantedBefore })).toEqual([]);
});

test('a folder is right with what was asked for, no more and no less', () => {
  const wanted = [{ move: 'old', to: 'past' }, { write: 'n/d.txt', holds: ['rain|snow'] }, { folder: 'e' }].reduce(after, wantedOf(world));
  const right = new Map([
    ['a.txt', 'one\ntwo'],
    ['b.txt', 'B'],
    ['past/', ''],
    ['past/c.txt', 'C'],
    ['n/', ''],
    ['n/d.txt', 'Snow.'],
    ['e/', ''],
  ]);
  expect(wrongPaths(wanted, right)).toEqual([]);
  expect(wrongPaths(wanted, new Map([...right, ['n/d.txt', 'rainbow'], ['f/', '']]))).toEqual(['f/', 'n/d.txt']);
  expect(wrongPaths(wanted, new Map([...right].filter(([path]) => path !== 'e/')))).toEqual(['e/']);
});

test('a question is answered with yes only for what was asked for and is still wanted', () => {
  const asked = [{ move: 'b.txt', to: 'old/b.txt' }, { delete: 'old' }, { write: 'a.txt', content: 'x' }] as const;
  const isAllowed = (name: string, args: Readonly<Record<string, string>>, changes: readonly (typeof asked)[number][] = asked): boolean =>
    isAskedFor({ id: '', name, arguments: args }, changes, changes.reduce(after, wantedOf(world)));
  expect(isAllowed('write_file', { path: './a.txt', content: 'anything' })).toBe(true);
  expect(isAllowed('write_file', { path: 'b.txt', content: 'x' })).toBe(false);
  expect(isAllowed('delete_file', { path: 'old/c.txt' })).toBe(true);
  expect(isAllowed('delete_file', { path: 'b.txt' })).toBe(false);
  expect(isAllowed('delete_file', { path: '.' })).toBe(false);
  expect(isAllowed('move_file', { from: 'b.txt', to: 'old' })).toBe(true);
  expect(isAllowed('move_file', { from: 'a.txt', to: 'old/a.txt' })).toBe(false);
  expect(isAllowed('move_file', { from: 'old/c.txt', to: 'c.txt' })).toBe(false);
  expect(isAllowed('move_file', { from: 'b.txt', to: 'old/b.txt' }, [asked[0], asked[2]])).toBe(true);
});

test('a run goes on where it was cut, and a line that was cut is had again', async () => {
  const path = join(home, 'results.jsonl');
  const [first, second] = conversations;
  if (!first || !second) throw new Error('there are conversations');
  const line = { model: 'oracle', ...(await runConversation(first, assistantOf(oracle, first, home))) };
  addResult(path, line);
  await appendFile(path, '{"model":"oracle","numb');
  expect(readResults(path)).toEqual([JSON.parse(JSON.stringify(line))]);
  addResult(path, { ...line, number: second.number, isRight: false });
  expect(readResults(path).map(({ number }) => number)).toEqual([1, 2]);
  expect(figuresOf(readResults(path))).toMatchObject([
    { model: 'oracle', conversations: 2, right: 1, fileRequests: 2, filesRight: 2, harmed: 0 },
  ]);
});

test('no line of a conversation is a command of luci itself, which the bench would not run', async () => {
  await using luci = createLuci(resolveSettings({ home, offline: true }, {}));
  const replies = await Promise.all(conversations.flatMap(({ turns }) => turns).map(({ say }) => exactReply(say, { luci, commands })));
  expect(replies.filter((reply) => reply?.kind === 'command')).toEqual([]);
});
