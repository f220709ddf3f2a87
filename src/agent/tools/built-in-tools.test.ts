import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import { toldTools } from '../told-tools.ts';
import { definitionOf, type Tool, type ToolResult } from '../tool.ts';
import { toolInstructions } from '../tool-format.ts';
import { openWorkspace, type Workspace } from '../workspace/workspace.ts';
import { builtInTools } from './built-in-tools.ts';
import { runsByItself } from './runs-by-itself.ts';

let base: string;
let root: string;
let workspace: Workspace;
let tools: readonly Tool[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'luci-tools-'));
  root = join(base, 'root');
  await mkdir(root);
  workspace = await openWorkspace(root, join(base, 'journal'), { isDurable: false });
  tools = builtInTools(workspace, async () => ({}));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function call(name: string, args: Record<string, unknown>, isAllowed = true): Promise<ToolResult> {
  return runTool(tools, { id: '1', name, arguments: args }, { confirm: async () => isAllowed });
}

test('list_files counts what it lists by kind', async () => {
  for (const name of ['a.txt', 'b.txt', 'c.md', 'README', 'd.TXT']) await writeFile(join(root, name), '');
  await mkdir(join(root, 'photos'));
  const { content } = await call('list_files', { path: '.' });
  expect(content.split('\n').at(-1)).toBe('(5 files: 3 .txt, 1 without an ending, 1 .md; 1 folder)');
  expect((await call('list_files', { path: 'photos' })).content).toBe('(empty)');
});

test.skipIf(process.platform === 'win32')('what is no text file is told for what it is, and keeps nobody waiting', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await mkdir(join(root, 'folder'));
  await writeFile(join(root, 'sea.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1]));
  await writeFile(join(root, 'data.bin'), Buffer.from([1, 2, 0, 4]));
  await writeFile(join(root, 'old.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
  const said = async (path: string): Promise<string> => (await call('read_file', { path })).content;
  try {
    expect(await said('pipe')).toBe('error: "pipe" is a named pipe, not a file');
    expect(await said('socket')).toBe('error: "socket" is a socket, not a file');
    expect(await said('folder')).toBe('error: "folder" is a folder, not a file');
    expect(await said('sea.jpg')).toBe('error: "sea.jpg" is no text but a JPEG image of 6 bytes');
    expect(await said('data.bin')).toBe('error: "data.bin" is no text but binary of 4 bytes');
    expect(await said('old.txt')).toMatch(/is no text but binary/);
    expect((await call('write_file', { path: 'pipe', content: 'x' })).isError).toBe(false);
    expect(await readFile(join(root, 'pipe'), 'utf8')).toBe('x');
  } finally {
    server.close();
  }
});

test.skipIf(process.platform === 'win32')('the mode of a file that is replaced is kept, and never wider', async () => {
  for (const mode of [0o755, 0o600, 0o644, 0o400]) {
    const path = join(root, `file-${mode}`);
    await writeFile(path, 'old');
    await chmod(path, mode);
    await call('write_file', { path: `file-${mode}`, content: 'new' });
    expect((await stat(path)).mode & 0o777).toBe(mode);
    expect(await readFile(path, 'utf8')).toBe('new');
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'the owner and the group of a file that is replaced are kept by who may give files away',
  async () => {
    const path = join(root, 'theirs');
    await writeFile(path, 'old');
    await chown(path, 1234, 2345);
    await chmod(path, 0o660);
    for (const [tool, given] of [
      ['write_file', { content: 'new' }],
      ['append_file', { content: 'newer' }],
      ['replace_text', { old: 'newer', new: 'newest' }],
    ] as const) {
      expect(await call(tool, { path: 'theirs', ...given })).toMatchObject({ isError: false });
      const { uid, gid, mode } = await stat(path);
      expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 1234, gid: 2345, mode: 0o660 });
    }
  },
);

test('what changes or hides something asks first, in whatever order it is tried', async () => {
  await writeFile(join(root, 'package.json'), '{}');
  await mkdir(join(root, 'src'));
  const refused = async (name: string, args: Record<string, unknown>): Promise<boolean> =>
    (await call(name, args, false)).facts?.refused === true;
  expect(await refused('move_file', { from: 'package.json', to: 'old.json' })).toBe(true);
  expect(await refused('move_file', { from: 'src', to: 'gone' })).toBe(true);
  expect(await refused('make_folder', { path: '.git' })).toBe(true);
  expect(await refused('make_folder', { path: 'src/.git/hooks' })).toBe(true);
  expect(await refused('write_file', { path: '.envrc', content: 'x' })).toBe(true);
  expect(await refused('write_file', { path: 'src/Makefile', content: 'x' })).toBe(true);
  expect(await refused('write_file', { path: 'src/PACKAGE.JSON', content: 'x' })).toBe(true);
  expect(await refused('write_file', { path: 'package.json', content: 'x' })).toBe(true);
  expect(await refused('delete_file', { path: 'src' })).toBe(true);
  expect(await refused('write_file', { path: 'src/notes.txt', content: 'x' })).toBe(false);
  expect((await readdir(root)).sort()).toEqual(['package.json', 'src']);
});

test.each([
  ['.git/hooks/pre-commit', true],
  ['a/.bashrc', true],
  ['./.envrc', true],
  ['start.BAT', true],
  ['vite.config.ts', true],
  ['conftest.py', true],
  ['node_modules/x/index.js', true],
  ['notes.txt', false],
  ['./notes.txt', false],
  ['src/index.js', false],
  ['my package.json.txt', false],
])('%s runs by itself or is hidden: %j', (path, expected) => {
  expect(runsByItself(path)).toBe(expected);
});

test('all that was replaced, moved and deleted comes back, the last first', async () => {
  await writeFile(join(root, 'a.txt'), 'A');
  await writeFile(join(root, 'b.txt'), 'B');
  await call('write_file', { path: 'a.txt', content: 'A2' });
  await call('move_file', { from: 'b.txt', to: 'c.txt' });
  await call('move_file', { from: 'a.txt', to: 'c.txt' });
  await call('delete_file', { path: 'c.txt' });
  expect(await readdir(root)).toEqual([]);
  const files = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all((await readdir(root)).sort().map(async (name) => [name, await readFile(join(root, name), 'utf8')] as const)),
    );
  expect(await workspace.undo()).toBeDefined();
  expect(await files()).toEqual({ 'c.txt': 'A2' });
  expect(await workspace.undo()).toBeDefined();
  expect(await files()).toEqual({ 'a.txt': 'A2', 'c.txt': 'B' });
  expect(await workspace.undo()).toBeDefined();
  expect(await files()).toEqual({ 'a.txt': 'A2', 'b.txt': 'B' });
  expect(await workspace.undo()).toBeDefined();
  expect(await files()).toEqual({ 'a.txt': 'A', 'b.txt': 'B' });
  expect(await workspace.undo()).toBeUndefined();
});

test('a way out of the folder is a fact of the result, whatever its words', async () => {
  for (const path of ['../x.txt', '/etc/passwd', '~/x', 'C:\\x', 'a/../../x'])
    expect(await call('read_file', { path })).toMatchObject({ isError: true, facts: { outside: true } });
  const missing = await call('read_file', { path: 'missing.txt' });
  expect(missing.isError).toBe(true);
  expect(missing.facts?.outside).toBeUndefined();
});

test('bytes and files of one chat are bounded', async () => {
  const content = 'x'.repeat(1_000_000);
  for (let index = 0; index < 50; index += 1) await workspace.write('same.txt', content);
  expect(await call('write_file', { path: 'one.txt', content })).toMatchObject({ isError: true, facts: { limited: true } });
  const many = builtInTools(await openWorkspace(root, join(base, 'journal'), { isDurable: false }), async () => ({}));
  const results: ToolResult[] = [];
  for (let index = 0; index < 1001; index += 1)
    results.push(await runTool(many, { id: '1', name: 'write_file', arguments: { path: `f${index}.txt`, content: '' } }));
  expect(results.filter(({ isError }) => !isError)).toHaveLength(1000);
  expect(results.at(-1)).toMatchObject({ facts: { limited: true }, content: expect.stringContaining('1000 files and folders') });
}, 120_000);

test('what is told of the built-in tools takes few tokens of a prompt', () => {
  const told = toldTools(tools, []);
  // Qwen's tokenizer makes a token of 3.6 to 4.3 characters of them; see docs/tools.md for the counts with the real one.
  const asWire = told.map((tool) => JSON.stringify({ type: 'function', function: definitionOf(tool) })).join('\n');
  expect(asWire.length / 3.4).toBeLessThan(600);
  expect(toolInstructions(told).length / 3.4).toBeLessThan(400);
});
