import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { startServer } from '../../src/serve/server.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Chats that are kept: the same files for the terminal and for the page. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly turns: number;
}

const chat = (stdin: string, ...args: string[]) => home.luci(['chat', '-m', 'tiny', ...args], { stdin });
const listed = async (...args: string[]): Promise<readonly Listed[]> =>
  JSON.parse((await home.luci(['chats', ...(args.length > 0 ? args : ['list']), '--json'])).stdout) as Listed[];

test('chats are listed, searched, shown, exported and removed', async () => {
  expect(await listed()).toEqual([]);
  expect((await home.luci(['chats'])).stderr).toContain('No chat is kept yet.');
  await chat('about the tides\n');
  await chat('about the moon\n/save Selene\n');
  const all = await listed();
  expect(all.map(({ title, turns }) => [title, turns]).sort()).toEqual([
    ['Selene', 2],
    ['about the tides', 2],
  ]);
  expect(await listed('search', 'the', 'moon')).toMatchObject([{ title: 'Selene' }]);
  expect((await home.luci(['chats', 'list'])).stdout).toMatch(/title +turns +last +id[\s\S]*Selene +2 +\d{4}-\d\d-\d\d \d\d:\d\d +\S+/);
  expect((await home.luci(['chats', 'show', 'selene'])).stdout).toBe(`You\nabout the moon\n\ntiny\n${tinyReply}\n`);

  const markdown = await home.luci(['chats', 'export', 'Selene']);
  expect(markdown.stdout).toBe(`# Selene\n\n## You\n\nabout the moon\n\n## tiny\n\n${tinyReply}\n`);
  const file = join(home.folder, 'selene.jsonl');
  expect(await home.luci(['chats', 'export', 'Selene', '--as', 'json', '-o', file])).toMatchObject({ exitCode: 0, stdout: '' });
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([{ type: 'title', title: 'Selene' }, { role: 'user' }, { role: 'assistant' }]);
  expect(await home.luci(['chats', 'export', 'Selene', '-o', file])).toMatchObject({ exitCode: 2 });

  const several = await home.luci(['chats', 'show', 'about']);
  expect(several).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/means 2 chats[\s\S]*about the tides/) });
  expect(await home.luci(['chats', 'remove', 'nothing'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('luci chats list'),
  });
  const id = all.find(({ title }) => title === 'Selene')?.id ?? '';
  expect(await home.luci(['chats', 'remove', id])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('is in the trash') });
  expect((await listed()).map(({ title }) => title)).toEqual(['about the tides']);
  const trash = await readdir(join(home.folder, 'trash'));
  expect(trash).toEqual([expect.stringContaining(id)]);
  expect(await readFile(join(home.folder, 'trash', trash[0] ?? ''), 'utf8')).toContain('about the moon');
});

/** The server of the page, over the same home. */
async function withServer(work: (url: string) => Promise<void>): Promise<void> {
  await using luci: Luci = createLuci(resolveSettings({ home: home.folder, offline: true, keepAliveSeconds: 20 }, {}));
  await using server = await startServer(luci, {
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    maxRunning: 4,
    maxWaiting: 32,
    onFault: () => undefined,
  });
  await work(server.url);
}

test('a chat of the page is gone on with in the terminal, and a chat of the terminal on the page', async () => {
  await withServer(async (url) => {
    // As the page does: its first answer has the token that its requests need.
    const token = /name="luci-token" content="([^"]*)"/.exec(await (await fetch(url)).text())?.[1] ?? '';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const { id } = (await (await post('/luci/chats', {})).json()) as { id: string };
    const question = { parent: null, question: 'from the page', system: 'Be brief.', model: 'tiny' };
    expect(await (await post(`/luci/chats/${id}/answers`, question)).text()).toContain('"end"');

    const ran = await chat('from the terminal\n/system\n/undo\n', '--resume', 'from the page');
    expect(ran).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
    expect(ran.stderr).toMatch(/1 question loaded: from the page[\s\S]*system: Be brief\.[\s\S]*Taken back/);

    const seen = (await (await fetch(`${url}/luci/chats/${id}`, { headers })).json()) as {
      turns: { id: string; role: string; content: string }[];
      place: string;
    };
    expect(seen.turns.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'from the page'],
      ['assistant', tinyReply],
      ['user', 'from the terminal'],
      ['assistant', tinyReply],
    ]);
    // The page goes on where the terminal has taken a question back.
    expect(seen.place).toBe(seen.turns[2]?.id);
    const goOn = { parent: seen.place, question: 'and the page again', model: 'tiny' };
    expect(await (await post(`/luci/chats/${id}/answers`, goOn)).text()).toContain('"end"');
    expect((await chat('/history\n', '--continue')).stdout).toBe(
      `System\nBe brief.\n\nYou\nfrom the page\n\ntiny\n${tinyReply}\n\nYou\nand the page again\n\ntiny\n${tinyReply}\n`,
    );
  });
});

test('a chat that /save of an older luci wrote is gone on with in a copy, and stays as it is', async () => {
  const saved = {
    version: 1,
    model: 'tiny',
    system: 'Be kind.',
    messages: [
      { role: 'user', content: 'old' },
      { role: 'assistant', content: 'words' },
    ],
  };
  const path = join(home.folder, 'chats', 'trip.json');
  await mkdir(join(home.folder, 'chats'));
  await writeFile(path, JSON.stringify(saved));
  const ran = await chat('new\n', '--resume', 'trip');
  expect(ran).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(saved);
  expect((await listed()).map(({ title, turns }) => [title, turns]).sort()).toEqual([
    ['trip', 3],
    ['trip', 5],
  ]);
});

test('--continue and --resume say what is missing, and are not given both', async () => {
  expect(await chat('hi\n', '--continue')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('No chat is kept yet.') });
  expect(await chat('hi\n', '--resume', 'x')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('There is no chat "x"') });
  await chat('one\n');
  await chat('one more\n');
  expect(await chat('hi\n', '--resume')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Name one by its id') });
  expect(await chat('hi\n', '--resume', 'on')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('means 2 chats') });
  expect(await chat('hi\n', '--continue', '--resume', 'one')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('give one of them'),
  });
});

test('a chat goes on with the model that answered last, and with another one where that is gone', async () => {
  await writeFile(join(home.folder, 'models', 'other.gguf'), tinyGguf());
  const models = async (...args: string[]): Promise<unknown[]> => {
    const { stdout } = await home.luci(['chat', ...args, '--json'], { stdin: 'hi\n' });
    return stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { model: unknown }).model);
  };
  expect(await models('-m', 'other')).toEqual(['other']);
  await home.luci(['llm', 'default', 'tiny']);
  expect(await models('--continue')).toEqual(['other']);
  expect(await models('--continue', '-m', 'tiny')).toEqual(['tiny']);
  expect(await models('--resume', 'hi', 'other')).toEqual(['other']);
  await rm(join(home.folder, 'models', 'other.gguf'));
  const gone = await home.luci(['chat', '--continue'], { stdin: 'hi\n' });
  expect(gone).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: expect.stringContaining('other answered last') });
});

test('with --json what a command lists is data', async () => {
  const ran = await chat('hi\n/chats\n/history\n/context\n/stats\n/models\n/prompt\n/tools\n/set\n', '--json');
  const lines = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  expect(lines.map(({ type }) => type)).toEqual('answer chats history context stats models prompt tools settings'.split(' '));
  expect(lines[1]).toMatchObject({ chats: [{ title: 'hi', turns: 2 }] });
  expect(lines[3]).toMatchObject({ contextLength: 2048, questions: 1, forgotten: 0, tokens: expect.any(Number) });
  expect(lines[6]).toMatchObject({ isExact: true, text: expect.stringContaining(tinyReply) });
});

test('nothing is written with --no-save, and a chat that cannot be written goes on and says so', async () => {
  expect(await chat('hi\n/save x\n', '--no-save')).toMatchObject({
    exitCode: 0,
    stdout: `${tinyReply}\n`,
    stderr: expect.stringContaining('--no-save'),
  });
  expect(await readdir(home.folder)).not.toContain('chats');
  await writeFile(join(home.folder, 'chats'), 'a file in the way');
  const ran = await chat('hi\nho\n');
  expect(ran).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n${tinyReply}\n` });
  expect(ran.stderr.match(/this chat is not kept/g)).toHaveLength(1);
  await rm(join(home.folder, 'chats'));
});

test('an answer that used tools is told again with its calls, and is read as its text', async () => {
  const path = join(home.folder, 'chats', '20260101000000-abcdef01.jsonl');
  await mkdir(join(home.folder, 'chats'));
  const at = '2026-01-01T00:00:00.000Z';
  const steps = [
    { role: 'assistant', content: '', toolCalls: [{ id: 'call-1', name: 'list_files', arguments: { path: '.' } }] },
    { role: 'tool', toolCallId: 'call-1', name: 'list_files', content: 'notes.txt' },
    { role: 'assistant', content: 'There is notes.txt.' },
  ];
  const lines = [
    { type: 'chat', version: 1, at },
    { type: 'turn', id: 'a', parent: null, role: 'user', content: 'what is there?', at },
    { type: 'turn', id: 'b', parent: 'a', role: 'assistant', content: 'There is notes.txt.', steps, at },
  ];
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const ran = await chat('/prompt and now?\n/history\n', '--continue');
  expect(ran.stdout).toMatch(/what is there\?[\s\S]*There is notes\.txt\.[\s\S]*and now\?/);
  expect(ran.stdout).toContain('You\nwhat is there?\n\nAnswer\nThere is notes.txt.\n');
});
