import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, type Ran } from './luci-process.ts';

/** Files that do not fit into the context, and answers with quotes. The model elsewhere says what a script makes of its question. */

let server: OpenAiServer;
let home: Home;
let reply: (said: string) => string;
beforeEach(async () => {
  reply = (said) => said;
  server = await startOpenAiServer({ reply: (said) => reply(said) });
  home = await makeHome();
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const at = (name: string): string => join(home.folder, name);
const ask = (...words: readonly string[]): Promise<Ran> =>
  home.luci(['ask', '-m', 'box/echo', '--context', '512', '--max-tokens', '64', ...words], { environment: { TEST_KEY: server.key } });
/** Four characters count as a token at such an endpoint. */
const maxCharacters = (512 - 64) * 4;
/** What the model was asked last, by request. */
const prompts = (): string[] =>
  server.requests.flatMap(({ body }) => (body['messages'] as { content: string }[] | undefined)?.at(-1)?.content ?? []);
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index + 1} of the file\n`).join('');

test('--fit leaves a text that fits as it is', async () => {
  await writeFile(at('short.txt'), 'short');
  for (const way of ['head', 'tail', 'map'])
    expect(await ask('-f', at('short.txt'), 'Which?', '--fit', way)).toMatchObject({
      stdout: `File ${at('short.txt')}:\n\nshort\n\nWhich?\n`,
      stderr: '',
    });
});

test.each<readonly ['head' | 'tail', RegExp]>([
  [
    'head',
    /^File [^\n]+:\n\nline 1 of the file\n[\s\S]*line \d+ of the file\n\n?\[left out here: (\d+) of (\d+) characters\]\n\nWhich\?\n$/,
  ],
  ['tail', /^\[left out here: (\d+) of (\d+) characters\]\nline \d+ of the file\n[\s\S]*line 300 of the file\n\nWhich\?\n$/],
])('--fit %s keeps whole lines as far as they fit, and says in the text and on stderr what is left out', async (way, form) => {
  await writeFile(at('long.txt'), lines(300));
  const ran = await ask('-f', at('long.txt'), 'Which?', '--fit', way);
  expect(ran.exitCode).toBe(0);
  const [, leftOut, all] = form.exec(ran.stdout) ?? [];
  expect(Number(all)).toBe(`File ${at('long.txt')}:\n\n${lines(300)}`.trim().length);
  expect(ran.stderr).toContain(`${way === 'head' ? 'last' : 'first'} ${leftOut} of ${all} characters are left out`);
  // Nearly all of the room is used, and never more.
  expect(ran.stdout.trimEnd().length + 16).toBeLessThanOrEqual(maxCharacters);
  expect(ran.stdout.length).toBeGreaterThan(maxCharacters * 0.9);
});

test('a cut never halves a character, and a line without an end is cut as well', async () => {
  await writeFile(at('one-line.txt'), '😀'.repeat(4000));
  for (const way of ['head', 'tail']) {
    const ran = await ask('-f', at('one-line.txt'), 'Which?', '--fit', way);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/😀{500}/u);
    expect(ran.stdout).not.toContain('\ufffd');
  }
});

const partOf = (prompt: string): string | undefined =>
  /^This is a part of a longer text:\n\n([\s\S]*)\n\nAnswer from this part alone/.exec(prompt)?.[1];

test('--fit map asks about every part and joins the answers; the parts are the text, to the last character', async () => {
  const facts = ['kettle', 'ladder', 'violin'];
  const text = lines(300).replace(/line (20|150|299) of/g, (_, at: string) => `The ${facts[['20', '150', '299'].indexOf(at)]} is in`);
  await writeFile(at('long.txt'), text);
  reply = (said) => (partOf(said) === undefined ? said : (/The \w+ is in/.exec(said)?.[0] ?? 'nothing'));
  const ran = await ask('-f', at('long.txt'), 'What is in it?', '--fit', 'map');
  expect(ran.exitCode).toBe(0);
  for (const fact of facts) expect(ran.stdout).toContain(`The ${fact} is in`);
  const parts = prompts().flatMap((prompt) => partOf(prompt) ?? []);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.join('')).toBe(`File ${at('long.txt')}:\n\n${text}`.trim());
  expect(ran.stderr).toContain(`part ${parts.length} of ${parts.length}`);
});

test('answers of parts that do not shrink end with what to do, and not without end', async () => {
  await writeFile(at('long.txt'), lines(300));
  expect(await ask('-f', at('long.txt'), 'Which?', '--fit', 'map')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--max-tokens'),
  });
});

const quotedPart = (prompt: string): string => /^Text:\n\n([\s\S]*)\n\nAnswer the question from this text alone/.exec(prompt)?.[1] ?? '';
const statements = (...said: readonly (readonly [sentence: string, quote: string])[]): string =>
  JSON.stringify({ statements: said.map(([sentence, quote]) => ({ sentence, quote })) });

test('--quote: every quote is the bytes of the file at its range, invented ones are marked, every byte is read once', async () => {
  const things = ['kettle', 'ladder', 'violin', 'anchor', 'candle'];
  const text = `\ufeff${lines(500).replace(/line (3|120|260|410|499) of/g, (_, at: string) => `Ünder “${things[['3', '120', '260', '410', '499'].indexOf(at)]}” 😀 of`)}`;
  await writeFile(at('facts.txt'), text);
  reply = (said) => {
    const found = [...quotedPart(said).matchAll(/Ünder “(\w+)” 😀/g)].map(([quote, thing]) => [`There is a ${thing}.`, quote] as const);
    return statements(...found, ...(found.length > 0 ? [['There is a dragon.', 'a dragon is here'] as const] : []));
  };
  const ran = await ask('--quote', '-f', at('facts.txt'), 'What is there?', '--json');
  expect(ran.exitCode).toBe(0);
  const answer = JSON.parse(ran.stdout) as {
    statements: { sentence: string; quote: string; file: string; range?: { start: number; end: number } }[];
    read: { file: string; bytes: number; parts: number }[];
  };
  const bytes = Buffer.from(text);
  const proven = answer.statements.filter(({ range }) => range !== undefined);
  expect(proven.map(({ sentence }) => sentence)).toEqual(things.map((thing) => `There is a ${thing}.`));
  for (const { quote, range } of proven) expect(bytes.subarray(range?.start, range?.end).toString()).toBe(quote);
  expect(answer.statements.filter(({ range }) => range === undefined).every(({ sentence }) => sentence === 'There is a dragon.')).toBe(
    true,
  );
  expect(answer.statements.length).toBeGreaterThan(proven.length);
  expect(answer.read).toEqual([{ file: at('facts.txt'), bytes: bytes.length, parts: prompts().length }]);
  expect(prompts().map(quotedPart).join('')).toBe(text);
});

test('for a person each sentence has its quote behind it, or the word unproven', async () => {
  await writeFile(at('note.txt'), 'The kettle is blue.');
  reply = () => statements(['It is blue.', 'kettle is blue'], ['It is large.', 'kettle is large'], ['It is.', 'is']);
  const ran = await ask('--quote', '-f', at('note.txt'), 'How is the kettle?');
  expect(ran.stdout).toBe(`It is blue. [${at('note.txt')}:4-18 "kettle is blue"]\nIt is large. [unproven]\nIt is. [unproven]\n`);
  expect(ran.stderr).toContain('3 sentences, 2 unproven');
  expect(ran.stderr).toContain('all 19 bytes read in 1 part');
  reply = () => statements(['It is blue.', 'kettle is blue'], ['It is blue.', 'kettle is blue']);
  expect((await ask('--quote', '-f', at('note.txt'), 'How?')).stdout.match(/It is blue/g)).toHaveLength(1);
  reply = () => statements();
  expect(await ask('--quote', '-f', at('note.txt'), 'How?')).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: expect.stringContaining('found nothing'),
  });
});

test.each([
  [['--quote'], '--quote is for files'],
  [['--quote', '-f', 'package.json', '--tools'], 'do not go together'],
  [['--quote', '-f', 'package.json', '--fit', 'map'], 'do not go together'],
  [['--fit', 'map', '--tools'], 'do not go together'],
  [['--fit', 'middle'], 'is not one of head, tail, map'],
])('ask %j is a mistake that is told', async (flags, why) => {
  expect(await ask('Which?', ...flags)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(why) });
});

test('bytes that are no text are not quoted', async () => {
  await writeFile(at('odd.bin'), Buffer.from([0x66, 0xff, 0xfe]));
  expect(await ask('--quote', '-f', at('odd.bin'), 'Which?')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no text in UTF-8'),
  });
});
