import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import type { Tool } from '../tool.ts';
import { openWorkspace } from '../workspace/workspace.ts';
import { builtInTools } from './built-in-tools.ts';

/** search_files, list_all and read_lines: what they find in real folders, and what they leave alone. */

let base: string;
let root: string;
let tools: readonly Tool[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'luci-looking-'));
  root = join(base, 'root');
  await mkdir(root);
  tools = builtInTools(await openWorkspace(root, join(base, 'journal'), { isDurable: false }), async () => ({}));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function said(name: string, args: Record<string, unknown>): Promise<string> {
  return (await runTool(tools, { id: '1', name, arguments: args })).content;
}

test('search_files tells file, line and text of each match, and names that have it', async () => {
  await put('notes.txt', 'Call Mara.\r\nPay the rent.\nmara again');
  await put('people/mara.md', 'a friend');
  await put('people/tom.md', 'knows Mara and more');
  expect(await said('search_files', { text: 'Mara' })).toBe(
    [
      'notes.txt:1: Call Mara.',
      'notes.txt:3: mara again',
      'people/mara.md',
      'people/tom.md:1: knows Mara and more',
      '(4 matches; 3 files searched)',
    ].join('\n'),
  );
  expect(await said('search_files', { text: '*.md' })).toBe('people/mara.md\npeople/tom.md\n(2 matches; 3 files searched)');
  expect(await said('search_files', { text: 'nowhere' })).toBe('(nothing found; 3 files searched)');
  expect(await said('search_files', { text: ' ' })).toMatch(/^error: there is no text/);
});

test.skipIf(process.platform === 'win32')('what is no text keeps nobody waiting, and no link is followed', async () => {
  await writeFile(join(base, 'secret.txt'), 'Mara’s secret');
  await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
  await symlink(base, join(root, 'up'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await put('sea.jpg', Buffer.from([0xff, 0xd8, 0, 0x4d, 0x61, 0x72, 0x61]));
  await put('large.txt', `Mara ${'x'.repeat(1_000_000)}`);
  await put('.git/config', 'Mara');
  await put('node_modules/a/index.js', 'Mara');
  await put('a:b.txt', 'Mara');
  await put('ok.txt', 'Mara');
  const found = await said('search_files', { text: 'Mara' });
  expect(found).toBe('ok.txt:1: Mara\n(1 match; 4 files searched; 6 not read: no text, too large, or not allowed)');
  const listed = await said('list_all', { names: '*' });
  expect(listed).not.toContain('secret');
  expect(listed).toContain('link.txt');
});

test('matches are bounded, and long lines are cut around the match', async () => {
  await put('many.txt', 'hit\n'.repeat(500));
  const found = (await said('search_files', { text: 'hit' })).split('\n');
  expect(found).toHaveLength(51);
  expect(found.at(-1)).toContain('only the first 50 matches are told');
  await rm(join(root, 'many.txt'));
  await put('long.txt', `${'a'.repeat(5000)} needle ${'b'.repeat(5000)}`);
  const [line = ''] = (await said('search_files', { text: 'needle' })).split('\n');
  expect(line).toContain('needle');
  expect(line.length).toBeLessThan(200);
});

test('list_all tells sizes and dates below the folder, what fits a pattern, and which is largest, newest and oldest', async () => {
  const day = (date: string): Date => new Date(`${date}T12:30:00`);
  for (const [path, size, date] of [
    ['photos/sea.jpg', 2_000_000, '2026-03-01'],
    ['photos/2025/hill.jpg', 5000, '2025-01-31'],
    ['notes.txt', 12, '2026-05-05'],
  ] as const) {
    await put(path, 'x'.repeat(size));
    await utimes(join(root, path), day(date), day(date));
  }
  await mkdir(join(root, 'empty'));
  expect(await said('list_all', { names: '*' })).toBe(
    [
      'notes.txt  12 B  2026-05-05 12:30',
      'photos/2025/hill.jpg  5.00 kB  2025-01-31 12:30',
      'photos/sea.jpg  2.00 MB  2026-03-01 12:30',
      '(3 files: 2 .jpg, 1 .txt; 3 folders; together 2.01 MB; largest photos/sea.jpg; newest notes.txt; oldest photos/2025/hill.jpg)',
    ].join('\n'),
  );
  expect(await said('list_all', { names: 'photos/*.JPG' })).toMatch(/^photos\/2025\/hill\.jpg .*\n.*\n\(2 files: 2 \.jpg; 0 folders; /);
  expect(await said('list_all', { names: 'empty*' })).toBe('(0 files; 1 folder)');
  for (let index = 0; index < 150; index += 1) await put(`many/${index}.log`, '');
  expect(await said('list_all', { names: 'many/*' })).toMatch(/\n\(150 files: 150 \.log; .*; 50 of them not listed here\)$/);
});

test.each<readonly [args: Record<string, unknown>, expected: string]>([
  [{}, `${Array.from({ length: 50 }, (_, index) => index + 1).join('\n')}\n(lines 1 to 50 of 60)`],
  [{ from: 1, to: 2 }, '1\n2\n(lines 1 to 2 of 60)'],
  [{ from: '59' }, '59\n60\n(lines 59 to 60 of 60)'],
  [{ from: -2 }, '59\n60\n(lines 59 to 60 of 60)'],
  [{ from: -100, to: 1 }, '1\n(lines 1 to 1 of 60)'],
  [{ from: -2, to: 2 }, '59\n60\n(lines 59 to 60 of 60)'],
  [{ from: 58, to: -2 }, '58\n59\n(lines 58 to 59 of 60)'],
  [{ from: 60, to: 99 }, '60\n(lines 60 to 60 of 60)'],
  [{ from: 61 }, 'error: "a.txt" has no line 61, only 60'],
  [{ from: 5, to: 4 }, 'error: the last line, 4, is before the first, 5'],
])('read_lines %j', async (args, expected) => {
  await put('a.txt', `${Array.from({ length: 60 }, (_, index) => index + 1).join('\r\n')}\r\n`);
  expect(await said('read_lines', { path: 'a.txt', ...args })).toBe(expected);
});

test('read_lines reads both ends of a file that is too large to be read whole, at whole letters', async () => {
  await put('large.log', Array.from({ length: 100_000 }, (_, index) => `${index + 1} äöü €`).join('\n'));
  expect(await said('read_file', { path: 'large.log' })).toMatch(/at most 1000000 are read/);
  expect(await said('read_lines', { path: 'large.log', from: 1, to: 2 })).toBe('1 äöü €\n2 äöü €\n(lines 1 to 2)');
  expect(await said('read_lines', { path: 'large.log', from: -2 })).toBe('99999 äöü €\n100000 äöü €\n(the last lines)');
  expect(await said('read_lines', { path: 'large.log', from: 99_000 })).toBe('error: "large.log" has no line 99000 in its first megabyte');
  await put('one-line.txt', 'x'.repeat(1_500_000));
  expect(await said('read_lines', { path: 'one-line.txt' })).toMatch(/lines of more than 1000000 bytes/);
  await put('empty.txt', '');
  expect(await said('read_lines', { path: 'empty.txt' })).toBe('(empty)');
  await put('sea.jpg', Buffer.from([0xff, 0xd8, 0xff, 0, 10]));
  expect(await said('read_lines', { path: 'sea.jpg' })).toMatch(/no text but a JPEG image/);
});

test('a place whose folder is not there is told by the words of the model, not by those of this machine', async () => {
  for (const name of ['list_files', 'read_file', 'read_lines'])
    expect(await said(name, { path: 'none/at/all.txt' })).toBe('error: the folder of "none/at/all.txt" is not there');
});
