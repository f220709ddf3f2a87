import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addLlamafile, type RuntimeTools, readRuntimeCatalog } from '../../src/install/add-runtime.ts';
import { addPython } from '../../src/install/python-part.ts';
import { createNet } from '../../src/net/create-net.ts';
import type { LedgerEntry } from '../../src/net/net.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { pyodidePackage } from '../fixtures/python-part.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';
import { type Home, makeHome } from './luci-process.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

test('a program of the user is added, used, listed and forgotten; its file stays', async () => {
  const program = await writeServerProgram(home.folder, 'my-llamafile', '0.9.3');
  const model = join(home.folder, 'tiny.gguf');
  await writeFile(model, tinyGguf());
  expect(await home.luci(['runtime', 'add', 'llamafile', '--path', program])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('llamafile 0.9.3 is there'),
  });
  expect(await home.luci(['ask', 'hi', '-m', model, '--engine', 'llamafile'])).toEqual({
    exitCode: 0,
    stdout: `${tinyReply}\n`,
    stderr: '',
  });
  expect(JSON.parse((await home.luci(['runtime', 'list', '--json'])).stdout)).toMatchObject({
    added: [{ kind: 'llamafile', version: '0.9.3', path: program, isOurs: false }],
  });
  expect((await home.luci(['doctor', '--offline'])).stdout).toContain('llamafile: 0.9.3');
  expect(await home.luci(['runtime', 'remove', 'llamafile'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('the file stays'),
  });
  await access(program);
  expect(await home.luci(['ask', 'hi', '-m', model, '--engine', 'llamafile'])).toMatchObject({
    exitCode: 7,
    stderr: expect.stringContaining('luci runtime add llamafile'),
  });
});

test('a .llamafile given as a model runs with its own weights', async () => {
  const program = await writeServerProgram(home.folder, 'tiny.llamafile', '0.10.6');
  expect(await home.luci(['ask', 'hi', '-m', program])).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
  expect(await home.luci(['ask', 'hi', '-m', join(home.folder, 'none.llamafile')])).toMatchObject({ exitCode: 3 });
});

test.each([
  ['a program that is not there', ['add', 'llamafile', '--path', '/nowhere/x'], 3, 'There is no program /nowhere/x.'],
  ['a version nobody knows', ['add', 'llamafile@9.9'], 3, 'No llamafile 9.9 is known.'],
  ['a kind nobody knows', ['add', 'ollama'], 2, 'There is no runtime "ollama"'],
  ['a llama-server without a path', ['add', 'llama-server'], 2, 'luci runtime add llama-server --path FILE'],
  ['what was never added', ['remove', 'llamafile'], 3, 'No runtime llamafile was added.'],
])('%s is an error with a way out', async (_, words, exitCode, text) => {
  expect(await home.luci(['runtime', ...words])).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(text) });
});

test('a file that is no program of that kind is refused with its own words', async () => {
  const path = join(home.folder, 'broken');
  await writeFile(path, '#!/bin/sh\necho "cannot run here" >&2\nexit 3\n', { mode: 0o755 });
  const ran = await home.luci(['runtime', 'add', 'llama-server', '--path', path]);
  expect(ran).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('does not run as a llama-server here: cannot run here') });
});

test('a fetched llamafile is verified by its digest, may be run, and wrong bytes never get there', async () => {
  const bytes = Buffer.from(`#!/bin/sh\necho "llamafile v0.10.6"\n${'#'.repeat(100_000)}`);
  const server: Server = createServer((_request, response) => void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/llamafile-0.10.6`;
  const catalogPath = join(home.folder, 'runtimes.json');
  const release = (version: string, sha256: string) => ({ version, file: `llamafile-${version}`, urls: [url], sha256 });
  const right = createHash('sha256').update(bytes).digest('hex');
  const releases = [release('0.10.6', right), release('0.10.7', 'a'.repeat(64))];
  await writeFile(catalogPath, JSON.stringify({ llamafile: { usual: '0.10.6', releases } }));
  const runtimesFolder = join(home.folder, 'runtimes');
  const stateFolder = join(home.folder, 'state');
  await mkdir(stateFolder, { recursive: true });
  const tools: RuntimeTools = {
    net: createNet({ offline: true, proxy: { none: [] }, userAgent: 'luci' }),
    stateFolder,
    runtimesFolder,
    catalogPath,
    environment: {},
    download: { partialFolder: join(home.folder, 'partial'), hub: { endpoint: url }, childEnvironment: {}, retries: 0 },
  };
  const added = await addLlamafile(tools, undefined);
  expect(added).toMatchObject({ kind: 'llamafile', version: '0.10.6', isOurs: true, vouched: true });
  expect(await readFile(added.path)).toEqual(bytes);
  await expect(addLlamafile(tools, '0.10.7')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(access(join(runtimesFolder, 'llamafile-0.10.7'))).rejects.toThrow();
  expect(await home.luci(['runtime', 'remove', 'llamafile@0.10.6'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('is deleted'),
  });
  await expect(access(added.path)).rejects.toThrow();
  server.close();
});

test('Python is an optional part: added from a folder, listed, told by doctor, removed; only what is ours is deleted', async () => {
  expect((await home.luci(['doctor', '--offline'])).stdout).toContain('luci runtime add python');
  expect(await home.luci(['runtime', 'add', 'python', '--path', pyodidePackage])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/python 314\.0\.7 is there: .*python-314\.0\.7/),
  });
  const folder = join(home.folder, 'runtimes', 'python-314.0.7');
  expect((await readdir(folder)).sort()).toEqual([
    'pyodide-lock.json',
    'pyodide.asm.mjs',
    'pyodide.asm.wasm',
    'pyodide.mjs',
    'python_stdlib.zip',
  ]);
  expect((await home.luci(['runtime', 'list'])).stdout).toMatch(/python +314\.0\.7 +fetched/);
  expect((await home.luci(['doctor', '--offline'])).stdout).toContain('code in Python (Pyodide 314.0.7)');

  await writeFile(join(folder, 'mine.txt'), 'of the user');
  expect(await home.luci(['runtime', 'remove', 'python'])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('is deleted') });
  expect(await readdir(folder)).toEqual(['mine.txt']);
  expect(await home.luci(['runtime', 'remove', 'python'])).toMatchObject({ exitCode: 3 });

  // A list that was changed by hand does not make luci delete a folder of somebody.
  const own = join(home.folder, 'own');
  await mkdir(own);
  await writeFile(join(own, 'pyodide.mjs'), 'of the user');
  const entry = { kind: 'python', version: '1', path: own, isOurs: true };
  await writeFile(join(home.folder, 'state', 'runtimes.json'), JSON.stringify({ version: 1, runtimes: [entry] }));
  await home.luci(['runtime', 'remove', 'python']);
  expect(await readdir(own)).toEqual(['pyodide.mjs']);
});

test.each([
  ['offline', ['--offline'], 4, 'luci is offline and does not reach out to npm.'],
  ['from a folder that is not there', ['--path', '/nowhere'], 3, 'There is no /nowhere.'],
  ['from a folder without it', ['--path', join(import.meta.dirname, '..')], 3, 'There is no pyodide.mjs in'],
  ['from a file that is no package of it', ['--path', import.meta.filename], 6, 'is not what is pinned for pyodide 314.0.7.'],
])('Python %s is an error with a way out, and nothing is left', async (_, options, exitCode, text) => {
  expect(await home.luci(['runtime', 'add', 'python', ...options])).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
  expect(await readdir(join(home.folder, 'runtimes')).catch(() => [])).toEqual([]);
});

test('Python comes with npm: the package and each file are held to their digests, and the ledger knows', async () => {
  const work = join(home.folder, 'work');
  await mkdir(join(work, 'package'), { recursive: true });
  const files = { 'a.mjs': 'export default 1;', 'b.bin': 'bytes' };
  for (const [name, content] of Object.entries(files)) await writeFile(join(work, 'package', name), content);
  execFileSync('tar', ['-czf', 'small.tgz', 'package'], { cwd: work });
  const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
  const package_ = await readFile(join(work, 'small.tgz'));
  // An npm that hands out this package.
  await mkdir(join(work, 'bin'));
  const npm = `#!/bin/sh\n[ "$1 $2" = "pack small@1.0.0" ] || exit 3\ncp '${join(work, 'small.tgz')}' ./small-1.0.0.tgz\n`;
  await writeFile(join(work, 'bin', 'npm'), npm, { mode: 0o755 });
  const entries: LedgerEntry[] = [];
  const add = async (digests: { package_: string; file: string }) => {
    const listed = Object.entries(files).map(([name, content]) => ({
      name,
      sizeBytes: content.length,
      sha256: name === 'b.bin' ? digests.file : sha256(content),
    }));
    const python = { version: '1.0.0', package: 'small', sizeBytes: package_.length, sha256: digests.package_, files: listed };
    const catalogPath = join(work, 'catalog.json');
    await writeFile(catalogPath, JSON.stringify({ python }));
    return addPython({
      net: createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci', record: (entry) => entries.push(entry) }),
      stateFolder: join(home.folder, 'state'),
      runtimesFolder: join(home.folder, 'runtimes'),
      catalogPath,
      environment: { PATH: `${join(work, 'bin')}:${process.env['PATH']}` },
    });
  };
  const right = { package_: sha256(package_), file: sha256('bytes') };
  await expect(add({ ...right, package_: sha256('x') })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(add({ ...right, file: sha256('x') })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  expect(await readdir(join(home.folder, 'runtimes'))).toEqual([]);
  const { path } = await add(right);
  expect((await readdir(path)).sort()).toEqual(['a.mjs', 'b.bin']);
  expect(entries.map(({ host, purpose, outcome }) => [host, purpose, outcome])).toEqual(Array(3).fill(['npm', 'runtime', 'exit 0']));

  await writeFile(
    join(work, 'bin', 'npm'),
    '#!/bin/sh\necho "npm error code E404" >&2\necho "npm error 404 not found at https://user:pass@host/x" >&2\nexit 1\n',
  );
  const refused = await add(right).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'NETWORK_FAILED', message: expect.stringContaining('404 not found at (address)') });
  expect((await readdir(path)).sort()).toEqual(['a.mjs', 'b.bin']);
});

test("the project's own list of releases is whole: https addresses, digests of 64 digits, a usual one that is vouched for", async () => {
  const { usual, releases } = await readRuntimeCatalog(join(import.meta.dirname, '..', '..', 'catalog', 'runtimes.json'));
  expect(releases.find(({ version }) => version === usual)?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(releases.map(({ version }) => version)).size).toBe(releases.length);
  for (const { urls } of releases) for (const url of urls) expect(url).toMatch(/^https:\/\//);
});
