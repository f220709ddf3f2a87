import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FileChange } from '../../src/agent/journal/file-change.ts';
import { createLuci } from '../../src/app/create-luci.ts';
import { defaultSettings } from '../../src/config/resolve-settings.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, program } from './luci-process.ts';

/** Undoing by the program. The model behind it says what it is told, and so makes the calls that a person writes. */

let server: OpenAiServer;
let home: Home;
let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startOpenAiServer();
  home = await makeHome();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'luci files ')));
  environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const call = (name: string, args: object): string => JSON.stringify({ name, arguments: args });
const chat = (...lines: string[]) =>
  home.luci(['chat', '-m', 'box/echo', '--tools', folder], { environment, stdin: lines.map((line) => `${line}\n`).join('') });
const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

/** `luci undo` in a folder. */
function undoIn(cwd: string, ...args: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'undo', ...args], { cwd, env: { ...process.env, LUCI_HOME: home.folder } });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (piece: Buffer) => {
      said.stdout += piece;
    });
    child.stderr.on('data', (piece: Buffer) => {
      said.stderr += piece;
    });
    child.on('close', (exitCode) => resolve({ exitCode, ...said }));
  });
}

test('/undo takes back the words and the files of the last question, /redo brings both again', async () => {
  const ran = await chat(
    call('make_folder', { path: 'plans/may' }),
    call('write_file', { path: 'plans/trip.txt', content: 'by train' }),
    '/undo',
    '/undo',
    '/undo',
    '/redo',
    '/redo',
    '/redo',
  );
  expect(ran.exitCode).toBe(0);
  expect(ran.stderr.replace(/^ +(list_files|make_folder|write_file) .*\n/gm, '')).toBe(
    [
      'Taken back.',
      '  plans/trip.txt is gone again',
      'Taken back.',
      '  the folder plans is gone again',
      'Nothing was said yet.',
      'It is back.',
      '  again: made the folder plans',
      'It is back.',
      '  again: made plans/trip.txt',
      'Nothing was taken back.',
      '',
    ].join('\n'),
  );
  expect(await text('plans/trip.txt')).toBe('by train');
  const said = server.requests.length;
  await chat(call('write_file', { path: 'a.txt', content: 'A' }), '/undo', 'hi');
  const { messages } = (server.requests.at(-1)?.body ?? {}) as { messages: { role: string; content: string }[] };
  expect(server.requests.length).toBeGreaterThan(said);
  expect(messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual(['hi']);
  expect(await readdir(folder)).toEqual(['plans']);
});

test('a file that somebody changed since is named by /undo, and the words stay', async () => {
  vi.stubEnv('TEST_KEY', server.key);
  await using luci = createLuci(defaultSettings({ home: home.folder }));
  await using session = await luci.chats.begin({ model: 'box/echo', sampling: {}, confirm: async () => true });
  await session.useTools(folder);
  await writeFile(join(folder, 'a.txt'), 'before');
  for await (const _ of session.send({ content: call('write_file', { path: 'a.txt', content: 'after' }) }, AbortSignal.timeout(60_000)));
  expect(await text('a.txt')).toBe('after');
  await writeFile(join(folder, 'a.txt'), 'mine');
  await expect(session.undo()).rejects.toMatchObject({ code: 'CHANGED_SINCE', details: { files: ['a.txt'] } });
  expect(session.messages.filter(({ role }) => role === 'user')).toHaveLength(1);
  await writeFile(join(folder, 'a.txt'), 'after');
  expect(await session.undo()).toMatchObject({ changes: [{ path: 'a.txt', state: 'undone' }] });
  expect([await text('a.txt'), session.messages]).toEqual(['before', []]);
});

/** A chat on a pseudo-terminal: types each text when what it waits for has been shown. Returns all that was shown. */
async function onTerminal(steps: [waitFor: string, type: string][]): Promise<string> {
  const command = [process.execPath, program, 'chat', '-m', 'box/echo', '--tools', folder].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 200; ${command}`, '/dev/null'], {
    env: { ...process.env, ...environment, LUCI_HOME: home.folder, TERM: 'xterm' },
  });
  let shown = '';
  let seen = 0;
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece;
    const [next] = steps;
    const at = next ? shown.indexOf(next[0], seen) : -1;
    if (!next || at < 0) return;
    seen = at + next[0].length;
    steps.shift();
    setTimeout(() => child.stdin.write(next[1]), 100);
  });
  expect(await new Promise((resolve) => child.on('close', resolve)), shown).toBe(0);
  return shown;
}

test('on a terminal a replaced file is asked about, and /undo brings it back with its mode', async () => {
  await writeFile(join(folder, 'a.txt'), 'before', { mode: 0o600 });
  const shown = await onTerminal([
    ['> ', `${call('write_file', { path: 'a.txt', content: 'after' })}\r`],
    ['Allow write_file', 'y\r'],
    ['wrote a.txt', '/undo\r'],
    ['a.txt is as it was', '/redo\r'],
    ['again: replaced a.txt', '/undo\r'],
    ['a.txt is as it was', '\u0004'],
  ]);
  expect(shown).not.toContain('cannot be undone');
  expect([await text('a.txt'), (await stat(join(folder, 'a.txt'))).mode & 0o777]).toEqual(['before', 0o600]);
});

test('what is too large to be kept is told in the question, and listed as what cannot be undone', async () => {
  await writeFile(join(folder, 'big.bin'), '');
  await truncate(join(folder, 'big.bin'), 1_200_000_000); // No byte of it is on the disk.
  const asked = 'so this cannot be undone. Allow delete_file';
  await onTerminal([
    ['> ', `${call('delete_file', { path: 'big.bin' })}\r`],
    [asked, 'n\r'],
    ['did not allow', `now ${call('delete_file', { path: 'big.bin' })}\r`],
    [asked, 'y\r'],
    ['deleted big.bin', '/undo\r'],
    ['big.bin was too large to be kept: not undone', '\u0004'],
  ]);
  expect(await readdir(folder)).toEqual([]);
  expect((await undoIn(folder, '--list')).stdout).toContain('cannot be undone');
  expect(await undoIn(folder)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('"big.bin" was too large to be kept') });
});

test('luci undo takes back the newest change of this folder, one after the other, and lists them', async () => {
  await chat(call('write_file', { path: 'a.txt', content: 'A' }), call('write_file', { path: 'b.txt', content: 'B' }));
  await mkdir(join(folder, 'inner'));
  const listed = await undoIn(folder, '--list');
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listed.stdout).toMatch(/made b\.txt .*\n.*made a\.txt /);
  expect(listed.stdout).toContain(folder);
  const first = await undoIn(join(folder, 'inner'));
  expect(first).toMatchObject({ exitCode: 0, stdout: `b.txt is gone again  (${folder})\n` });
  const [, redo = ''] = /luci undo (--redo \w+)/.exec(first.stderr) ?? [];
  const second = JSON.parse((await undoIn(folder, '--json')).stdout) as FileChange[];
  expect(second).toMatchObject([{ path: 'a.txt', operation: 'write', state: 'undone', folder, isReplacing: false }]);
  expect(await readdir(folder)).toEqual(['inner']);
  const none = await undoIn(folder);
  expect(none).toMatchObject({ exitCode: 3, stdout: '', stderr: `There is nothing to undo in ${folder}.\n  luci undo --list\n` });
  expect(await undoIn(folder, ...redo.split(' '))).toMatchObject({ exitCode: 0, stdout: `again: made b.txt  (${folder})\n` });
  expect(await undoIn(folder, '--redo')).toMatchObject({ exitCode: 0, stdout: `again: made a.txt  (${folder})\n` });
  expect([await text('a.txt'), await text('b.txt')]).toEqual(['A', 'B']);
  const changes = JSON.parse((await undoIn(folder, '--list', '--json')).stdout) as FileChange[];
  expect(changes.map(({ path, state }) => [path, state])).toEqual([
    ['b.txt', 'done'],
    ['a.txt', 'done'],
  ]);
  expect(await undoIn(folder, changes[1]?.id ?? '')).toMatchObject({ exitCode: 0, stdout: `a.txt is gone again  (${folder})\n` });
});

test('luci undo refuses by name what somebody changed since, and knows nothing of other folders', async () => {
  await chat(call('write_file', { path: 'a.txt', content: 'A' }));
  await writeFile(join(folder, 'a.txt'), 'mine');
  const refused = await undoIn(folder);
  expect(refused).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(/^"a\.txt" was changed since; nothing/) });
  expect(await text('a.txt')).toBe('mine');
  expect(JSON.parse((await undoIn(folder, '--json')).stdout)).toMatchObject({
    error: { code: 'CHANGED_SINCE', details: { files: ['a.txt'] } },
  });
  expect(await undoIn(tmpdir())).toMatchObject({ exitCode: 3 });
  expect(await undoIn(folder, 'nothere')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('No change nothere is on record') });
});

test('the library undoes what its tools did, and the program sees the same record', async () => {
  await using luci = createLuci(defaultSettings({ home: home.folder }));
  const tools = await luci.builtInTools(folder);
  await writeFile(join(folder, 'a.txt'), 'A', { mode: 0o640 });
  await tools.find(({ name }) => name === 'delete_file')?.run({ path: 'a.txt' });
  expect(await luci.undo.list({ folder })).toMatchObject([{ operation: 'delete', path: 'a.txt', state: 'done' }]);
  expect(await undoIn(folder)).toMatchObject({ exitCode: 0, stdout: `a.txt is back  (${folder})\n` });
  expect([await text('a.txt'), (await stat(join(folder, 'a.txt'))).mode & 0o777]).toEqual(['A', 0o640]);
  expect(await luci.undo.redo({ folder })).toMatchObject([{ path: 'a.txt', state: 'done' }]);
  expect(await readdir(folder)).toEqual([]);
  expect(await luci.undo.undo()).toMatchObject([{ path: 'a.txt', state: 'undone' }]);
  await expect(luci.undo.undo({ folder })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('luci clean drops what was kept for more than 30 days', async () => {
  await chat(call('write_file', { path: 'a.txt', content: 'A' }), call('write_file', { path: 'b.txt', content: 'B' }));
  const [, old] = JSON.parse((await undoIn(folder, '--list', '--json')).stdout) as FileChange[];
  const record = join(home.folder, 'state', 'undo', old?.id ?? '', 'transaction.json');
  const longAgo = new Date(Date.now() - 31 * 24 * 3_600_000).toISOString();
  await writeFile(record, (await readFile(record, 'utf8')).replace(old?.time ?? '', longAgo));
  const dry = await home.luci(['clean', '--dry-run']);
  expect(dry.stdout).toContain('1 change');
  expect((await home.luci(['clean', '-y'])).exitCode).toBe(0);
  expect((JSON.parse((await undoIn(folder, '--list', '--json')).stdout) as FileChange[]).map(({ path }) => path)).toEqual(['b.txt']);
});
