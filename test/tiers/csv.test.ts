import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readTable } from '../../src/tiers/own/csv-suite.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** `luci test --csv FILE`: a table of questions and answers. */

vi.setConfig({ testTimeout: 120_000 });

let bench: TestBench;
let path: string;
beforeEach(async () => {
  bench = await openTestBench();
  path = join(bench.home, 'our questions.csv');
});
afterEach(() => bench[Symbol.asyncDispose]());

const write = (text: string): Promise<void> => writeFile(path, text);
const openWith =
  (verify: 'contains' | 'number' | 'json', knows = knowsAll as (tier: number, id: string) => boolean) =>
  () =>
    knowingSession({ suite: readTable({ path, verify }), knows });

test('a table with quotes, commas and line ends in its fields is asked row by row', async () => {
  await write(
    '\ufeffid,Question,Answer\r\ncapital,"Which city, of all, is the capital of ""France""?",Paris\r\n,"Two lines:\nwho wrote Faust?",Goethe\r\n',
  );
  const { stdout, exitCode } = await bench.run({ options: { csv: path } }, openWith('contains'));
  expect(stdout).toMatch(/our-questions 1\.0\.0 \(\w{6}\): ✅ PASS \(2\/2\)/);
  expect(exitCode).toBe(0);
  const log = await bench.luci.tests.newest('script', { suite: 'our-questions' });
  expect(log.answers.map(({ caseId, turns }) => [caseId, turns[0]?.user])).toEqual([
    ['capital', 'Which city, of all, is the capital of "France"?'],
    ['row-3', 'Two lines:\nwho wrote Faust?'],
  ]);
  const wrong = await bench.run(
    { options: { csv: path, fresh: true } },
    openWith('contains', (_, id) => id === 'capital'),
  );
  expect(wrong.stdout).toContain('failed: row-3');
  expect(wrong.exitCode).toBe(8);
  expect((await bench.luci.list())[0]?.proven).toBeUndefined();
});

test('numbers and JSON are held by value; text in braces is text', async () => {
  await write('question,answer\nWhat is 6 x 7? {x},42\nHalf of seven?,3.5\n');
  expect((await bench.run({ options: { csv: path, verify: 'number' } }, openWith('number'))).stdout).toContain('PASS (2/2)');
  await write('question,answer\nAs JSON,"{""a"": 1, ""b"": [2]}"\n');
  expect((await bench.run({ options: { csv: path, verify: 'json' } }, openWith('json'))).stdout).toContain('PASS (1/1)');
});

test('a question that holds its answer is told of', async () => {
  await write('question,answer\nIs it tea or milk?,milk\nWho?,Ann\n');
  const { stderr } = await bench.run({ options: { csv: path } }, openWith('contains'));
  expect(stderr).toContain('In 1 of 2 rows the answer stands in the question');
});

test.each([
  ['frage,antwort\na,b\n', 'contains', /must have "question" and "answer"; found: frage, antwort/],
  ['question,answer\n', 'contains', /there is no question in it/],
  ['question,answer\nwho?,\n', 'contains', /row 2: question or answer is empty/],
  ['question,answer\nwho?,a,b\n', 'contains', /it is no CSV: .*line 2/],
  ['question,answer\n"who?,a\n', 'contains', /it is no CSV/],
  ['question,answer\nhow many?,many\n', 'number', /row 2: "many" is no number/],
  ['question,answer\nwhat?,{a}\n', 'json', /row 2: "\{a\}" is no JSON/],
] as const)('%j graded as %s is refused with the row and the reason', async (text, verify, message) => {
  await write(text);
  await expect(bench.run({ options: { csv: path, verify } }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(message),
  });
});

test('a table is asked alone, and has no tiers', async () => {
  await write('question,answer\nwho?,Ann\n');
  for (const options of [{ csv: path, tier: '1' }, { csv: path, suite: path }, { verify: 'json' }] as Record<string, string>[])
    await expect(bench.run({ options }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({ code: 'USAGE' });
  await expect(bench.run({ options: { csv: join(bench.home, 'none.csv') } }, openWith('contains'))).rejects.toMatchObject({
    code: 'USAGE',
  });
});
