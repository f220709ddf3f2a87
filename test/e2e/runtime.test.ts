import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addLlamafile, type RuntimeTools, readRuntimeCatalog } from '../../src/install/runtimes.ts';
import { createNet } from '../../src/net/create-net.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
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
  ['a kind nobody knows', ['add', 'ollama'], 2, 'There is no runtime "ollama".'],
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

test("the project's own list of releases is whole: https addresses, digests of 64 digits, a usual one that is vouched for", async () => {
  const { usual, releases } = await readRuntimeCatalog(join(import.meta.dirname, '..', '..', 'catalog', 'runtimes.json'));
  expect(releases.find(({ version }) => version === usual)?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(releases.map(({ version }) => version)).size).toBe(releases.length);
  for (const { urls } of releases) for (const url of urls) expect(url).toMatch(/^https:\/\//);
});
