import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/** Canaries for the rules of the tree: files that break a rule are put where it holds, and the checks must refuse each of them. */

const root = join(import.meta.dirname, '..', '..');

interface Layer {
  readonly name: string;
  readonly imports: readonly string[];
  /** Layers whose types alone may be imported. */
  readonly types?: readonly string[];
}

const { layers } = JSON.parse(readFileSync(join(root, 'scripts', 'layers.json'), 'utf8')) as { layers: readonly Layer[] };
const isFile = (name: string): boolean => name.endsWith('.ts');

/** Imports that stood in the way once, by the file that had them and what it asked for. */
const knownWrong: readonly (readonly [from: string, to: string])[] = [
  ['src/tiers/run/run-ladder.ts', 'app/create-luci.ts'],
  ['src/tiers/run/world.ts', 'store/store.ts'],
  ['src/base/model.ts', 'app/doctor/diagnose.ts'],
  ['src/base/units.ts', 'index.ts'],
  ['src/download/download-file.ts', 'app/runtimes.ts'],
  ['src/agent/agent.ts', 'app/testing/test-model.ts'],
  ['src/sources/hub/list-files.ts', 'store/store.ts'],
  ['src/install/installer.ts', 'engine/engine.ts'],
  ['src/engine/host/main.ts', 'app/sessions.ts'],
  ['src/engine/openai/session.ts', 'config/settings.ts'],
  ['src/app/create-luci.ts', 'cli/main.ts'],
  ['src/app/chats.ts', 'index.ts'],
  ['src/index.ts', 'cli/main.ts'],
];

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

interface Canary {
  readonly path: string;
  readonly content: string;
  /** How many lines of it break a rule; 0 for what is allowed. */
  readonly wrongLines: number;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** @returns How often each file was refused, by the linter and by what looks beside it. */
function refusalsOf(files: readonly Canary[]): ReadonlyMap<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'luci-layers-'));
  folders.push(folder);
  for (const name of ['biome.json', 'biome.layers.json']) cpSync(join(root, name), join(folder, name));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  const linted = spawnSync(biome, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 });
  const { diagnostics } = JSON.parse(linted.stdout) as { diagnostics: { category: string; location: { path: unknown } }[] };
  const rules = /noRestrictedImports|noProcessEnv/;
  const paths = diagnostics.filter(({ category }) => rules.test(category)).map(({ location }) => pathOf(location.path));
  const checked = spawnSync(process.execPath, [join(root, 'scripts', 'check-source.mjs'), folder], { encoding: 'utf8', maxBuffer: 1e8 });
  const counts = new Map<string, number>();
  for (const path of [...paths, ...checked.stderr.split('\n').map((line) => line.split(':')[0] ?? '')]) {
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

function pathOf(path: unknown): string {
  const text = typeof path === 'string' ? path : String((path as { file?: string }).file);
  return text.replace(/^\.\//, '').replaceAll('\\', '/');
}

function* canaries(): Generator<Canary> {
  for (const layer of layers.filter(({ name }) => !isFile(name))) {
    yield* importCanaries(layer);
    for (const [form, content] of Object.entries(environmentForms)) {
      yield { path: `src/${layer.name}/${form}-environment.ts`, content, wrongLines: 1 };
    }
  }
  for (const [form, write] of Object.entries(forms)) {
    if (form === 'require') continue;
    yield { path: `src/engine/embedded/${form}-package.ts`, content: write('node-llama-cpp'), wrongLines: 0 };
  }
  for (const [from, to] of knownWrong) {
    const up = '../'.repeat(from.split('/').length - 2) || './';
    yield { path: from, content: forms['static']?.(`${up}${to}`) ?? '', wrongLines: 1 };
  }
  yield* rootCanaries();
}

function* importCanaries({ name: from, imports, types = [] }: Layer): Generator<Canary> {
  for (const { name: to } of layers.filter(({ name }) => name !== from)) {
    const thing = isFile(to) ? to : `${to}/thing.ts`;
    for (const [form, write] of Object.entries(forms)) {
      const isAllowed = imports.includes(to) || (types.includes(to) && form === 'type');
      if (isAllowed && form === 'require') continue; // A file is never required, wherever it is.
      const name = `${form}-${to.replace('.ts', '')}.ts`;
      const wrongLines = isAllowed ? 0 : 1;
      yield { path: `src/${from}/${name}`, content: write(`../${thing}`), wrongLines };
      yield { path: `src/${from}/deeper/${name}`, content: write(`../../${thing}`), wrongLines };
    }
  }
  for (const [form, write] of Object.entries(forms)) {
    yield { path: `src/${from}/${form}-engine-package.ts`, content: write('node-llama-cpp'), wrongLines: 1 };
  }
}

/** The root of src holds the files that are layers, and no others: each of them is a canary, beside files of no layer. */
function* rootCanaries(): Generator<Canary> {
  yield { path: 'src/upkeep.ts', content: 'export const x = 1;\n', wrongLines: 1 };
  yield { path: 'src/utils/helper.ts', content: 'export const x = 1;\n', wrongLines: 1 };
  for (const { name, imports } of layers.filter((layer) => isFile(layer.name))) {
    const others = layers.map((layer) => layer.name).filter((other) => other !== name);
    const write = (isAllowed: boolean): string[] =>
      others.filter((other) => imports.includes(other) === isAllowed).map((other) => `export * from './${other}/thing.ts';\n`);
    yield { path: `src/${name}`, content: write(true).join(''), wrongLines: 0 };
    yield { path: `src/${name}`, content: write(false).join(''), wrongLines: write(false).length };
  }
}

test('every import that points up, every look at the environment and every file of no layer is refused', () => {
  const bad = [...canaries()].filter(({ wrongLines }) => wrongLines > 0);
  expect(bad.length).toBeGreaterThan(500);
  const refused = refusalsOf(bad);
  const passed = bad.filter(({ path, wrongLines }) => (refused.get(path) ?? 0) < wrongLines);
  expect(passed.map(({ path }) => path)).toEqual([]);
});

test('what the table allows is not refused', () => {
  const good = [...canaries()].filter(({ wrongLines }) => wrongLines === 0);
  expect(good.length).toBeGreaterThan(200);
  expect([...refusalsOf(good).keys()].filter((path) => path !== '')).toEqual([]);
});

test('a layer imports only layers that stand before it in the table, so there is no circle', () => {
  const order = layers.map(({ name }) => name);
  for (const { name, imports, types = [] } of layers) {
    expect([...imports, ...types].filter((other) => !order.slice(0, order.indexOf(name)).includes(other))).toEqual([]);
  }
});

test('rules and documents made of the table are current, and a change of the table alone is noticed', () => {
  const script = join(root, 'scripts', 'write-layers.mjs');
  expect(spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const folder = mkdtempSync(join(tmpdir(), 'luci-layers-'));
  folders.push(folder);
  mkdirSync(join(folder, 'scripts'));
  for (const name of ['biome.layers.json', 'ARCHITECTURE.md']) cpSync(join(root, name), join(folder, name));
  const table = readFileSync(join(root, 'scripts', 'layers.json'), 'utf8');
  writeFileSync(join(folder, 'scripts', 'layers.json'), table.replace('"imports": []', '"imports": ["app"]'));
  const stale = spawnSync(process.execPath, [script, '--root', folder, '--check'], { encoding: 'utf8' });
  expect(stale.status).toBe(1);
  expect(stale.stderr).toContain('biome.layers.json');
  expect(stale.stderr).toContain('ARCHITECTURE.md');
});
