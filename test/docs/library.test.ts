import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as provider from '../../src/ai/index.ts';
import * as library from '../../src/index.ts';

/** docs/library.md says what there is, and nothing that there is not. */

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'library.md'), 'utf8');

test('the table of errors is the one in the code', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| .+ \|$/gm)].map(([, code, exit, http]) => [
    code,
    Number(exit),
    Number(http),
  ]);
  const table = Object.entries(library.errorKinds).map(([code, { exitCode, httpStatus }]) => [code, exitCode, httpStatus]);
  expect(rows).toEqual(table);
});

test('everything that is exported is described', () => {
  expect(Object.keys({ ...library, ...provider }).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
});

test('what the examples import is exported', () => {
  const imported = [...page.matchAll(/import \{ ([^}]+) \} from 'luci'/g)].flatMap(([, names = '']) => names.split(', '));
  expect(imported.length).toBeGreaterThan(3);
  for (const name of imported) expect(library).toHaveProperty(name);
  const ofProvider = [...page.matchAll(/import \{ ([^}]+) \} from 'luci\/ai'/g)].flatMap(([, names = '']) => names.split(', '));
  expect(ofProvider).toEqual(['luci']);
  for (const name of ofProvider) expect(provider).toHaveProperty(name);
});

test('the shown tool is the one of the example that is run', () => {
  const [, shown = ''] = /### A tool of your own\n\n([\s\S]*?);\n\n/.exec(page) ?? [];
  const code = shown.replace(/^ {4}/gm, '');
  expect(code).toContain('run: async ({ town })');
  expect(readFileSync(join(root, 'examples', 'tools.mjs'), 'utf8')).toContain(code);
});

test('the example of an own catalogue is one, and gives its model a name', async () => {
  const text = readFileSync(join(root, 'docs', 'models.md'), 'utf8');
  const [, shown = ''] = /\n( {4}\[\n[\s\S]*?\n {4}\])\n/.exec(text) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'luci own '));
  try {
    const own = join(folder, 'catalog.json');
    writeFileSync(own, shown);
    const catalog = await library.loadCatalog({ own });
    expect(catalog.problems).toEqual([]);
    expect(library.requireModel(catalog, 'MyModel:1b')).toMatchObject({
      name: 'mymodel-1b',
      tier: 1,
      files: [{ sizeBytes: 812_345_678 }],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every page a document links to is there, and so is every picture', () => {
  const pages = ['.', 'docs'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  const documents = pages.filter((name) => name.endsWith('.md'));
  expect(documents.length).toBeGreaterThan(8);
  for (const name of documents) {
    const text = readFileSync(join(root, name), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      expect(() => readFileSync(join(root, name, '..', target)), `${name}: ${target}`).not.toThrow();
  }
});
