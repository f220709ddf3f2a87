import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Canaries for the rules of the tree: files that break a rule are put where it holds, and the checks must refuse each of them. */

const root = join(import.meta.dirname, '..', '..');

/** The table of ARCHITECTURE.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ['base'],
  net: ['base'],
  gguf: ['base'],
  catalog: ['base', 'sources'],
  sources: ['base', 'net'],
  store: ['base', 'gguf', 'sources'],
  download: ['base', 'net', 'sources', 'gguf'],
  install: ['base', 'catalog', 'sources', 'store', 'download', 'gguf', 'net'],
  engine: ['base', 'net', 'gguf'],
  agent: ['base', 'engine'],
  tiers: ['base', 'engine', 'agent'],
};
const folders = [...Object.keys(mayImport), 'cli'];

const forms: Readonly<Record<string, (path: string) => string>> = {
  static: (path) => `import { x } from '${path}';\nexport const y = x;\n`,
  type: (path) => `import type { X } from '${path}';\nexport type Y = X;\n`,
  dynamic: (path) => `export const y = import('${path}');\n`,
  require: (path) => `export const y = require('${path}');\n`,
  reexport: (path) => `export { x } from '${path}';\n`,
};

const environmentForms: Readonly<Record<string, string>> = {
  direct: 'export const x = process.env;\n',
  destructured: 'const { env } = process;\nexport const x = env;\n',
  renamed: 'const { platform, env: surroundings } = process;\nexport const x = [platform, surroundings];\n',
  imported: "import { env } from 'node:process';\nexport const x = env;\n",
  whole: "import process from 'node:process';\nexport const x = process.env;\n",
  indexed: "export const x = process['env'];\n",
};

let folder: string;
let refused: ReadonlySet<string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-layers-'));
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [path, content] of canaries()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  const linted = spawnSync(biome, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 });
  const { diagnostics } = JSON.parse(linted.stdout) as { diagnostics: { category: string; location: { path: unknown } }[] };
  const rules = /noRestrictedImports|noProcessEnv/;
  const paths = diagnostics.filter(({ category }) => rules.test(category)).map(({ location }) => pathOf(location.path));
  const checked = spawnSync(process.execPath, [join(root, 'scripts', 'check-source.mjs'), folder], { encoding: 'utf8' });
  refused = new Set([...paths, ...checked.stderr.split('\n').map((line) => line.split(':')[0] ?? '')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function pathOf(path: unknown): string {
  const text = typeof path === 'string' ? path : String((path as { file?: string }).file);
  return text.replace(/^\.\//, '').replaceAll('\\', '/');
}

function* canaries(): Generator<readonly [path: string, content: string]> {
  for (const [from, allowed] of Object.entries(mayImport)) {
    for (const to of folders.filter((other) => other !== from)) {
      const isAllowed = allowed.includes(to);
      for (const [form, write] of Object.entries(forms)) {
        if (isAllowed && form === 'require') continue; // A file is never required, wherever it is.
        yield [`src/${from}/${isAllowed ? 'good' : 'bad'}-${form}-${to}.ts`, write(`../${to}/thing.ts`)];
        yield [`src/${from}/deeper/${isAllowed ? 'good' : 'bad'}-${form}-${to}.ts`, write(`../../${to}/thing.ts`)];
      }
    }
    for (const [form, write] of Object.entries(forms)) yield [`src/${from}/bad-${form}-engine-package.ts`, write('node-llama-cpp')];
    for (const [form, content] of Object.entries(environmentForms)) yield [`src/${from}/bad-${form}-environment.ts`, content];
  }
  for (const [form, write] of Object.entries(forms)) {
    yield [`src/cli/bad-${form}-engine-package.ts`, write('node-llama-cpp')];
    if (form !== 'require') yield [`src/engine/embedded/good-${form}-engine-package.ts`, write('node-llama-cpp')];
  }
  for (const [form, content] of Object.entries(environmentForms)) yield [`src/cli/bad-${form}-environment.ts`, content];
}

test('every import that points up, and every look at the environment, is refused', () => {
  const bad = [...canaries()].map(([path]) => path).filter((path) => path.includes('bad-'));
  expect(bad.length).toBeGreaterThan(500);
  expect(bad.filter((path) => !refused.has(path))).toEqual([]);
});

test('what the table allows is not refused', () => {
  const good = [...canaries()].map(([path]) => path).filter((path) => path.includes('good-'));
  expect(good.filter((path) => refused.has(path))).toEqual([]);
});
