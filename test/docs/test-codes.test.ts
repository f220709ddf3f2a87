import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Codes in titles of tests are explained in docs/downloads.md: who reads a failure can look up what it is about. */

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'downloads.md'), 'utf8');

function titlesIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules') && !path.endsWith('test-codes.test.ts'))
    .flatMap((path) => [...readFileSync(join(root, folder, path), 'utf8').matchAll(/['"`]((?:case \d+|[A-Z]{2}-\d{2})\b[^'"`]*)/g)])
    .map(([, title = '']) => title);
}

/** Codes the page explains: numbers of its table of cases, single codes, and ranges of them. */
function isExplained(code: string): boolean {
  const number = /^case (\d+)$/.exec(code)?.[1];
  if (number !== undefined) return new RegExp(`^\\| ${number} `, 'm').test(page);
  const [kind = '', at = ''] = code.split('-');
  const range = new RegExp(`^\\| ${kind}-(\\d\\d) to ${kind}-(\\d\\d) \\|`, 'm').exec(page);
  if (range) return Number(at) >= Number(range[1]) && Number(at) <= Number(range[2]);
  return new RegExp(`^\\| ${code} \\|`, 'm').test(page);
}

test('every code in the title of a test is explained', () => {
  const codes = new Set(
    [...titlesIn('src'), ...titlesIn('test')].flatMap((title) => title.match(/\b(?:case \d+|[A-Z]{2}-\d{2})\b/g) ?? []),
  );
  expect(codes.size).toBeGreaterThan(20);
  expect([...codes].filter((code) => !isExplained(code))).toEqual([]);
  expect(['case 99', 'DL-99', 'GG-41', 'XX-01'].map(isExplained)).toEqual([false, false, false, false]);
});
