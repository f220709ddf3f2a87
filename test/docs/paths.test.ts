import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Paths that the documents name in backticks are there: whoever renames a file finds the sentences about it. */

const root = join(import.meta.dirname, '..', '..');
const documents = [
  'ARCHITECTURE.md',
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What is not in the repository, and why documents name it all the same. */
const elsewhere: readonly RegExp[] = [
  /^dist\//, // Made by the build.
  /^(src\/)?node_modules\/?$/, // Made by npm.
  /^(state|keys|logs|models|chats)\//, // Below the home folder, made while luci runs.
  /^(config|catalog|mcp)\.json$|^baseline\.jsonl$/, // The user's own.
  /^tiers\/cases\/tierN\.ts$/, // One of four.
  /^chat\/completions$/, // Of an address.
];

const { folders, known } = readTree();
const endings = /\.(ts|mjs|cjs|js|json|jsonl|md|html|svg|png)$/;

/** Everything of the repository, and each path from any of its folders on: documents leave out what is plain. */
function readTree(): { readonly folders: ReadonlySet<string>; readonly known: ReadonlySet<string> } {
  const made = new Set(['node_modules', 'dist', '.git']);
  const paths = filesBelow('');
  const tops = new Set(paths.filter((path) => /^(src\/)?[^/]+\/./.test(path)).flatMap((path) => [path.split('/')[0], path.split('/')[1]]));
  return { folders: new Set([...tops].filter((name) => name !== undefined)), known: new Set(paths.flatMap(beginnings).flatMap(ends)) };

  function filesBelow(folder: string): string[] {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (made.has(entry.name) || /^\.(run-|dist-)/.test(entry.name)) return [];
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  }
}

function beginnings(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function ends(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(index).join('/'));
}

/** Words in backticks that are a path: they end like a file, or begin with a folder of the repository or of `src`. */
function pathsIn(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '');
  const words = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)].map(([, word = '']) => word);
  return words.filter(
    (word) => (endings.test(word) && !word.startsWith('.')) || (word.includes('/') && folders.has(word.split('/')[0] ?? '')),
  );
}

function missingIn(text: string): string[] {
  return pathsIn(text).filter((path) => !known.has(path.replace(/\/$/, '')) && !elsewhere.some((pattern) => pattern.test(path)));
}

test.each(documents)('every path that %s names in backticks exists', (document) => {
  expect(missingIn(readFileSync(join(root, document), 'utf8'))).toEqual([]);
});

test('a path that is not there is found, in whatever form it is named', () => {
  const text =
    'see `app/instals.ts`, `src/engine/gone/`, `no-such-file.mjs`, `docs/none.md`, and `app/installs.ts`, `NAME/model`, `/v1/chat`';
  expect(missingIn(text)).toEqual(['app/instals.ts', 'src/engine/gone/', 'no-such-file.mjs', 'docs/none.md']);
});

test('the documents name more than a hundred paths', () => {
  expect(documents.flatMap((document) => pathsIn(readFileSync(join(root, document), 'utf8'))).length).toBeGreaterThan(100);
});
