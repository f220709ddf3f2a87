import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { widthOf } from '../../src/cli/show/text.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';
import { shownAt } from './pseudo-terminal.ts';

/** What people see on terminals of all widths: a pseudo-terminal that is that wide, and no line wider. */

let home: Home;
beforeAll(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'my model of a rather long name.gguf'), tinyGguf());
});
afterAll(() => home[Symbol.asyncDispose]());

const commands: readonly (readonly string[])[] = [
  ['--help'],
  ['install', '--help'],
  ['test', '--help'],
  ['list'],
  ['list', '--partial'],
  ['search', 'coder'],
  ['search', '--purpose', 'none'],
  ['llm', 'list', 'all'],
  ['llm', 'default'],
  ['show', 'llama3.2'],
  ['show', 'my model of a rather long name'],
  ['install', '--dry-run', '--offline', 'llama3.2', 'qwen2.5-coder'],
  ['install', 'lama3.2'],
  ['doctor', '--offline'],
  ['verify'],
  ['runtime'],
  ['remote'],
  ['net', 'log'],
  ['ps'],
];

test.each([100, 40, 20])('at %i columns nothing is wider than the terminal', (columns) => {
  for (const args of commands) {
    const lines = shownAt(home, columns, args).lines;
    expect(lines.join('').trim(), args.join(' ')).not.toBe('');
    // One word alone, such as a path, is left for the terminal to break: it can still be copied.
    const tooWide = lines.filter((line) => widthOf(line) > columns && line.trim().includes(' '));
    expect(tooWide, `luci ${args.join(' ')}`).toEqual([]);
  }
});

test('the tiers of llm list all share their columns', () => {
  for (const columns of [100, 40]) {
    const rows = shownAt(home, columns, ['llm', 'list', 'all']).lines.filter((line) => /^ {2}\S/.test(line) && / [MG]B/.test(line));
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map((line) => line.search(/ [MG]B\b/))).size).toBe(1);
  }
});

test('a digest can be read whole on a narrow terminal', () => {
  const text = shownAt(home, 40, ['show', 'smollm2-135m']).lines.join('').replaceAll(' ', '');
  expect(text).toMatch(/sha256[0-9a-f]{64}/);
});
