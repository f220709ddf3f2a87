import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtInTools } from '../tools/built-in-tools.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

let base: string;
let root: string;
let workspace: Workspace;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'luci workspace ')));
  root = join(base, 'root');
  await mkdir(join(root, 'inner'), { recursive: true });
  await mkdir(join(base, 'root-beside'));
  await writeFile(join(base, 'secret.txt'), 'secret');
  await writeFile(join(base, 'root-beside', 'secret.txt'), 'secret');
  await writeFile(join(root, 'note.txt'), 'note');
  await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
  await symlink(base, join(root, 'up'));
  await symlink('..', join(root, 'inner', 'dotdot'));
  await symlink('/etc', join(root, 'etc'));
  await symlink('loop', join(root, 'loop'));
  await symlink(join(base, 'not-there'), join(root, 'dangling'));
  workspace = await openWorkspace(root, join(base, 'journal'));
});
afterEach(() => rm(base, { recursive: true }));

const escapes = [
  ['up and out', '../secret.txt'],
  ['up in the middle', 'inner/../../secret.txt'],
  ['up with a dot', './../secret.txt'],
  ['up by backslashes', '..\\secret.txt'],
  ['up by mixed slashes', 'inner\\../..\\secret.txt'],
  ['up alone', '..'],
  ['up and down again', '../root-beside/secret.txt'],
  ['doubled slashes', '..//secret.txt'],
  ['an absolute path', '/etc/passwd'],
  ['an absolute path of the own root', '/root/note.txt'],
  ['a home folder', '~/.ssh/id_rsa'],
  ['the home folder of another', '~root/.bashrc'],
  ['a drive', 'C:\\Windows\\win.ini'],
  ['a drive without a slash', 'c:secret.txt'],
  ['a share', '\\\\server\\share\\file'],
  ['a device path', '\\\\.\\PhysicalDrive0'],
  ['a long path prefix', '\\\\?\\C:\\secret.txt'],
  ['an address', 'file:///etc/passwd'],
  ['a link to a file', 'link.txt'],
  ['a link to a folder', 'up/secret.txt'],
  ['a link to the folder above', 'inner/dotdot/note.txt'],
  ['a link to a system folder', 'etc/passwd'],
  ['a link to itself', 'loop'],
  ['a link to nothing', 'dangling'],
  ['a NUL', 'note.txt\0.png'],
  ['a NUL before the way up', 'x\0/../../secret.txt'],
  ['a line end', 'a\nb.txt'],
  ['a carriage return', 'a\rb.txt'],
  ['an escape character', 'a\u001b[2J.txt'],
  ['a second stream of a file', 'note.txt:hidden'],
  ['a default stream', 'note.txt::$DATA'],
  ['a device name', 'NUL'],
  ['a device name with an ending', 'con.txt'],
  ['a port', 'COM1'],
  ['a port with a raised digit', 'lpt¹.txt'],
  ['a console', 'CONIN$'],
  ['a name that ends in a dot', 'note.txt.'],
  ['a name that ends in a space', 'note.txt '],
  ['dots with a space', '.. /secret.txt'],
  ['a wildcard', '*.txt'],
  ['a question mark', 'not?.txt'],
  ['a pipe', 'a|b'],
  ['an angle bracket', 'a<b'],
  ['a path without end', 'a/'.repeat(600)],
] as const;

test.each(escapes)('%s is neither read, written, edited, copied, moved, walked, made nor deleted', async (_, path) => {
  await expect(workspace.read(path)).rejects.toThrow();
  await expect(workspace.write(path, 'changed')).rejects.toThrow();
  await expect(workspace.move('note.txt', path)).rejects.toThrow();
  await expect(workspace.move(path, 'moved.txt')).rejects.toThrow();
  await expect(workspace.makeFolder(`${path}/new`)).rejects.toThrow();
  await expect(workspace.edit(path, () => 'changed')).rejects.toThrow();
  await expect(workspace.copy(path, 'copied.txt')).rejects.toThrow();
  await expect(workspace.copy('note.txt', path)).rejects.toThrow();
  await expect(workspace.readEnd(path, 'last')).rejects.toThrow();
  await expect(workspace.walk(path)[Symbol.asyncIterator]().next()).rejects.toThrow();
  await expect(workspace.remove(path)).rejects.toThrow();
  expect(await readFile(join(base, 'secret.txt'), 'utf8')).toBe('secret');
  expect(await readFile(join(base, 'root-beside', 'secret.txt'), 'utf8')).toBe('secret');
  expect(await readFile(join(root, 'note.txt'), 'utf8')).toBe('note');
});

test('a folder swapped for a link between two calls is not followed', async () => {
  await workspace.write('inner/a.txt', 'one');
  await rm(join(root, 'inner'), { recursive: true });
  await symlink(base, join(root, 'inner'));
  await expect(workspace.read('inner/secret.txt')).rejects.toThrow('link');
  await expect(workspace.write('inner/b.txt', 'two')).rejects.toThrow('link');
  expect(await readdir(base)).not.toContain('b.txt');
});

test.skipIf(process.platform !== 'linux')(
  'a folder that another program swaps for a link again and again is never read through',
  async () => {
    await writeFile(join(root, 'inner', 'secret.txt'), 'inside');
    const swap = `const fs = require('fs'); const [base] = process.argv.slice(1); process.stdout.write('.');
    for (;;) { fs.renameSync('inner', 'away'); fs.symlinkSync(base, 'inner'); fs.unlinkSync('inner'); fs.renameSync('away', 'inner'); }`;
    const swapper = spawn(process.execPath, ['-e', swap, base], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(swapper.stdout, 'data');
      const read = new Set<string>();
      // On a busy machine either side may have to itself what are thousands of tries elsewhere.
      for (let count = 0; count < 3000 || (read.size < 2 && count < 300_000); count += 1)
        read.add(await workspace.read('inner/secret.txt').catch(() => 'refused'));
      expect([...read].sort()).toEqual(['inside', 'refused']);
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }
  },
);

test('a file with a second name outside is replaced, not written through', async () => {
  await link(join(base, 'secret.txt'), join(root, 'twin.txt'));
  await workspace.write('twin.txt', 'changed');
  expect(await readFile(join(base, 'secret.txt'), 'utf8')).toBe('secret');
});

test('what is overwritten, deleted or moved over comes back, the last first', async () => {
  await workspace.write('note.txt', 'second');
  await workspace.remove('note.txt');
  expect(await workspace.exists('note.txt')).toBe(false);
  expect(await workspace.undo()).toMatchObject({ operation: 'delete', path: 'note.txt', state: 'undone' });
  expect(await workspace.read('note.txt')).toBe('second');
  expect(await workspace.undo()).toMatchObject({ operation: 'write', path: 'note.txt', isReplacing: true });
  expect(await workspace.read('note.txt')).toBe('note');
  await workspace.write('other.txt', 'other');
  await workspace.move('other.txt', 'note.txt');
  expect(await workspace.read('note.txt')).toBe('other');
});

test('the tools work in the folder and say what they did', async () => {
  const tools = builtInTools(workspace, async () => ({ memoryTotalGB: 8 }));
  const run = (name: string, args = {}): Promise<string> | undefined => tools.find((tool) => tool.name === name)?.run(args);
  expect(tools.map(({ name }) => name)).toEqual([
    'list_files',
    'read_file',
    'write_file',
    'move_file',
    'make_folder',
    'delete_file',
    'system_info',
    'append_file',
    'replace_text',
    'copy_file',
    'search_files',
    'list_all',
    'read_lines',
  ]);
  expect(await run('make_folder', { path: 'plans' })).toBe('made plans');
  expect(await run('write_file', { path: 'plans/a.txt', content: 'first' })).toBe('wrote plans/a.txt');
  expect(await run('read_file', { path: 'plans/a.txt' })).toBe('first');
  expect(await run('move_file', { from: 'plans/a.txt', to: 'plans/b.txt' })).toBe('moved plans/a.txt to plans/b.txt');
  expect(await run('list_files', { path: 'plans' })).toBe('b.txt\n(1 file: 1 .txt; 0 folders)');
  expect(await run('system_info')).toBe('memoryTotalGB: 8');
  const destructive = async (name: string, args: Record<string, unknown>): Promise<boolean | undefined> =>
    tools.find((tool) => tool.name === name)?.isDestructive?.(args);
  expect(await destructive('write_file', { path: 'new.txt' })).toBe(false);
  expect(await destructive('write_file', { path: 'note.txt' })).toBe(true);
  expect(await destructive('delete_file', { path: 'note.txt' })).toBe(true);
  expect(await destructive('move_file', { from: 'note.txt', to: 'elsewhere.txt' })).toBe(true);
});
