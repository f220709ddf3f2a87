import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import type { Tool, ToolResult } from '../tool.ts';
import { openWorkspace, type Workspace } from '../workspace/workspace.ts';
import { builtInTools } from './built-in-tools.ts';

/** append_file, replace_text, copy_file and what is told before a folder goes. */

let base: string;
let root: string;
let workspace: Workspace;
let tools: readonly Tool[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'luci-changing-'));
  root = join(base, 'root');
  await mkdir(root);
  workspace = await openWorkspace(root, join(base, 'journal'), { isDurable: false });
  tools = builtInTools(workspace, async () => ({}));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const at = (path: string): string => join(root, path);
const text = (path: string): Promise<string> => readFile(at(path), 'utf8');

/** Whether the person was asked, and what came of it. */
async function call(name: string, args: Record<string, unknown>, isAllowed = true): Promise<ToolResult & { readonly isAsked: boolean }> {
  let isAsked = false;
  const confirm = async (): Promise<boolean> => {
    isAsked = true;
    return isAllowed;
  };
  const result = await runTool(tools, { id: '1', name, arguments: args }, { confirm });
  return { ...result, isAsked };
}

/** What the question about a call says beside it. */
async function notice(name: string, args: Record<string, unknown>): Promise<string | undefined> {
  return tools.find((tool) => tool.name === name)?.notice?.(args);
}

test('append_file makes a file without a question, and asks before it adds to one; both come back', async () => {
  expect(await call('append_file', { path: 'list.txt', content: 'milk' })).toMatchObject({ isAsked: false, isError: false });
  expect(await call('append_file', { path: 'list.txt', content: 'eggs\n' }, false)).toMatchObject({ facts: { refused: true } });
  expect(await text('list.txt')).toBe('milk');
  expect(await call('append_file', { path: 'list.txt', content: 'eggs\n' })).toMatchObject({
    isAsked: true,
    content: 'added to the end of list.txt',
  });
  expect(await text('list.txt')).toBe('milk\neggs\n');
  expect(await call('append_file', { path: '.bashrc', content: 'x' }, false)).toMatchObject({ isAsked: true, isError: true });
  await workspace.undo();
  expect(await text('list.txt')).toBe('milk');
  await workspace.undo();
  expect(await readdir(root)).toEqual([]);
});

test('replace_text asks only where it can be done, and says how often the text stands there', async () => {
  await writeFile(at('a.txt'), 'red green red');
  const replace = (old: string): ReturnType<typeof call> => call('replace_text', { path: 'a.txt', old, new: 'blue' });
  expect(await replace('red')).toMatchObject({ isAsked: false, content: expect.stringContaining('in "a.txt" 2 times (line 1)') });
  expect(await replace('pink')).toMatchObject({ isAsked: false, content: expect.stringContaining('is not in "a.txt"') });
  expect(await call('replace_text', { path: 'b.txt', old: 'x', new: 'y' })).toMatchObject({ isAsked: false, isError: true });
  expect(await replace('green')).toMatchObject({ isAsked: true, content: 'replaced it in a.txt' });
  expect(await text('a.txt')).toBe('red blue red');
  await workspace.undo();
  expect(await text('a.txt')).toBe('red green red');
});

test.skipIf(process.platform === 'win32')(
  'a file that is edited or copied keeps its mode, and a copy is nobody else’s meanwhile',
  async () => {
    for (const mode of [0o755, 0o600, 0o640, 0o400]) {
      await writeFile(at(`file-${mode}`), 'old');
      await chmod(at(`file-${mode}`), mode);
      await call('append_file', { path: `file-${mode}`, content: 'new' });
      await call('copy_file', { from: `file-${mode}`, to: `copy-${mode}` });
      for (const name of [`file-${mode}`, `copy-${mode}`]) {
        expect((await stat(at(name))).mode & 0o777).toBe(mode);
        expect(await text(name)).toBe('old\nnew');
      }
    }
    // What is replaced by a copy has the mode of what was copied.
    await call('copy_file', { from: `file-${0o600}`, to: `copy-${0o755}` });
    expect((await stat(at(`copy-${0o755}`))).mode & 0o777).toBe(0o600);
  },
);

test('copy_file asks where something is replaced, made that runs by itself, or a folder is copied', async () => {
  await writeFile(at('a.txt'), 'A');
  await writeFile(at('b.txt'), 'B');
  await mkdir(at('folder'));
  expect(await call('copy_file', { from: 'a.txt', to: 'c.txt' })).toMatchObject({ isAsked: false, content: 'copied a.txt to c.txt' });
  expect(await call('copy_file', { from: 'a.txt', to: 'b.txt' })).toMatchObject({ isAsked: true, isError: false });
  expect(await call('copy_file', { from: 'a.txt', to: 'Makefile' }, false)).toMatchObject({ isAsked: true, isError: true });
  expect(await call('copy_file', { from: 'folder', to: 'other' }, false)).toMatchObject({ isAsked: true, isError: true });
  expect(await text('b.txt')).toBe('A');
  await workspace.undo();
  expect(await text('b.txt')).toBe('B');
});

test.skipIf(process.platform === 'win32')(
  'a folder is copied with all in it, links as links, and the copy is gone again after undo',
  async () => {
    await mkdir(at('src/inner/empty'), { recursive: true });
    await writeFile(at('src/run.sh'), '#!/bin/sh');
    await chmod(at('src/run.sh'), 0o755);
    await writeFile(at('src/inner/data.bin'), Buffer.from([0, 1, 2, 255]));
    await chmod(at('src/inner'), 0o750);
    await symlink('../../outside', at('src/link'));
    expect(await call('copy_file', { from: 'src', to: 'copies' })).toMatchObject({ content: 'copied src to copies' });
    expect((await readdir(at('copies'), { recursive: true })).sort()).toEqual(['inner', 'inner/data.bin', 'inner/empty', 'link', 'run.sh']);
    expect([...(await readFile(at('copies/inner/data.bin')))]).toEqual([0, 1, 2, 255]);
    expect((await stat(at('copies/run.sh'))).mode & 0o777).toBe(0o755);
    expect((await stat(at('copies/inner'))).mode & 0o777).toBe(0o750);
    expect(await readlink(at('copies/link'))).toBe('../../outside');
    await workspace.undo();
    expect(await readdir(root)).toEqual(['src']);
    await workspace.redo();
    expect(await text('copies/run.sh')).toBe('#!/bin/sh');
  },
);

test.each<readonly [from: string, to: string, why: string]>([
  ['a.txt', 'folder', 'name the copy too, as in "folder/a.txt"'],
  ['a.txt', 'a.txt', 'into itself'],
  ['folder', 'folder/inner', 'into itself'],
  ['folder', 'a.txt', 'a file that is already there'],
  ['.', 'b', 'cannot be copied'],
  ['a.txt', '.', 'a copy needs a name'],
  ['none.txt', 'b.txt', 'there is no "none.txt"'],
  ['a.txt', 'none/b.txt', 'the folder of "none/b.txt" is not there'],
])('%s is not copied to %s: %s', async (from, to, why) => {
  await writeFile(at('a.txt'), 'A');
  await mkdir(at('folder'));
  expect(await call('copy_file', { from, to })).toMatchObject({ isError: true, content: expect.stringContaining(why) });
  expect((await readdir(root)).sort()).toEqual(['a.txt', 'folder']);
});

test.skipIf(process.platform === 'win32')('a pipe is not copied, alone or in a folder, and nothing is left of the try', async () => {
  await mkdir(at('folder'));
  execFileSync('mkfifo', [at('folder/pipe')]);
  expect((await call('copy_file', { from: 'folder/pipe', to: 'b' })).content).toBe(
    'error: "folder/pipe" is a named pipe, which is not copied',
  );
  expect((await call('copy_file', { from: 'folder', to: 'b' })).content).toBe('error: "folder/pipe" is a named pipe, which is not copied');
  expect(await readdir(root)).toEqual(['folder']);
});

test('what is copied counts for what a chat may write', async () => {
  await writeFile(at('large.bin'), Buffer.alloc(30_000_000));
  expect(await call('copy_file', { from: 'large.bin', to: 'one.bin' })).toMatchObject({ isError: false });
  expect(await call('copy_file', { from: 'large.bin', to: 'two.bin' })).toMatchObject({ isError: true, facts: { limited: true } });
});

test('before a folder is deleted or copied it is told what it holds, hidden files too', async () => {
  await mkdir(at('logs/2025/.git'), { recursive: true });
  await mkdir(at('empty'));
  for (const name of ['logs/a.log', 'logs/2025/b.log', 'logs/2025/.git/config']) await writeFile(at(name), 'x'.repeat(500));
  const notice = (name: string, args: Record<string, unknown>): Promise<string | undefined> | undefined =>
    tools.find((tool) => tool.name === name)?.notice?.(args);
  expect(await notice('delete_file', { path: 'logs' })).toBe('"logs" is a folder with 3 files and 2 folders (1.50 kB)');
  expect(await notice('delete_file', { path: 'empty' })).toBe('"empty" is an empty folder');
  expect(await notice('delete_file', { path: 'logs/a.log' })).toBeUndefined();
  expect(await notice('delete_file', { path: 'none' })).toBeUndefined();
  expect(await notice('copy_file', { from: 'logs/2025', to: 'x' })).toBe('"logs/2025" is a folder with 2 files and 1 folder (1.00 kB)');
  for (const path of ['logs', 'empty']) {
    expect(await call('delete_file', { path })).toMatchObject({ isAsked: true, content: `deleted ${path}` });
    await workspace.undo();
  }
  expect(await text('logs/2025/.git/config')).toHaveLength(500);
  expect((await stat(at('empty'))).isDirectory()).toBe(true);
});

test('what somebody writes while a file is edited is not lost', async () => {
  await writeFile(at('a.txt'), 'one\n');
  const edit = workspace.edit('a.txt', (before = '') => {
    execFileSync(process.execPath, ['-e', `require('fs').appendFileSync(${JSON.stringify(at('a.txt'))}, 'theirs')`]);
    return `${before}ours`;
  });
  await expect(edit).rejects.toThrow('changed by somebody else');
  expect(await text('a.txt')).toBe('one\ntheirs');
});

test('nobody is asked about what is not there, and the model is told what is like it', async () => {
  await mkdir(at('letters'));
  for (const path of ['minutes-april.txt', 'minutes-march.txt', 'letters/april.md', 'plan.txt']) await writeFile(at(path), path);
  for (const [name, args] of [
    ['move_file', { from: 'april.txt', to: 'archive' }],
    ['delete_file', { path: 'april.txt' }],
    ['copy_file', { from: 'april.txt', to: 'b.txt' }],
  ] as const)
    expect(await call(name, args)).toMatchObject({
      isAsked: false,
      content: 'error: there is no "april.txt"; there is "minutes-april.txt", "letters/april.md"',
    });
  expect(await call('delete_file', { path: 'nothing.txt' })).toMatchObject({ isAsked: false, content: 'error: there is no "nothing.txt"' });
});

test.each([
  ['there', 'there/a.txt'],
  ['there/', 'there/a.txt'],
  ['README', 'README'],
  ['.profile', '.profile'],
  ['./archive', './archive'],
  ['b.md', 'b.md'],
])('a.txt is moved to %s: it is %s then', async (to, place) => {
  await mkdir(at('there'));
  await writeFile(at('a.txt'), 'one');
  expect(await call('move_file', { from: 'a.txt', to })).toMatchObject({ isAsked: true, content: `moved a.txt to ${place}` });
  expect(await text(place)).toBe('one');
  await workspace.undo();
  expect((await readdir(root)).sort()).toEqual(['a.txt', 'there']);
});

test.each([
  ['archive', 'archive', 'archive/a.txt'],
  ['archive/', 'archive', 'archive/a.txt'],
  ['a/b', 'a/b', 'a/b/a.txt'],
  ['new/b.txt', 'new', 'new/b.txt'],
])('a.txt is moved to %s, whose folder is made for it as the question says, and both are undone', async (to, folder, place) => {
  await writeFile(at('a.txt'), 'one');
  const moved = await call('move_file', { from: 'a.txt', to });
  expect(moved).toMatchObject({ isAsked: true, content: `moved a.txt to ${place}` });
  expect(await text(place)).toBe('one');
  await workspace.undo();
  await workspace.undo();
  expect(await readdir(root)).toEqual(['a.txt']);
  expect(await notice('move_file', { from: 'a.txt', to })).toBe(`The folder "${folder}" is made for it`);
});

test.each(['main', 'root/', './main', 'the main folder'])(
  'in/a.txt that is moved to %j goes to the main folder where no other has that name',
  async (to) => {
    await mkdir(at('in'));
    await writeFile(at('in/a.txt'), 'one');
    expect(await notice('move_file', { from: 'in/a.txt', to })).toBe('It will be "a.txt"');
    expect(await call('move_file', { from: 'in/a.txt', to })).toMatchObject({ isAsked: true, content: 'moved in/a.txt to a.txt' });
    await workspace.undo();
    await mkdir(at('main'));
    expect(await call('move_file', { from: 'in/a.txt', to: 'main' })).toMatchObject({ content: 'moved in/a.txt to main/a.txt' });
  },
);

test.each(['one', 'one\n', 'one\n\n'])(
  'a file that is written as it is is not changed, nobody is asked, and the model is told: %j',
  async (was) => {
    await writeFile(at('a.txt'), was);
    expect(await call('write_file', { path: 'a.txt', content: 'one' })).toMatchObject({
      isAsked: false,
      content: 'error: "a.txt" has just this text; nothing was changed',
    });
    // A line end that was not there is a change.
    expect(await call('write_file', { path: 'a.txt', content: `${was}\n` })).toMatchObject({ isAsked: true, content: 'wrote a.txt' });
  },
);

test.each(['a.txt', './a.txt'])('a.txt is not copied onto itself as %s, and nobody is asked', async (to) => {
  await writeFile(at('a.txt'), 'one');
  expect(await call('copy_file', { from: 'a.txt', to })).toMatchObject({
    isAsked: false,
    content: `error: "${to}" cannot be copied into itself`,
  });
});

test('a move that fails leaves no folder that was made for it', async () => {
  await mkdir(at('in'));
  // Nothing goes into itself.
  expect(await call('move_file', { from: 'in', to: 'in/new/' })).toMatchObject({ isError: true });
  expect([await readdir(root), await readdir(at('in'))]).toEqual([['in'], []]);
});

test('a file that is listed is told to be one that is read', async () => {
  await writeFile(at('a.txt'), 'one');
  expect(await call('list_files', { path: 'a.txt' })).toMatchObject({ content: 'error: "a.txt" is no folder: read_file reads a file' });
});
