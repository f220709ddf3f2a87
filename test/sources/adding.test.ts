import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { digestOf } from '../fixtures/index/joined-file.ts';

/** The worked change of docs/adding.md, on a copy of the sources. */

const root = join(import.meta.dirname, '..', '..');
const bytes = tinyGguf();
const [, change = ''] =
  /## A kind of source\n[\s\S]*?```diff\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'adding.md'), 'utf8')) ?? [];

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'luci adding '));
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true, filter: (path) => !/node_modules|\.test\.ts$/.test(path) });
  for (const name of ['scripts', 'catalog', 'package.json', 'dist']) cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const place of ['.', 'src']) symlinkSync(join(root, place, 'node_modules'), join(copy, place, 'node_modules'), 'junction');
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'try.ts'], exclude: ['**/node_modules'] }));
});
afterAll(() => rmSync(copy, { recursive: true }));

const run = (file: string, args: readonly string[], input = '') => spawnSync(file, args, { cwd: copy, encoding: 'utf8', input });

/** Fetches by the new kind through the public door, and reads a catalogue entry that has it. */
const attempt = `
import { writeFileSync } from 'node:fs';
import { downloadFile, createLuci, loadCatalog } from './src/index.ts';
const [from = '', to = '', sha256 = ''] = process.argv.slice(2);
const source = { kind: 'folder', path: from } as const;
const entry = { name: 'x', parametersB: 1, tier: 0, license: 'MIT', quantization: 'F16', file: 'x.gguf', alsoFrom: [source] };
writeFileSync(to + '.json', JSON.stringify([entry]));
const { models, problems } = await loadCatalog({ own: to + '.json' });
const luci = createLuci();
const done = await downloadFile(luci.net, { name: 'x.gguf', sha256, sources: [source] }, {
  partialFolder: to + '.partial', destinationPath: to, hub: luci.settings.hub, onlySource: 'folder',
});
const missing = await downloadFile(luci.net, { name: 'y.gguf', sources: [{ ...source, path: from + '.not' }] }, {
  partialFolder: to + '.partial', destinationPath: to + '.y', hub: luci.settings.hub,
}).catch((error: { code?: string }) => error.code);
console.log(JSON.stringify({ problems, entry: models.at(-1)?.files[0]?.sources, done, missing }));
process.exit(0);
`;

test('a kind of source is two files: the change of docs/adding.md compiles, fetches, and is known to catalogues', () => {
  const files = [...change.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, file]) => file);
  expect(files).toEqual(['src/sources/folder.ts', 'src/sources/kinds.ts']);
  expect(run('git', ['apply', '-'], change)).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(join(copy, 'try.ts'), attempt);
  expect(run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json'])).toMatchObject({
    status: 0,
    stdout: '',
  });
  const [from, to] = [join(copy, 'there.gguf'), join(copy, 'here.gguf')];
  writeFileSync(from, bytes);
  const ran = run(process.execPath, ['scripts/run-typescript.mjs', 'try.ts', from, to, digestOf(bytes)]);
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toMatchObject({
    problems: [],
    entry: [{ kind: 'folder', path: from }],
    done: { vouched: true, sizeBytes: bytes.length, source: { kind: 'folder', path: from } },
    missing: 'SOURCE_NOT_FOUND',
  });
  expect(readFileSync(to).equals(bytes)).toBe(true);
});
