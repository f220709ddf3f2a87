import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { intents } from '../../src/assistant/intents/intents.ts';
import { commands } from '../../src/cli/command-table.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, ownEntry, program } from './luci-process.ts';

/** What luci answers itself in a chat: every way of asking is held against what the system says. */

interface Local {
  readonly type: string;
  readonly intent: string;
  readonly text: string;
  readonly command?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: each check knows the data of its own question.
  readonly data: any;
}
type Check = (reply: Local) => void;

const zone = 'America/St_Johns';
let home: Home;
let begunMs: number;
let sizeBytes: number;
beforeAll(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  for (const name of ['tiny-2', 'spare-3']) await writeFile(join(home.folder, 'models', `${name}.gguf`), tinyGguf());
  sizeBytes = (await stat(join(home.folder, 'models', 'tiny-2.gguf'))).size;
  await home.own(ownEntry('tiny-2', { tier: 1 }), ownEntry('spare-3', { tier: 2 }));
  await home.luci(['llm', 'disable', 'spare-3']);
  await writeFile(join(home.folder, 'notes.txt'), 'first line\nsecond line\n');
  begunMs = Date.now();
});
afterAll(() => home[Symbol.asyncDispose]());

const inZone = (at: Date, form: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...form }).format(at);
const longDay = (at: Date): string =>
  inZone(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).replace(/^(\p{L}+),? /u, '$1, ');
/** The moment that was told, which must lie between the start of the tests and now. */
function told(at: string): Date {
  expect(Date.parse(at)).toBeGreaterThanOrEqual(begunMs);
  expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
  return new Date(at);
}
/** Days are told without a moment; around midnight either of two is right. */
const someDay = (days = 0): Date[] => [begunMs, Date.now()].map((ms) => new Date(ms + days * 86_400_000));
const isDay =
  (days: number): Check =>
  ({ text }) =>
    expect(someDay(days).map(longDay)).toContainEqual(/\p{L}+, \d+ \p{L}+ \d{4}/u.exec(text)?.[0]);

const isTime: Check = ({ text, data }) => {
  const at = told(data.at);
  expect(text).toContain(inZone(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }));
  expect(text).toMatch(/America\/St_Johns, UTC-0[23]:30/);
};
const isDate: Check = ({ text, data }) => {
  const at = told(data.at);
  expect(text).toContain(longDay(at));
  expect(data.date).toBe(inZone(at, { year: 'numeric', month: '2-digit', day: '2-digit' }).split('/').reverse().join('-'));
};
const isMemory: Check = ({ text, data }) => {
  expect(data.totalBytes).toBe(os.totalmem());
  expect(data.freeBytes).toBeGreaterThan(0);
  expect(data.freeBytes).toBeLessThan(os.totalmem());
  expect(text).toMatch(/^Memory: [\d.]+ [kMGT]B of [\d.]+ [kMGT]B are free\.$/);
};
const isDisk: Check = ({ data }) => {
  expect(data.totalBytes).toBe(Number(disk.blocks) * Number(disk.bsize));
  expect(Math.abs(data.freeBytes - Number(disk.bavail) * Number(disk.bsize))).toBeLessThan(0.2 * data.totalBytes);
};
let disk: Awaited<ReturnType<typeof statfs>>;
beforeAll(async () => {
  disk = await statfs(home.folder);
});
const isSystem: Check = ({ data }) => expect(data).toEqual({ platform: process.platform, release: os.release(), arch: process.arch });
const isProcessor: Check = ({ text, data }) => {
  expect(text).toContain(os.cpus()[0]?.model.trim() || process.arch);
  expect(data).toMatchObject({ threads: os.availableParallelism() });
};
const isCores: Check = ({ data }) => {
  expect(data.threads).toBe(os.availableParallelism());
  expect(data.cores).toBeLessThanOrEqual(data.threads);
  expect(data.cores).toBeGreaterThanOrEqual(1);
};
const isFolder: Check = ({ text }) => expect(text).toBe(process.cwd());
const isText =
  (expected: string): Check =>
  ({ text }) =>
    expect(text).toBe(expected);
const isValue =
  (value: string, unit: string | null = null): Check =>
  ({ data }) =>
    expect(data).toMatchObject({ value, unit });
const version = (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version;
const isList: Check = ({ command, data }) => {
  expect(command).toEqual(['list']);
  expect(data.map(({ name }: { name: string }) => name).sort()).toEqual(['spare-3', 'tiny-2']);
};
const isCount: Check = ({ data }) => expect(data).toEqual({ count: 2, sizeBytes: 2 * sizeBytes });
const isHere: Check = ({ data }) => expect(data.names.map((name: string) => name.replace(/\/$/, '')).sort()).toEqual(here);
const here = (await readdir('.')).sort();
const helps =
  (...names: readonly string[]): Check =>
  ({ text, data }) => {
    expect(data.commands).toEqual(names);
    for (const name of names) expect(text).toMatch(new RegExp(`^luci ${name}.*: ${summaryOf(name)}$`, 'm'));
  };
function summaryOf(path: string): string | undefined {
  const [name, verb] = path.split(' ');
  const command = commands.find((known) => known.name === name);
  return (verb === undefined ? command : command?.verbs?.find((known) => known.name === verb))?.summary.replace(/[()?.]/g, '\\$&');
}
const inDays = (iso: string): number => Math.round((Date.parse(`${iso}T12:00Z`) - Date.now()) / 86_400_000);

const cases: readonly (readonly [asked: string, check: Check])[] = [
  ['what time is it?', isTime],
  ['What time is it now?', isTime],
  ['time', isTime],
  ['what is the time', isTime],
  ["what's the current time?", isTime],
  ['Hey luci, can you tell me the time please?', isTime],
  ['do you know what time it is?', isTime],
  ['what is the date?', isDate],
  ['date', isDate],
  ["what's today's date?", isDate],
  ['what day is it today?', isDate],
  ['What is the date today, please', isDate],
  ['what is the date and time', isDate],
  ['which weekday is it?', isDay(0)],
  ['what day of the week is it today?', isDay(0)],
  ['what day is tomorrow?', isDay(1)],
  ['what date was yesterday', isDay(-1)],
  ['what day is it the day after tomorrow?', isDay(2)],
  ["what is tomorrow's date", isDay(1)],
  ['what weekday was 2000-01-01?', isText('2000-01-01 is a Saturday.')],
  ['what day is 2026-02-30', isText('There is no day 2026-02-30.')],
  ['how many days until 2099-12-31?', ({ data }) => expect(Math.abs(data.days - inDays('2099-12-31'))).toBeLessThanOrEqual(1)],
  ['how many days between 2024-02-28 and 2024-03-01', ({ data }) => expect(data.days).toBe(2)],
  ['what year is it?', ({ data }) => expect(someDay().map((day) => inZone(day, { year: 'numeric' }))).toContain(String(data.year))],
  [
    'what month is it',
    ({ text }) =>
      expect(someDay().map((day) => `It is ${inZone(day, { month: 'long' })} ${inZone(day, { year: 'numeric' })}.`)).toContain(text),
  ],
  ['which calendar week is it?', ({ data }) => expect(data.week).toBeGreaterThanOrEqual(1)],
  ['what time zone is set?', ({ data }) => expect(data).toMatchObject({ timeZone: zone })],
  ['what is the unix time', ({ data }) => expect(data.unixSeconds).toBeGreaterThanOrEqual(Math.floor(begunMs / 1000))],
  ['is 1900 a leap year?', isText('1900 is no leap year.')],
  ['is 2028 a leap year', isText('2028 is a leap year.')],
  ['memory', isMemory],
  ['RAM?', isMemory],
  ['how much memory is free?', isMemory],
  ['how much RAM do I have', isMemory],
  ['how much free memory does this computer have?', isMemory],
  ['show me the memory usage', isMemory],
  ['disk', isDisk],
  ['disk space', isDisk],
  ['how much disk space is left?', isDisk],
  ['how much free space do I have on my disk', isDisk],
  ['how much storage is available?', isDisk],
  ['how full is my disk?', isDisk],
  ['os', isSystem],
  ['which operating system is this?', isSystem],
  ['what os am I running', isSystem],
  ['tell me the operating system', isSystem],
  ['cpu', isProcessor],
  ['which processor do I have?', isProcessor],
  ['what CPU is in this machine?', isProcessor],
  ['how many cores does this computer have?', isCores],
  ['how many CPU cores do I have', isCores],
  ['pwd', isFolder],
  ['which folder am I in?', isFolder],
  ['what is the current directory', isFolder],
  ['what is the hostname?', isText(os.hostname())],
  ['whoami', isText(os.userInfo().username)],
  ['how long has this computer been running?', ({ data }) => expect(Math.abs(data.uptimeSeconds - os.uptime())).toBeLessThan(3600)],
  ['version', isText(`luci ${version}`)],
  ['which version of luci is this?', isText(`luci ${version}`)],
  ['what is your version', isText(`luci ${version}`)],
  ['which node version does luci use?', isText(`Node.js ${process.versions.node}`)],
  ["what is luci's home folder", ({ text }) => expect(text).toBe(home.folder)],
  ['models', isList],
  ['models info', isList],
  ['which models are installed?', isList],
  ['list my models', isList],
  ['Luci, please show me the installed models.', isList],
  ['what models do I have?', isList],
  ['how many models are installed?', isCount],
  ['how many models do I have', isCount],
  ['how much space do my models take?', isCount],
  ['how big are my models', isCount],
  ['which models are enabled?', ({ data }) => expect(data.enabled).toEqual(['tiny-2'])],
  ['list disabled models', ({ data }) => expect(data.disabled).toEqual(['spare-3'])],
  ['where are my models stored?', ({ text }) => expect(text).toBe(join(home.folder, 'models'))],
  ['which model is the default?', ({ data }) => expect(data).toEqual({ default: null })],
  ['which model am I talking to?', isText('tiny-2')],
  ['what model are you', isText('tiny-2')],
  ['is tiny-2 installed?', ({ data }) => expect(data).toEqual({ model: 'tiny-2', installed: true, enabled: true, sizeBytes, tier: 1 })],
  [
    'is the model spare-3 installed',
    ({ data }) => expect(data).toEqual({ model: 'spare-3', installed: true, enabled: false, sizeBytes, tier: 2 }),
  ],
  ['is llama3.2 installed?', isText('llama3.2 is not installed: luci install llama3.2')],
  ['do I have mistral installed?', ({ data }) => expect(data).toMatchObject({ model: 'mistral', installed: false })],
  ['is spare-3 enabled?', isText('spare-3 is disabled.')],
  ['how big is tiny-2?', ({ data }) => expect(data).toEqual({ model: 'tiny-2', installed: true, sizeBytes })],
  ['how large is the mistral model', ({ data }) => expect(data).toMatchObject({ model: 'mistral', installed: false })],
  ['which tier is tiny-2?', isText('tiny-2 is a model of tier 1.')],
  ['what is 2 + 2?', isText('2 + 2 = 4')],
  ['0.1 + 0.2', isText('0.1 + 0.2 = 0.3')],
  ['What is 15% of 80?', isValue('12')],
  ['80 + 15%', isValue('92')],
  ['20% off 50', isValue('40')],
  ['what percent of 80 is 12?', isValue('15', '%')],
  ['(3 + 4) * 5 - 2^3', isValue('27')],
  ['17 % 5', isValue('2')],
  ['1/3 + 1/6 + 1/2', isValue('1')],
  ['how much is 1,000 * 3.5', isValue('3500')],
  ['calculate 10/4', isValue('2.5')],
  ['12 x 12', isValue('144')],
  ['1/2 of 10', isValue('5')],
  ['2 km + 300 m', isValue('2.3', 'km')],
  ['3 plus 4 times 2', isValue('11')],
  ['square root of 144', isValue('12')],
  ['2^100', isValue('1267650600228229401496703205376')],
  ['what is 1 / 7', ({ text, data }) => expect([text, data.exact]).toEqual(['1 / 7 = 0.142857142857 (rounded)', false])],
  ['what is 10 / 0?', ({ text, data }) => expect([text, data.value]).toEqual(['10 / 0 has no value here: it divides by zero.', null])],
  ['9^9^9', ({ data }) => expect(data.value).toBeNull()],
  ['10 miles in km', isValue('16.09344', 'km')],
  ['convert 5 ft 11 in to cm', isValue('180.34', 'cm')],
  ['100 F in C', isValue('37.7777777778', '°C')],
  ['what is -40 degrees celsius in fahrenheit', isValue('-40', '°F')],
  ['how many grams are in 2.5 pounds?', isValue('1133.980925', 'g')],
  ['how many seconds are in a day?', isValue('86400', 's')],
  ['1.5 GiB in bytes', isValue('1610612736', 'B')],
  ['convert 90 minutes to hours', isValue('1.5', 'h')],
  ['list .', isHere],
  ['ls', isHere],
  ['list src/no-such-folder', ({ data }) => expect(data.names).toBeNull()],
  ['which files are here?', isHere],
  [
    'list ./no-such-folder',
    ({ text, data }) => expect([text, data.names]).toEqual([`There is no folder ./no-such-folder in ${process.cwd()}.`, null]),
  ],
  ['read no-such-file.txt', ({ text }) => expect(text).toBe(`There is no file no-such-file.txt in ${process.cwd()}.`)],
  ['read package.json', ({ data }) => expect(JSON.parse(data.text)).toMatchObject({ name: 'luci', version })],
  ['how do I install a model?', helps('install', 'search', 'recommend')],
  ['how can I delete models', helps('remove')],
  ['how do I set the default model?', helps('llm default')],
  ['how to start a server', helps('serve', 'service')],
  ['how do I test a model?', helps('test')],
  ['how do I leave the chat?', ({ data }) => expect(data.inChat).toBe('/quit, or Ctrl+D')],
  ['how do I install llama3.2?', isText('luci install llama3.2')],
  ['what does luci bench do?', helps('bench')],
  [
    'help install',
    ({ command, text }) => expect([command, text.split('\n')[0]]).toEqual([['help', 'install'], 'Usage: luci install <model>... [flags]']),
  ],
  ['llm list all', ({ command, data }) => expect([command, data.length > 100]).toEqual([['llm', 'list', 'all'], true])],
  ['llm', ({ command, data }) => expect([command, data.length]).toEqual([['llm'], 2])],
  ['models info tiny-2', ({ command, data }) => expect([command, data.name ?? data.model?.name]).toEqual([['show', 'tiny-2'], 'tiny-2'])],
  ['luci ps', ({ command }) => expect(command).toEqual(['ps'])],
  ['luci list', isList],
];

test('at least 120 ways of asking are answered by luci itself, each as the system has it, and no engine is started', async () => {
  expect(new Set(cases.map(([asked]) => asked)).size).toBeGreaterThanOrEqual(120);
  const ran = await home.luci(['chat', '--json'], { stdin: `${cases.map(([asked]) => asked).join('\n')}\n`, environment: { TZ: zone } });
  const replies = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Local);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect(replies.map(({ type }) => type)).toEqual(cases.map(() => 'local'));
  for (const [index, [asked, check]] of cases.entries()) {
    const reply = replies[index];
    try {
      if (reply) check(reply);
    } catch (error) {
      throw new Error(`${asked}: ${JSON.stringify(reply).slice(0, 400)}`, { cause: error });
    }
  }
  expect(JSON.parse((await home.luci(['ps', '--json'])).stdout)).toBeNull();
});

const nearMisses = [
  'what time is it in a story that begins at midnight?',
  'what is time?',
  'what time does the train leave?',
  'what time is it in Tokyo?',
  'write a function that prints the date',
  'what is the date of the French Revolution?',
  'what was the date yesterday in the Mayan calendar?',
  'how do I get the date in python?',
  'what day is best for washing clothes?',
  'what day is Easter?',
  'how many days are in a leap year of Mars?',
  'how many days in a year?',
  'what year is it set in?',
  'is 1900 a good year for wine?',
  'what is the memory of an elephant like?',
  'what is memory?',
  'what is RAM?',
  'how much memory does a human have?',
  'memory leak in C++',
  'explain disk scheduling',
  'how much space is there between atoms?',
  'how full is the moon?',
  'what is an operating system?',
  'which operating system is the best?',
  'what is a cpu?',
  'how many cores does an apple have?',
  'which folder should I use for photos?',
  'who am I?',
  'what is the version of this story?',
  'which version of the bible is oldest?',
  'how big is the model of the universe?',
  'how big is a model train?',
  'how big is solar?',
  'what is a language model?',
  'which models are on the catwalk?',
  'how many models are there in fashion?',
  'list three models of the atom',
  'models of the solar system',
  'is python installed?',
  'is the kettle installed?',
  'what tier is a wedding cake?',
  'list fruits',
  'list pros/cons',
  'list .net',
  'read 3.5',
  '3 of 5',
  '(1998)',
  '4 min 33 s',
  '5 to 9',
  '5-10 minutes',
  '192.168.0.1/24',
  '1 + 1 = 3',
  'list the benefits of tea',
  'read war and peace',
  'read me a story',
  'read tolstoy',
  'install python',
  'install a sense of humour',
  'remove the last word of this sentence',
  'enable me to understand',
  'help me write a letter',
  'luci list the benefits of tea',
  'luci is a nice name',
  'how do I install python?',
  'how do I train a model?',
  'how do I delete a file in bash?',
  'how do I test a hypothesis?',
  'what is 9/11?',
  '24/7',
  '2024-11-05',
  '555-1234',
  '42',
  'what is 5 in roman numerals?',
  'what is 2 + 2 in python?',
  'how much is 10 pounds in euros?',
  'how many miles are in a light year?',
  'convert this sentence to french',
  '1,5 * 2',
  'what is love + 1?',
  'calculate the area of a circle',
];

test('at least 60 questions that only look like it go to the model, word for word', async () => {
  expect(nearMisses.length).toBeGreaterThanOrEqual(60);
  await using server = await startOpenAiServer();
  const environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
  const ran = await home.luci(['chat', '-m', 'box/echo', '--json'], { stdin: `${nearMisses.join('\n')}\n`, environment });
  const replies = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Local);
  expect(replies.map(({ type, text }) => [type, text])).toEqual(nearMisses.map((asked) => ['answer', asked]));
});

test('without a model luci still answers itself, fetches nothing for it, and says that it was luci', async () => {
  await using empty = await makeHome();
  const ran = await empty.luci(['chat', '--offline'], { stdin: '2 + 3\nmodels\n/model\nis llama3.2 installed?\n/help\n/quit\nnever\n' });
  expect(ran).toMatchObject({ exitCode: 0, stdout: '2 + 3 = 5\nllama3.2 is not installed: luci install llama3.2\n' });
  expect(ran.stderr).toContain('(luci itself answered, without a model)');
  expect(ran.stderr).toContain('No model is installed yet.');
  expect(ran.stderr).not.toContain('Fetching');
  expect(await readdir(empty.folder)).not.toContain('models');
});

test('a question for a model fails where none can be had, and the chat goes on with what needs none', async () => {
  await using empty = await makeHome();
  const ran = await empty.luci(['chat', '--offline'], { stdin: 'tell me a story\n2 + 3\n' });
  expect(ran).toMatchObject({ exitCode: 4, stdout: '2 + 3 = 5\n' });
});

test('a model that is installed by a typed line answers the next question; a large one is asked for first', async () => {
  await using hub = await startHub();
  await using empty = await makeHome();
  const at = { repo: 'o/small-1', commit: 'a'.repeat(40), path: 'small-1.gguf' };
  hub.add({ ...at, bytes: tinyGguf() });
  await empty.own(ownEntry('small-1', { revision: at.commit, sizeBytes: tinyGguf().length }), ownEntry('large-1', { sizeBytes: 2e9 }));
  const stdin = 'install large-1\ninstall small-1\nhello there\nremove small-1\n';
  const ran = await empty.luci(['chat'], { stdin, environment: { HF_ENDPOINT: hub.endpoint } });
  expect(ran.stderr).toContain('Nobody can answer here.');
  expect(ran.stderr).toContain('(luci itself: luci install small-1)');
  expect(ran.stdout).toContain(tinyReply);
  expect(ran.exitCode).toBe(2);
});

test('ask is for scripts: its question goes to the model, whatever it is', async () => {
  await using server = await startOpenAiServer();
  const environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'desk', server.url, '--key-env', 'TEST_KEY']);
  expect(await home.luci(['ask', '-m', 'desk/echo', '2 + 2'], { environment })).toMatchObject({ exitCode: 0, stdout: '2 + 2\n' });
});

test('every row of the table is reached by its own example', async () => {
  // Those of models and commands change or fetch something, or name what is not there.
  const rows = intents.filter(({ name, example }) => !name.startsWith('command.') && !/llama3\.2|\.txt/.test(example));
  const ran = await home.luci(['chat', '--json'], { stdin: `${rows.map(({ example }) => example).join('\n')}\n` });
  const reached = ran.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Local).intent);
  expect(reached).toEqual(rows.map(({ name }) => name));
});

test('on a terminal a typed command asks in the chat, Ctrl+D leaves, and no model is needed for any of it', async () => {
  await using empty = await makeHome();
  await empty.own(ownEntry('large-1', { sizeBytes: 2e9 }));
  const steps: readonly (readonly [shown: string, typed: string])[] = [
    ['No model is installed yet', '2 + 3\r'],
    ['2 + 3 = 5', 'install large-1\r'],
    ['[y/N]', 'n\r'],
    ['Nothing was fetched', '/help\r'],
    ['luci itself answers', '\u0004'],
  ];
  const child = spawn('script', ['-qec', `'${process.execPath}' '${program}' chat`, '/dev/null'], {
    env: { ...process.env, LUCI_HOME: empty.folder, TERM: 'xterm' },
  });
  let shown = '';
  const left = [...steps];
  child.stdout.on('data', (text: Buffer) => {
    shown += text;
    const [next] = left;
    if (!next || !shown.includes(next[0])) return;
    left.shift();
    setTimeout(() => child.stdin.write(next[1]), 100);
  });
  expect(await new Promise((resolve) => child.on('close', resolve)), shown).toBe(0);
  expect(left).toEqual([]);
}, 120_000);
