// Writes the library's types: to dist/types, or to the folder given. Once more below cjs/ for programs that require() luci: TypeScript
// takes a declaration for what the nearest package.json says it is.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const [folder = join(root, 'dist', 'types')] = process.argv.slice(2);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', folder], { cwd: root, stdio: 'inherit' });
// What they need beyond ES2022 they ask for themselves, whatever `types` and `lib` of a program say.
const needs = '/// <reference types="node" />\n/// <reference lib="esnext.disposable" />\n';
for (const door of ['index.d.ts', 'ai/index.d.ts']) {
  const path = join(folder, door);
  writeFileSync(path, needs + readFileSync(path, 'utf8'));
}
cpSync(folder, `${folder}-cjs`, { recursive: true });
cpSync(`${folder}-cjs`, join(folder, 'cjs'), { recursive: true });
rmSync(`${folder}-cjs`, { recursive: true });
writeFileSync(join(folder, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
