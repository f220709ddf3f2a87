import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Builds of webpack and vite (for a server): with luci external, as docs/library.md says, the program works; bundled, each call is one
 * sentence. The bundlers are fetched from the registry (74 MB) into a folder of their own; where that cannot be, it is counted as skipped.
 */

const versions = ['webpack@5.113.0', 'vite@8.4.0'];
const clone = join(import.meta.dirname, '..', '..');
let folder: string;
let isThere = false;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci-bundlers-'));
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries', '0', ...versions];
  isThere = spawnSync('npm', npm, { cwd: folder, timeout: 240_000, shell: process.platform === 'win32' }).status === 0;
  if (!isThere) return;
  await mkdir(join(folder, 'home'));
  await symlink(clone, join(folder, 'node_modules', 'luci'), 'junction');
  await writeFile(join(folder, 'app.mjs'), program);
  await writeFile(join(folder, 'build.mjs'), build);
  const built = await run('build.mjs');
  expect(built).toMatchObject({ exitCode: 0 });
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const program = `import { LlamafileAgent, createLuci } from 'luci';
const said = ({ name, code, message }) => console.log(name, code, message);
await createLuci().catalog().then(({ models }) => console.log('models', models.length > 100), said);
await new LlamafileAgent('smollm2-135m').query('hi').then(console.log, said);
`;

const build = `import webpack from 'webpack';
import { build } from 'vite';
for (const kind of ['bundled', 'external']) {
  const isExternal = kind === 'external';
  const output = { path: import.meta.dirname, filename: \`webpack-\${kind}.mjs\`, module: true, chunkFormat: 'module' };
  const externals = isExternal ? { luci: 'module luci' } : {};
  const options = { mode: 'production', target: 'node20', entry: './app.mjs', experiments: { outputModule: true }, externalsPresets: { node: true }, externals, output };
  const stats = await new Promise((resolve, reject) => webpack(options, (error, result) => (error ? reject(error) : resolve(result))));
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  const ssr = isExternal ? { external: ['luci'] } : { noExternal: ['luci'] };
  const rollupOptions = { output: { entryFileNames: \`vite-\${kind}.mjs\` } };
  await build({ logLevel: 'error', configFile: false, ssr, build: { ssr: 'app.mjs', outDir: 'vite', emptyOutDir: false, target: 'node20', rollupOptions } });
}
`;

function run(path: string): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number | null }> {
  const env = { ...process.env, LUCI_HOME: join(folder, 'home'), LUCI_OFFLINE: '1' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [path], { cwd: folder, env, timeout: 120_000 }, (_, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    );
  });
}

test.for(['webpack', 'vite'])('a build of %s with luci external works', async (bundler, { skip }) => {
  skip(!isThere, 'no registry');
  const path = bundler === 'vite' ? join('vite', 'vite-external.mjs') : 'webpack-external.mjs';
  expect((await run(path)).stdout).toBe('models true\nLuciError MODEL_NOT_INSTALLED smollm2-135m is not installed.\n');
});

test.for(['webpack', 'vite'])('a build of %s with luci in it says in one sentence what to do', async (bundler, { skip }) => {
  skip(!isThere, 'no registry');
  const path = bundler === 'vite' ? join('vite', 'vite-bundled.mjs') : 'webpack-bundled.mjs';
  const sentence =
    'LuciError FAILED luci was bundled into another program, without the files it works with: its catalogue, engine and workers.\n';
  expect(await run(path)).toMatchObject({ stdout: sentence.repeat(2), stderr: '', exitCode: 0 });
});
