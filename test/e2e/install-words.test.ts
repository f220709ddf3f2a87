import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyGgufSpec, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type TypedValue, writeGguf } from '../fixtures/gguf/write-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome, ownEntry } from './luci-process.ts';

/** What `luci install` says and asks, and what one bad word among several does. */

const bytes = tinyGguf();
const u16 = (value: number): TypedValue => ({ type: 'raw', typeNumber: 2, bytes: Buffer.from(Uint16Array.of(value).buffer) });
const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

let hub: Hub;
let home: Home;
beforeEach(async () => {
  hub = await startHub();
  home = await makeHome();
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const install = (...args: string[]) => home.luci(['install', ...args], { environment: { HF_ENDPOINT: hub.endpoint } });
const installedNames = async (): Promise<string[]> => (await home.luci(['list', '-q'])).stdout.split('\n').filter(Boolean).sort();

test('of several models one that cannot be had does not keep the others from coming', async () => {
  await home.own(
    ownEntry('gone', { sizeBytes: 10, sha256: 'a'.repeat(64) }),
    ownEntry('here', { sizeBytes: bytes.length, sha256: digestOf(bytes) }),
  );
  hub.add({ repo: 'o/here', path: 'here.gguf', bytes });
  const ran = await install('gone', 'here', '-y');
  expect(ran.exitCode).toBe(3);
  expect(ran.stderr).toMatch(
    /The repository o\/gone does not exist at 127[\s\S]*✓ here[\s\S]*1 of 2 models could not be installed: gone\n {2}luci install gone/,
  );
  expect(await installedNames()).toEqual(['here']);
});

test('a repository that is not there is exit 3 and names itself; private and gated ones are told apart as far as the hub does', async () => {
  hub.add({ repo: 'owner/closed-GGUF', path: 'closed-Q8_0.gguf', bytes }).access = 'private';
  hub.add({ repo: 'owner/gated-GGUF', path: 'gated-Q8_0.gguf', bytes }).access = 'gated';
  const { host } = new URL(hub.endpoint);
  const ask = async (repo: string, HF_TOKEN = ''): Promise<readonly [number | null, string]> => {
    const { exitCode, stderr } = await home.luci(['install', repo, '-y'], { environment: { HF_ENDPOINT: hub.endpoint, HF_TOKEN } });
    return [exitCode, stderr];
  };
  const missing = (repo: string, word: string): string =>
    `The repository ${repo} does not exist at ${host}, or is private.\n  luci search ${word}\n  If it is private, set HF_TOKEN to a token that may read it.\n`;
  expect(await ask('owner/none-1B-GGUF')).toEqual([3, missing('owner/none-1B-GGUF', 'none')]);
  // Nobody without the right to see it learns that it is there.
  expect(await ask('owner/closed-GGUF')).toEqual([3, missing('owner/closed-GGUF', 'closed')]);
  for (const repo of ['owner/none-1B-GGUF', 'owner/closed-GGUF'])
    expect(await ask(repo, hub.strangersToken)).toEqual([
      3,
      expect.stringContaining(`${repo} does not exist at ${host}, or is private and closed to the account of HF_TOKEN.`),
    ]);
  expect(await ask('owner/closed-GGUF', 'hf_wrong')).toEqual([4, expect.stringContaining('HF_TOKEN is not valid')]);
  expect(await ask('owner/gated-GGUF')).toEqual([4, expect.stringMatching(/gated-Q8_0\.gguf is gated: its owner asks for an account/)]);
  expect(await ask('owner/gated-GGUF', hub.strangersToken)).toEqual([4, expect.stringContaining('has not let this account in')]);
  expect(await installedNames()).toEqual([]);
  expect((await ask('owner/closed-GGUF', hub.token))[0]).toBe(0);
  expect(await installedNames()).toEqual(['owner/closed-GGUF:Q8_0']);
});

test('a hub that names no reason for its 401 is taken as one that hides the repository', async () => {
  const server = createServer((_, response) => response.writeHead(401).end('{"error":"Invalid username or password."}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const ran = await home.luci(['install', 'owner/none'], { environment: { HF_ENDPOINT: endpoint } });
    expect(ran).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('owner/none does not exist at 127.0.0.1') });
    // An address that is no repository's stays a refusal.
    const address = await home.luci(['install', `${endpoint}/a.gguf`, '-y']);
    expect(address).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('answered 401') });
  } finally {
    server.close();
  }
});

test('a path that is wrong is said before anything is fetched', async () => {
  await home.own(ownEntry('here', { sizeBytes: bytes.length, sha256: digestOf(bytes) }));
  hub.add({ repo: 'o/here', path: 'here.gguf', bytes });
  expect(await install('here', './missing.gguf', '-y')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('There is no file') });
  const page = join(home.folder, 'page.gguf');
  await writeFile(page, '<!doctype html>');
  expect(await install('here', page, '-y')).toMatchObject({ exitCode: 6, stderr: expect.stringMatching(/^\/.*page\.gguf: .*a web page/) });
  expect(hub.requests).toEqual([]);
  expect(await installedNames()).toEqual([]);
});

test('--dry-run tells what a path would do, and does nothing', async () => {
  const path = join(home.folder, 'mine.gguf');
  await writeFile(path, bytes);
  expect((await install(path, '--dry-run')).stdout).toBe(`  to link ${path}  1.37 MB\n`);
  expect(JSON.parse((await install(path, '--dry-run', '--json', '--copy')).stdout)).toMatchObject({
    models: [],
    paths: [{ path, sizeBytes: bytes.length, action: 'copy' }],
  });
  expect(await installedNames()).toEqual([]);
});

test('an address whose size nobody knows is asked for, and its failure names the address', async () => {
  const url = 'http://127.0.0.1:9/some/a.gguf';
  const asked = await home.luci(['install', url]);
  expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/unknown[\s\S]*Fetch a file of unknown size now\?/) });
  expect(asked.stderr).not.toMatch(/0 B|0M/);
  const failed = await home.luci(['install', `${url}?signature=secret`, '-y']);
  expect(failed).toMatchObject({ exitCode: 4, stderr: expect.stringContaining(`luci install ${url}`) });
  expect(failed.stderr).not.toContain('secret');
});

test('a repository without the wanted quantization names those it has; one that holds bytes of the catalogue is where they come from', async () => {
  await home.own(ownEntry('known', { sizeBytes: bytes.length, sha256: digestOf(bytes) }));
  hub.add({ repo: 'somebody/else', path: 'x-Q8_0.gguf', bytes });
  expect(await install('somebody/else:Q2_K')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('has no Q2_K file. It has Q8_0.'),
  });
  expect(await install('somebody/else')).toMatchObject({ exitCode: 0 });
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'known', source: { repo: 'somebody/else' } }]);
});

test('what is to be typed for a name with spaces can be typed', async () => {
  await mkdir(join(home.folder, 'in'));
  const path = join(home.folder, 'in', 'My Modèle 1.gguf');
  await writeFile(path, bytes);
  const ran = await install(path);
  expect(ran.stdout).toContain('luci ask -m "My Modèle 1" "…"     luci chat -m "My Modèle 1"     luci test "My Modèle 1"');
  await home.luci(['llm', 'disable', 'my modèle 1']);
  expect((await home.luci(['ask', 'hi'])).stderr).toContain('luci llm enable "My Modèle 1"');
});

test('a model that is there but disabled says how to enable it', async () => {
  await home.own(ownEntry('here', { sizeBytes: bytes.length, sha256: digestOf(bytes) }));
  hub.add({ repo: 'o/here', path: 'here.gguf', bytes });
  await install('here');
  await home.luci(['llm', 'disable', 'here']);
  const again = await install('here');
  expect(again).toMatchObject({
    exitCode: 0,
    stdout: 'here is installed and verified.\n',
    stderr: expect.stringContaining('luci llm enable here'),
  });
});

test('a split model is fetched part by part, appears as one, and goes as one', async () => {
  const spec = tinyGgufSpec();
  // As the splitter of llama.cpp writes them: what the model says of itself stands in the first part alone.
  const part = (index: number): Buffer =>
    writeGguf({
      keys: [
        ...(index === 0 ? spec.keys : []),
        ['split.no', u16(index)],
        ['split.count', u16(2)],
        ['split.tensors.count', { type: 'i32', value: spec.tensors.length }],
      ],
      tensors: spec.tensors.filter((_, at) => at % 2 === index),
    });
  const names = ['s-00001-of-00002.gguf', 's-00002-of-00002.gguf'];
  const parts = [part(0), part(1)];
  const files = parts.map((content, index) => ({ file: names[index], sizeBytes: content.length, sha256: digestOf(content) }));
  await home.own({ ...ownEntry('split'), file: undefined, repo: 'o/s', files });
  const served = parts.map((content, index) => hub.add({ repo: 'o/s', path: names[index] ?? '', bytes: content }));
  // While the second part cannot be had there is no model, and no part of one in the folder.
  served[1]?.faults.add({ kind: 'other-digest', times: 1 });
  expect((await install('split')).exitCode).toBe(6);
  expect(await installedNames()).toEqual([]);
  expect((await readdir(join(home.folder, 'models'))).filter((name) => name.endsWith('.gguf'))).toEqual([]);
  const sent = served[0]?.sentBytes ?? 0;
  expect(await install('split')).toMatchObject({ exitCode: 0 });
  expect(served[0]?.sentBytes).toBe(sent); // The first part was whole already.
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'split', sizeBytes: total, verified: true }]);
  expect(await home.luci(['ask', '-m', 'split', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  expect(await home.luci(['remove', 'split', '-y'])).toMatchObject({ exitCode: 0 });
  await expect(stat(join(home.folder, 'models', names[1] ?? ''))).rejects.toThrow();
});

test('the address of one part of a split model is all its parts', async () => {
  const [first = bytes, second = bytes] = [0, 1].map((index) => {
    const spec = tinyGgufSpec();
    const split: [string, TypedValue][] = [
      ['split.no', u16(index)],
      ['split.count', u16(2)],
      ['split.tensors.count', { type: 'raw', typeNumber: 5, bytes: Buffer.from(Int32Array.of(spec.tensors.length).buffer) }],
    ];
    const tensors = index === 0 ? spec.tensors.slice(0, 1) : spec.tensors.slice(1);
    return writeGguf({ ...spec, keys: index === 0 ? [...spec.keys, ...split] : split, tensors });
  });
  hub.add({ repo: 'o/big', path: 'big-F16-00001-of-00002.gguf', bytes: first });
  hub.add({ repo: 'o/big', path: 'big-F16-00002-of-00002.gguf', bytes: second });
  const address = (part: number): string => `${hub.endpoint}/o/big/resolve/main/big-F16-0000${part}-of-00002.gguf?download=true`;
  const planned = await install('--dry-run', address(2));
  expect(planned).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^ {2}big-F16 /m) });
  expect(await install('-y', address(2))).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('✓ big-F16 ') });
  expect((await readdir(join(home.folder, 'models'))).filter((name) => name.endsWith('.gguf')).sort()).toEqual([
    'big-F16-00001-of-00002.gguf',
    'big-F16-00002-of-00002.gguf',
  ]);
  expect((await home.luci(['ask', '-m', 'big-F16', 'hi'])).stdout).toBe(`${tinyReply}\n`);
  // A path of any part is the model.
  const laterPart = join(home.folder, 'models', 'big-F16-00002-of-00002.gguf');
  expect((await home.luci(['ask', '-m', laterPart, 'hi'])).stdout).toBe(`${tinyReply}\n`);
  // The address of another part is the same model.
  expect(await install('-y', address(1))).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await installedNames()).toEqual(['big-F16']);
});

test('luci show tells of a repository, a file or an address what an install would fetch; offline that it is not here', async () => {
  hub.add({ repo: 'o/two-GGUF', path: 'two-Q8_0.gguf', bytes });
  const show = (reference: string, ...flags: string[]) =>
    home.luci(['show', reference, ...flags], { environment: { HF_ENDPOINT: hub.endpoint } });
  for (const reference of ['o/two-GGUF', 'o/two-GGUF:Q8_0', 'hf:o/two-GGUF/two-Q8_0.gguf'])
    expect(await show(reference), reference).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/o\/two-GGUF:Q8_0[\s\S]*installed +no/),
    });
  expect(JSON.parse((await show(`${hub.endpoint}/o/two-GGUF/resolve/main/two-Q8_0.gguf`, '--json')).stdout)).toMatchObject({
    name: 'two-Q8_0',
    sizeBytes: bytes.length,
    installed: null,
  });
  expect(await show('o/two-GGUF:Q4_K_M')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('luci install o/two-GGUF:Q8_0') });
  // The hub of the test is this machine, which offline does not forbid.
  const offline = await home.luci(['show', 'o/two-GGUF', '--offline'], { environment: { HF_ENDPOINT: '' } });
  expect(offline).toMatchObject({ exitCode: 3, stderr: 'o/two-GGUF is not installed.\n  luci install o/two-GGUF\n' });
  expect(await installedNames()).toEqual([]);
});

test("the makers' own repository of a model luci knows names that model", async () => {
  hub.add({ repo: 'Qwen/Qwen2.5-Coder-1.5B-Instruct', path: 'model.safetensors', bytes });
  for (const reference of ['meta-llama/Llama-3.2-3B-Instruct', 'Qwen/Qwen2.5-Coder-1.5B-Instruct']) {
    const ran = await install(reference);
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toMatch(/\n {2}luci install (llama3\.2|qwen2\.5-coder-1\.5b)\n/);
  }
  expect((await install('o/nobody-knows')).stderr).not.toContain('luci install');
});

test.each([1e300, -5, 2.5])('a size of %s in a list is none: the file itself says how large it is', async (statedSize) => {
  hub.add({ repo: 'o/odd', path: 'odd-Q4_K_M.gguf', bytes }).statedSize = statedSize;
  const planned = await install('o/odd', '--dry-run');
  expect(planned.exitCode).toBe(0);
  expect(planned.stdout).not.toMatch(/e\+|TB|-\d|2\.5 B/);
  const installed = await install('o/odd', '-y');
  expect([installed.exitCode, await installedNames()]).toEqual([0, ['o/odd:Q4_K_M']]);
});

test('show cuts a name of 50,000 letters that a file has for itself', async () => {
  const spec = tinyGgufSpec();
  const keys = [...spec.keys.filter(([key]) => key !== 'general.name'), ['general.name', { type: 'string', value: 'n'.repeat(50_000) }]];
  const path = join(home.folder, 'long.gguf');
  await writeFile(path, writeGguf({ ...spec, keys: keys as typeof spec.keys }));
  const { stdout, exitCode } = await home.luci(['show', path]);
  expect([exitCode, stdout.length < 2_000]).toEqual([0, true]);
  expect(stdout).toContain(`${'n'.repeat(100)}`);
});

test.each([400, 416, 501])('a server that answers each range with %s is asked for the whole once', async (status) => {
  let ranges = 0;
  const server = createServer((request, response) => {
    if (request.headers.range !== undefined) {
      ranges += 1;
      return void response.writeHead(status).end('no');
    }
    response.writeHead(200, { 'Content-Length': bytes.length, 'Accept-Ranges': 'bytes' });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/whole-Q4_K_M.gguf`;
    const ran = await home.luci(['install', address, '-y']);
    expect([ran.exitCode, await installedNames()]).toEqual([0, ['whole-Q4_K_M']]);
    expect(ranges).toBeGreaterThan(0);
  } finally {
    server.close();
  }
});

test.each([
  ['fam:1b-q8_0', 'o/small'],
  ['fam:Q8_0', 'o/large'],
  ['fam-1b:UD-Q4_K_XL', 'o/small'],
])('%s is of the repository of %s', async (name, repo) => {
  await home.own(
    ownEntry('fam', { repo: 'o/large', sizeBytes: 10, sha256: 'a'.repeat(64) }),
    ownEntry('fam-1b', { repo: 'o/small', aliases: ['fam:1b'], sizeBytes: 10, sha256: 'b'.repeat(64) }),
  );
  for (const repository of ['o/small', 'o/large'])
    for (const quantization of ['Q8_0', 'UD-Q4_K_XL'])
      hub.add({ repo: repository, path: `${repository.slice(2)}-${quantization}.gguf`, bytes });
  expect((await install(name, '-y')).exitCode).toBe(0);
  expect((await installedNames()).join()).toContain(`${repo}:`);
});
