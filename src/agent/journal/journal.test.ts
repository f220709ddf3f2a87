import { chmod, link, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import { builtInTools } from '../tools/built-in-tools.ts';
import { openWorkspace, type Workspace, type WorkspaceOptions } from '../workspace/workspace.ts';
import { type Journal, openJournal } from './journal.ts';

let base: string;
let root: string;
let workspace: Workspace;
let journal: Journal;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'luci-journal-'));
  root = join(base, 'root');
  await mkdir(root);
  workspace = await opened();
  journal = openJournal(join(base, 'state', 'undo'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const opened = (options?: WorkspaceOptions): Promise<Workspace> => openWorkspace(root, join(base, 'state', 'undo'), options);
const put = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);
const text = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const newest = async (): Promise<string> => (await journal.list()).at(-1)?.id ?? '';
const undoNewest = async () => journal.bring([await newest()], 'before');
const refused = (...files: string[]) => ({ code: 'CHANGED_SINCE', details: { files } });

test('each change is on record with what it was about', async () => {
  await put('a.txt', 'A');
  const asked = await opened({ question: () => 'q1' });
  await asked.write('a.txt', 'A2');
  await asked.write('./b.txt', 'B');
  await asked.makeFolder('x/y/z');
  await asked.move('b.txt', 'x\\b.txt');
  await asked.remove('x');
  expect(await journal.list()).toMatchObject([
    { operation: 'write', path: 'a.txt', isReplacing: true, keptBytes: 1 },
    { operation: 'write', path: 'b.txt', isReplacing: false, keptBytes: 0 },
    { operation: 'make-folder', path: 'x', isReplacing: false },
    { operation: 'move', from: 'b.txt', path: 'x/b.txt', isReplacing: false },
    { operation: 'delete', path: 'x', keptBytes: 1, state: 'done', isKept: true, question: 'q1', folder: root },
  ]);
  await workspace.makeFolder('.');
  expect(await journal.list()).toHaveLength(5);
});

test.each([
  ['a changed content', () => put('a.txt', 'mine')],
  ['a file that was replaced by another', () => put('new', 'mine').then(() => rename(join(root, 'new'), join(root, 'a.txt')))],
  ['a mode', () => chmod(join(root, 'a.txt'), 0o600)],
  ['a file that is gone', () => rm(join(root, 'a.txt'))],
  ['a link in its place', () => rm(join(root, 'a.txt')).then(() => symlink('elsewhere', join(root, 'a.txt')))],
  ['a folder in its place', () => rm(join(root, 'a.txt')).then(() => mkdir(join(root, 'a.txt')))],
])('%s is refused by name and left as it is', async (_, change) => {
  await put('a.txt', 'before');
  await chmod(join(root, 'a.txt'), 0o644);
  await workspace.write('a.txt', 'after');
  await change();
  const facts = async () => readdir(root, { withFileTypes: true }).then((found) => found.map((entry) => [entry.name, entry.isFile()]));
  const there = await facts();
  await expect(undoNewest()).rejects.toThrow(/a\.txt/);
  expect(await facts()).toEqual(there);
  // Not lost either: what would have come back lies where it is said.
  expect(await readFile(join(base, 'state', 'undo', await newest(), 'before'), 'utf8')).toBe('before');
  expect((await journal.list()).at(-1)).toMatchObject({ state: 'done' });
});

test('a refusal names the file and says where the earlier content lies', async () => {
  await put('a.txt', 'before');
  await workspace.write('a.txt', 'after');
  await put('a.txt', 'mine');
  await expect(undoNewest()).rejects.toMatchObject({
    ...refused('a.txt'),
    message: `"a.txt" was changed since; nothing of this change is undone. What would come back lies in ${join(base, 'state', 'undo', await newest(), 'before')}.`,
  });
  expect(await text('a.txt')).toBe('mine');
  await put('a.txt', 'after');
  await undoNewest();
  expect(await text('a.txt')).toBe('before');
});

test('a made file that somebody went on with, a moved one, and a folder that was filled are refused', async () => {
  await workspace.write('made.txt', 'made');
  await put('made.txt', 'made and more');
  await expect(undoNewest()).rejects.toMatchObject(refused('made.txt'));
  await put('old.txt', 'old');
  await workspace.move('old.txt', 'moved.txt');
  await put('old.txt', 'a new one of the same name');
  await expect(undoNewest()).rejects.toMatchObject(refused('old.txt'));
  await put('moved.txt', 'edited');
  await expect(undoNewest()).rejects.toMatchObject(refused('moved.txt', 'old.txt'));
  await workspace.makeFolder('plans/may');
  await put('plans/may/trip.txt', 'mine');
  await expect(undoNewest()).rejects.toMatchObject(refused('plans/may/trip.txt'));
  await workspace.remove('plans');
  await mkdir(join(root, 'plans'));
  await expect(undoNewest()).rejects.toMatchObject(refused('plans'));
  expect((await readdir(root)).sort()).toEqual(['made.txt', 'moved.txt', 'old.txt', 'plans']);
});

test('of several changes none is undone when one of the files was changed since, and a later change of luci is named', async () => {
  await put('a.txt', 'A');
  await put('b.txt', 'B');
  await workspace.write('a.txt', 'A2');
  await workspace.write('b.txt', 'B2');
  const [first, second] = (await journal.list()).map(({ id }) => id);
  await put('a.txt', 'mine');
  await expect(journal.bring([first ?? '', second ?? ''], 'before')).rejects.toMatchObject(refused('a.txt'));
  expect([await text('a.txt'), await text('b.txt')]).toEqual(['mine', 'B2']);
  await workspace.remove('b.txt');
  await expect(journal.bring([second ?? ''], 'before')).rejects.toMatchObject({ hint: `luci undo ${await newest()}` });
});

test('redo refuses what was changed since as well', async () => {
  await put('a.txt', 'A');
  await workspace.write('a.txt', 'A2');
  await undoNewest();
  await put('a.txt', 'mine');
  await expect(journal.bring([await newest()], 'after')).rejects.toMatchObject(refused('a.txt'));
  expect(await text('a.txt')).toBe('mine');
});

test('a file with a second name comes back as that file, also when it was written by its other name', async () => {
  await writeFile(join(base, 'outside.txt'), 'two names');
  await link(join(base, 'outside.txt'), join(root, 'twin.txt'));
  await workspace.write('twin.txt', 'one name');
  await undoNewest();
  expect((await stat(join(root, 'twin.txt'))).ino).toBe((await stat(join(base, 'outside.txt'))).ino);
  await workspace.write('twin.txt', 'one name');
  await writeFile(join(base, 'outside.txt'), 'written through the other name');
  expect(await undoNewest()).toMatchObject([{ isAsItWas: true }]);
  expect(await text('twin.txt')).toBe('two names');
});

test('what a program with the file open wrote after it was replaced is not lost, and told', async () => {
  await put('log.txt', 'start\n');
  const writer = await open(join(root, 'log.txt'), 'a');
  await workspace.write('log.txt', 'empty now');
  await writer.write('late\n');
  await writer.close();
  expect(await undoNewest()).toMatchObject([{ isAsItWas: false, state: 'undone' }]);
  expect(await text('log.txt')).toBe('start\nlate\n');
});

test('a deleted thing comes back where its folder was deleted later by somebody else', async () => {
  await mkdir(join(root, 'a', 'b'), { recursive: true });
  await put('a/b/c.txt', 'C');
  await utimes(join(root, 'a/b/c.txt'), 1e9, 1e9);
  await workspace.remove('a/b/c.txt');
  await rm(join(root, 'a'), { recursive: true });
  await undoNewest();
  expect(await text('a/b/c.txt')).toBe('C');
  expect((await stat(join(root, 'a/b/c.txt'))).mtimeMs).toBe(1e12);
});

test('nothing comes back through a link that was put in the way', async () => {
  await mkdir(join(root, 'a'));
  await mkdir(join(base, 'outside'));
  await put('a/c.txt', 'C');
  await workspace.remove('a/c.txt');
  await rm(join(root, 'a'), { recursive: true });
  await symlink(join(base, 'outside'), join(root, 'a'));
  await expect(undoNewest()).rejects.toThrow('link');
  expect(await readdir(join(base, 'outside'))).toEqual([]);
  await rm(root, { recursive: true });
  await expect(undoNewest()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what is too large to be kept is told before, and changed only by who was told', async () => {
  const small = await opened({ maxBytes: 1000 });
  await put('big.txt', 'x'.repeat(2000));
  await put('small.txt', 'x');
  await expect(small.remove('big.txt')).rejects.toThrow('too large to be kept');
  expect(await readdir(root)).toEqual(['big.txt', 'small.txt']);
  const tools = builtInTools(small, async () => ({}));
  const told: (string | undefined)[] = [];
  const call = (name: string, args: Record<string, string>, isAllowed: boolean) =>
    runTool(
      tools,
      { id: '1', name, arguments: args },
      {
        confirm: async (_, _tool, warning) => {
          told.push(warning);
          return isAllowed;
        },
      },
    );
  expect(await call('write_file', { path: 'big.txt', content: 'x' }, false)).toMatchObject({ facts: { refused: true } });
  expect(await call('move_file', { from: 'small.txt', to: 'big.txt' }, false)).toMatchObject({ facts: { refused: true } });
  expect(await call('delete_file', { path: 'small.txt' }, true)).toMatchObject({ isError: false });
  expect(await call('delete_file', { path: 'big.txt' }, true)).toMatchObject({ isError: false });
  const warning = '"big.txt" is too large to be kept, so this cannot be undone';
  expect(told).toEqual([warning, warning, undefined, warning]);
  expect(await readdir(root)).toEqual([]);
  expect(await journal.bring([await newest()], 'before')).toMatchObject([{ isKept: false, state: 'done', path: 'big.txt' }]);
});

test('a chat keeps no more than its limit, and what it kept stays for the whole of it', async () => {
  const small = await opened({ maxBytes: 1000 });
  for (const name of ['a', 'b', 'c']) await put(name, 'x'.repeat(400));
  await small.remove('a');
  await small.remove('b');
  await expect(small.remove('c')).rejects.toThrow('too large to be kept');
  for (let count = 0; count < 2; count += 1) await small.undo();
  expect((await readdir(root)).sort()).toEqual(['a', 'b', 'c']);
});

test('the oldest go when 30 days or the limit are over, with the next change or when it is cleaned', async () => {
  for (const name of ['a', 'b', 'c']) {
    await put(name, 'x'.repeat(400));
    await workspace.remove(name);
  }
  const limited = openJournal(join(base, 'state', 'undo'), { maxBytes: 1000 });
  expect(await limited.expired()).toEqual({ count: 1, bytes: 400 });
  const [oldest, middle] = (await journal.list()).map(({ id }) => id);
  const record = join(base, 'state', 'undo', middle ?? '', 'transaction.json');
  const { time } = (await journal.list())[1] ?? { time: '' };
  const longAgo = new Date(Date.parse(time) - 31 * 24 * 3_600_000).toISOString();
  await writeFile(record, (await readFile(record, 'utf8')).replace(time, longAgo));
  expect(await journal.expired()).toEqual({ count: 1, bytes: 400 });
  expect(await limited.dropExpired()).toBe(400);
  expect((await journal.list()).map(({ id }) => id)).not.toContain(middle);
  expect((await journal.list()).map(({ id }) => id)).toContain(oldest);
  const next = await opened({ maxBytes: 700 });
  await next.write('e', '');
  expect((await journal.list()).map(({ path }) => path)).toEqual(['c', 'e']);
});

test('the record comes first: where it cannot be written nothing is changed', async () => {
  await mkdir(join(base, 'state'));
  await writeFile(join(base, 'state', 'undo'), 'a file in the way');
  await put('a.txt', 'A');
  await expect(workspace.write('a.txt', 'A2')).rejects.toMatchObject({ code: 'DISK_FAILED' });
  await expect(workspace.remove('a.txt')).rejects.toMatchObject({ code: 'DISK_FAILED' });
  expect(await readdir(root)).toEqual(['a.txt']);
  expect(await text('a.txt')).toBe('A');
});

test('the journal is no place of the assistant’s, and only its user can read it', async () => {
  const inner = await openWorkspace(base, join(base, 'state', 'undo'));
  await inner.write('note.txt', 'secret');
  for (const path of ['state', 'state/undo', 'state/undo/x'])
    for (const change of [
      () => inner.remove(path),
      () => inner.move(path, 'elsewhere'),
      () => inner.write(path, 'x'),
      () => inner.makeFolder(path),
    ])
      await expect(change()).rejects.toThrow('belongs to luci');
  expect((await stat(join(base, 'state', 'undo'))).mode & 0o077).toBe(0);
});

test('a record that makes no sense hides no other, and is left where it is', async () => {
  await put('a.txt', 'A');
  await workspace.write('a.txt', 'A2');
  await workspace.write('b.txt', 'B');
  const [first] = (await journal.list()).map(({ id }) => id);
  await writeFile(join(base, 'state', 'undo', first ?? '', 'transaction.json'), '{');
  expect(await journal.list()).toMatchObject([{ path: 'b.txt' }]);
  expect(await journal.damaged()).toEqual([join(base, 'state', 'undo', first ?? '')]);
  await undoNewest();
  expect(await readFile(join(base, 'state', 'undo', first ?? '', 'before'), 'utf8')).toBe('A');
});

test('two workspaces on one folder change it one after the other', async () => {
  const other = await opened();
  await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? workspace : other).write(`${index}.txt`, String(index))));
  const ids = (await journal.list()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(10);
  await journal.bring(ids, 'before');
  expect(await readdir(root)).toEqual([]);
});
