import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply, tinySplit } from '../fixtures/gguf/tiny-gguf.ts';
import type { Fault } from '../fixtures/hub/faults.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome } from './luci-process.ts';

const bytes = tinyGguf();
const sha256 = createHash('sha256').update(bytes).digest('hex');

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

const llama = {
  repo: 'bartowski/Llama-3.2-3B-Instruct-GGUF',
  commit: '5ab33fa94d1d04e903623ae72c95d1696f09f9e8',
  path: 'Llama-3.2-3B-Instruct-Q4_K_M.gguf',
};

/** The entry of llama3.2 at its real repository, commit and path, with the small file's digest. */
async function pinSmallLlama(pin: { sha256?: string } = {}): Promise<void> {
  const entry = {
    name: 'llama3.2',
    aliases: ['llama3.2:3b'],
    parametersB: 3.21,
    tier: 1,
    license: 'llama3.2',
    quantization: 'Q4_K_M',
    repo: llama.repo,
    revision: llama.commit,
    file: llama.path,
    sizeBytes: bytes.length,
    sha256,
    ...pin,
  };
  await home.own(entry);
}

const environment = (): Record<string, string> => ({ HF_ENDPOINT: hub.endpoint });
const partials = async (): Promise<string[]> => readdir(join(home.folder, 'models', '.partial')).catch(() => []);
const models = async (): Promise<string[]> =>
  (await readdir(join(home.folder, 'models')).catch(() => [])).filter((name) => !name.startsWith('.'));

test('luci install llama3.2 fetches that entry, verifies it, says how to use it, and does nothing the second time', async () => {
  await pinSmallLlama();
  hub.add({ ...llama, bytes });
  const ran = await home.luci(['install', 'Llama3.2:3B'], { environment: environment() });
  expect(ran.exitCode).toBe(0);
  expect(ran.stderr).toMatch(/✓ llama3\.2 {2}1\.37 MB in .*, sha256 [0-9a-f]{8}….* verified/);
  expect(ran.stdout).toBe('  luci ask -m llama3.2 "…"     luci chat -m llama3.2     luci test llama3.2\n');
  expect((await readFile(join(home.folder, 'models', llama.path))).equals(bytes)).toBe(true);
  const [resolve] = hub.requests;
  expect(resolve?.path).toBe(`/${llama.repo}/resolve/${llama.commit}/${llama.path}`);

  const requests = hub.requests.length;
  const again = await home.luci(['install', 'llama3.2'], { environment: environment() });
  expect(again).toMatchObject({
    exitCode: 0,
    stdout: 'llama3.2 is installed and verified.\n  luci ask -m llama3.2 "…"     luci chat -m llama3.2     luci test llama3.2\n',
  });
  expect(hub.requests).toHaveLength(requests);

  expect(await home.luci(['ask', '-m', 'llama3.2', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
});

test('wrong bytes are exit 6 and leave nothing', async () => {
  await pinSmallLlama();
  hub.add({ ...llama, bytes, faults: [{ kind: 'flip', byte: 800_000, times: 9 }] });
  const ran = await home.luci(['install', 'llama3.2'], { environment: environment() });
  expect(ran).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining('not the pinned ones') });
  expect([...(await models()), ...(await partials())]).toEqual([]);
});

test('a file that the hub replaced is refused before its first byte', async () => {
  await pinSmallLlama({ sha256: 'a'.repeat(64) });
  const served = hub.add({ ...llama, bytes });
  const ran = await home.luci(['install', 'llama3.2'], { environment: environment() });
  expect(ran).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('Nothing was fetched') });
  expect(served.sentBytes).toBeLessThanOrEqual(1);
});

/** Sends a signal once so many bytes are on their way and `shown` is on stderr, and gives back how the command ended. */
async function interrupt(signal: NodeJS.Signals, args: readonly string[], served: { sentBytes: number }, fromBytes: number, shown = '') {
  let pid = 0;
  let stderr = '';
  const onStderr = (text: string): void => {
    stderr += text;
  };
  const running = home.luci(args, { environment: environment(), onStart: (started) => (pid = started), onStderr });
  const isReached = (): boolean => (fromBytes < 0 ? hub.requests.length > 0 : served.sentBytes >= fromBytes);
  while (!isReached() || !stderr.includes(shown)) await new Promise((done) => setTimeout(done, 10));
  process.kill(pid, signal);
  return running;
}

test.each([
  ['SIGINT', 130, [], false],
  ['SIGINT', 130, ['--keep-partial'], true],
  ['SIGTERM', 143, [], true],
  ['SIGHUP', 129, [], true],
] as const)('%s in the middle is exit %i; with %j partial data stays: %s', async (signal, exitCode, flags, stays) => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 500_000 });
  const ran = await interrupt(signal, ['install', 'llama3.2', ...flags], served, 200_000);
  expect(ran).toMatchObject({ exitCode, stdout: '' });
  expect((await partials()).length > 0).toBe(stays);
  expect(await models()).toEqual([]);
  if (!stays) return;
  const before = served.sentBytes;
  Object.assign(served, { bytesPerSecond: undefined });
  expect(await home.luci(['install', 'llama3.2'], { environment: environment() })).toMatchObject({ exitCode: 0 });
  expect(served.sentBytes - before).toBeLessThan(bytes.length - 100_000);
});

test('Ctrl+C while the hub does not answer yet is exit 130 and leaves nothing', async () => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, faults: [{ kind: 'silent', side: 'hub', times: 9 }] });
  const ran = await interrupt('SIGINT', ['install', 'llama3.2'], served, -1);
  expect(ran).toMatchObject({ exitCode: 130, stdout: '' });
  expect(await partials()).toEqual([]);
});

test('Ctrl+C twice is exit 130 at once, and the next run starts clean', async () => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 500_000 });
  let pid = 0;
  const running = home.luci(['install', 'llama3.2'], { environment: environment(), onStart: (started) => (pid = started) });
  while (served.sentBytes < 200_000) await new Promise((done) => setTimeout(done, 10));
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGINT');
  expect(await running).toMatchObject({ exitCode: 130, stdout: '' });
  // At this rate the rest would have taken seconds: it was left, not waited for.
  expect(served.sentBytes).toBeLessThan(bytes.length);
  Object.assign(served, { bytesPerSecond: undefined });
  expect(await home.luci(['install', 'llama3.2'], { environment: environment() })).toMatchObject({ exitCode: 0 });
  expect(await partials()).toEqual([]);
  expect((await readFile(join(home.folder, 'models', llama.path))).equals(bytes)).toBe(true);
});

test('Ctrl+C during a wait the hub asked for is exit 130 at once, and the wait had been said', async () => {
  await pinSmallLlama();
  const limits = { RateLimit: '"resolvers";r=0;t=55', 'RateLimit-Policy': '"fixed window";"resolvers";q=3000;w=300' };
  const served = hub.add({ ...llama, bytes, faults: [{ kind: 'status', side: 'hub', status: 429, headers: limits }] });
  const ran = await interrupt('SIGINT', ['install', 'llama3.2'], served, -1, 'waiting 56 s');
  expect(ran).toMatchObject({ exitCode: 130, stdout: '' });
  expect(ran.stderr).toMatch(/waiting 56 s: .* asks to slow down \(429\)/);
  // The wait was left, not waited for: nothing was asked after it.
  expect(hub.requests).toHaveLength(1);
});

test('what was paused is listed with what it has, and clean removes it and nothing else', async () => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 500_000 });
  const paused = await interrupt('SIGINT', ['install', 'llama3.2', '--keep-partial'], served, 400_000);
  expect(paused.stderr).toMatch(/Paused at \d+ %\. Run the same command to continue\./);
  const [listed] = JSON.parse((await home.luci(['list', '--partial', '--json'])).stdout) as { file: string; haveBytes: number }[];
  expect(listed).toMatchObject({ file: llama.path, sizeBytes: bytes.length });
  expect(listed?.haveBytes).toBeGreaterThan(100_000);
  expect((await home.luci(['list', '--partial'])).stdout).toContain(llama.path);
  expect(await home.luci(['clean', '--partial', '-y'])).toMatchObject({ exitCode: 0 });
  expect(await partials()).toEqual([]);
  expect(JSON.parse((await home.luci(['list', '--partial', '--json'])).stdout)).toEqual([]);
});

test('"download": {"keepPartial": true} of config.json makes Ctrl+C a pause', async () => {
  await pinSmallLlama();
  await writeFile(join(home.folder, 'config.json'), '{"download": {"keepPartial": true}}');
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 500_000 });
  expect(await interrupt('SIGINT', ['install', 'llama3.2'], served, 200_000)).toMatchObject({ exitCode: 130 });
  expect((await partials()).some((name) => name.endsWith('.part'))).toBe(true);
});

test('kill -9 loses at most the bytes of the last second', async () => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 400_000 });
  const ran = await interrupt('SIGKILL', ['install', 'llama3.2'], served, 900_000);
  expect(ran.exitCode).toBe(null);
  const before = served.sentBytes;
  Object.assign(served, { bytesPerSecond: undefined });
  expect(await home.luci(['install', 'llama3.2'], { environment: environment() })).toMatchObject({ exitCode: 0 });
  expect(served.sentBytes - before).toBeLessThan(bytes.length - 300_000);
});

test('two installs of one model at once both succeed, and its bytes are fetched once', async () => {
  await pinSmallLlama();
  const served = hub.add({ ...llama, bytes, bytesPerSecond: 1_000_000 });
  const both = await Promise.all([1, 2].map(() => home.luci(['install', 'llama3.2'], { environment: environment() })));
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(served.sentBytes).toBeLessThan(bytes.length * 1.5);
  expect(await models()).toEqual([llama.path]);
});

test('no network is exit 4 with the next command, and takes no minute', async () => {
  await pinSmallLlama();
  const ran = await home.luci(['install', 'llama3.2'], { environment: { HF_ENDPOINT: 'http://127.0.0.1:9' } });
  expect(ran).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('connection refused') });
  expect(ran.stderr).toContain('luci install llama3.2');
}, 60_000);

test('a repository is installed by name and quantization, and its first pin is held', async () => {
  const served = hub.add({ repo: 'owner/tiny-GGUF', path: 'tiny-Q8_0.gguf', bytes });
  const ran = await home.luci(['install', 'owner/tiny-GGUF:q8_0'], { environment: environment() });
  expect(ran).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('nobody vouched for it') });
  expect(await home.luci(['ask', '-m', 'owner/tiny-GGUF', 'hi'])).toMatchObject({ stdout: `${tinyReply}\n` });
  await home.luci(['remove', 'owner/tiny-GGUF:Q8_0', '-y']);
  served.faults.add({ kind: 'other-digest', times: 9 });
  const again = await home.luci(['install', 'owner/tiny-GGUF:Q8_0'], { environment: environment() });
  expect(again).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('other bytes') });
});

test('an address is installed, and its query never reaches a file', async () => {
  hub.add({ repo: 'owner/tiny', path: 'mine.gguf', bytes });
  const url = `${hub.endpoint}/owner/tiny/resolve/main/mine.gguf?signature=secret-part`;
  expect(await home.luci(['install', url, '-y'])).toMatchObject({ exitCode: 0 });
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'mine', sha256, verified: true }]);
  for (const file of await readdir(join(home.folder, 'state'))) {
    expect(await readFile(join(home.folder, 'state', file), 'utf8')).not.toContain('secret-part');
  }
});

test('a size nobody stated is asked from the hub for the plan, and reckoned offline', async () => {
  const entry = {
    name: 'unsized',
    parametersB: 1,
    tier: 0,
    license: 'MIT',
    quantization: 'Q4_0',
    repo: 'o/r',
    file: 'u.gguf',
  };
  await home.own(entry);
  hub.add({ repo: 'o/r', path: 'u.gguf', bytes });
  const plan = async (...flags: string[]) => {
    const { stdout } = await home.luci(['install', 'unsized', '--dry-run', '--json', ...flags], { environment: environment() });
    return JSON.parse(stdout.split('\n')[0] ?? '');
  };
  expect(await plan()).toMatchObject({ bytesToFetch: bytes.length, isSizeKnown: true });
  expect(await plan('--offline')).toMatchObject({ bytesToFetch: 575_000_000, isSizeKnown: false });
  // Offline with no source on this machine nobody is asked: it cannot be done.
  expect(await home.luci(['install', 'unsized', '--offline'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('about 575 MB'),
  });
});

const partNames = ['s-00001-of-00002.gguf', 's-00002-of-00002.gguf'] as const;

/** A catalogue entry of two parts, and the hub that has them. */
async function serveSplit(parts: readonly Buffer[], faults: readonly Fault[] = []) {
  const files = parts.map((part, index) => ({
    file: partNames[index],
    sizeBytes: part.length,
    sha256: createHash('sha256').update(part).digest('hex'),
  }));
  const entry = { name: 'split', parametersB: 1, tier: 0, license: 'MIT', quantization: 'F16', repo: 'o/s', files };
  await home.own(entry);
  const [first, second] = parts;
  if (!first || !second) throw new Error('two parts are wanted');
  return [
    hub.add({ repo: 'o/s', path: partNames[0], bytes: first }),
    hub.add({ repo: 'o/s', path: partNames[1], bytes: second, faults }),
  ] as const;
}

test('a split model is there when all of its parts are, and asks like any other', async () => {
  const [first, second] = await serveSplit(tinySplit(), [{ kind: 'status', side: 'cdn', status: 403, after: 1, times: 99 }]);
  const failed = await home.luci(['install', 'split'], { environment: environment() });
  expect(failed.exitCode).toBe(4);
  // All or none: the first part waits, verified, where no command sees a model.
  expect(await models()).toEqual([]);
  expect(await partials()).toContain(`whole-${partNames[0]}`);

  const sent = first.sentBytes;
  second.faults.clear();
  expect(await home.luci(['install', 'split'], { environment: environment() })).toMatchObject({ exitCode: 0 });
  expect(first.sentBytes - sent).toBe(0);
  expect(await models()).toEqual([...partNames]);
  expect(await partials()).toEqual([]);
  expect(await home.luci(['ask', '-m', 'split', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
});

test('Ctrl+C in the second part of a split model deletes the first one too; paused, both are listed', async () => {
  const [, second] = await serveSplit(tinySplit());
  Object.assign(second, { bytesPerSecond: 300_000 });
  const paused = await interrupt('SIGINT', ['install', 'split', '--keep-partial'], second, 200_000);
  expect(paused.exitCode).toBe(130);
  const listed = JSON.parse((await home.luci(['list', '--partial', '--json'])).stdout) as { file: string }[];
  expect(listed.map(({ file }) => file).sort()).toEqual([...partNames]);
  const deleted = await interrupt('SIGINT', ['install', 'split'], second, second.sentBytes + 100_000);
  expect(deleted).toMatchObject({ exitCode: 130, stderr: expect.stringMatching(/^Cancelled\. Deleted .* of partial data/m) });
  expect([...(await models()), ...(await partials())]).toEqual([]);
});

test('DL-26, of a split model only the bad part is fetched again', async () => {
  const [first, second] = await serveSplit(tinySplit());
  await home.luci(['install', 'split'], { environment: environment() });
  const path = join(home.folder, 'models', partNames[1]);
  const content = await readFile(path);
  content.writeUInt8(content.readUInt8(content.length - 9) ^ 1, content.length - 9);
  await writeFile(path, content);
  expect((await home.luci(['verify', 'split'])).exitCode).toBe(6);
  const before = { first: first.sentBytes, second: second.sentBytes };
  expect(await home.luci(['verify', 'split', '--repair'], { environment: environment() })).toMatchObject({ exitCode: 0 });
  expect(first.sentBytes).toBe(before.first);
  expect(second.sentBytes).toBeGreaterThan(before.second);
  expect(await home.luci(['ask', '-m', 'split', 'hi'])).toMatchObject({ stdout: `${tinyReply}\n` });
});

test('what cannot be a model is refused from its first part', async () => {
  await serveSplit([bytes.subarray(0, 1000), bytes.subarray(1000)]);
  expect((await home.luci(['install', 'split'], { environment: environment() })).exitCode).toBe(6);
  expect([...(await models()), ...(await partials())]).toEqual([]);
});

test('a path is linked, its original untouched; with --copy it is copied; an edit is noticed', async () => {
  const original = join(home.folder, 'my model é.gguf');
  await writeFile(original, bytes);
  expect(await home.luci(['install', original])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('my model é') });
  const linked = join(home.folder, 'models', 'my model é.gguf');
  expect((await stat(linked)).ino).toBe((await stat(original)).ino);
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'my model é', verified: true }]);
  await writeFile(original, Buffer.concat([bytes, Buffer.alloc(10)]));
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'my model é', verified: false }]);

  const second = join(home.folder, 'second.gguf');
  await writeFile(second, Buffer.concat([bytes, Buffer.alloc(20)]));
  await home.luci(['install', second, '--copy']);
  expect((await stat(join(home.folder, 'models', 'second.gguf'))).ino).not.toBe((await stat(second)).ino);
  expect(await readFile(second)).toHaveLength(bytes.length + 20);
});

test('a file that luci did not fetch goes to the trash, one it fetched is deleted, and no other file is touched', async () => {
  await pinSmallLlama();
  hub.add({ ...llama, bytes });
  await home.luci(['install', 'llama3.2'], { environment: environment() });
  const mine = join(home.folder, 'models', 'mine.gguf');
  await writeFile(mine, Buffer.concat([bytes, Buffer.alloc(7)]));
  const refused = await home.luci(['remove', 'mine']);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('-y') });
  const removed = JSON.parse((await home.luci(['remove', 'mine', '-y', '--json'])).stdout);
  expect(removed).toMatchObject({ removed: 'mine', freedBytes: 0 });
  expect(await readdir(removed.movedTo)).toEqual(['mine.gguf']);
  expect(await models()).toEqual([llama.path]);
  expect(await home.luci(['rm', 'llama3.2', '-y'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('1.37 MB are free again'),
  });
  expect(await models()).toEqual([]);
});

test('a home on a disk without room is refused before a byte moves', async () => {
  const entry = {
    name: 'huge',
    parametersB: 900_000,
    tier: 3,
    license: 'MIT',
    quantization: 'F16',
    repo: 'o/h',
    file: 'h.gguf',
    sizeBytes: 1e15,
    sha256,
  };
  await home.own(entry);
  const ran = await home.luci(['install', 'huge', '-y'], { environment: environment() });
  expect(ran).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/Needs 1000 TB on disk, .* Nothing was fetched/) });
  expect(hub.requests).toEqual([]);
});

test('a disk that fills up on the way is exit 5, keeps what is there, and goes on later', async () => {
  await pinSmallLlama();
  hub.add({ ...llama, bytes });
  // A limit on the size of files stands for the disk: writes beyond it fail like those on a full one.
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
  const child = spawn('sh', ['-c', `trap '' XFSZ; ulimit -f 1400; exec "$0" "$@"`, process.execPath, program, 'install', 'llama3.2'], {
    env: { ...process.env, LUCI_HOME: home.folder, ...environment() },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('Cannot write a download') });
  expect(await models()).toEqual([]);
  expect(await home.luci(['install', 'llama3.2'], { environment: environment() })).toMatchObject({ exitCode: 0 });
});

test.each(['writev', 'datasync', 'journal'])(
  'case 22, a disk that is full when %s comes: exit 5, what came is kept, goes on later',
  async (fault) => {
    await pinSmallLlama();
    const served = hub.add({ ...llama, bytes, bytesPerSecond: 800_000 });
    const guard = join(import.meta.dirname, '..', 'fixtures', 'full-disk.cjs');
    const disk = { NODE_OPTIONS: `--require=${guard}`, DISK_FAULT: fault, DISK_ROOM: '600000' };
    const ran = await home.luci(['install', 'llama3.2'], { environment: { ...environment(), ...disk } });
    expect(ran).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('the disk is full') });
    expect(await models()).toEqual([]);
    expect((await partials()).some((name) => name.endsWith('.part'))).toBe(true);
    const before = served.sentBytes;
    expect(await home.luci(['install', 'llama3.2'], { environment: environment() })).toMatchObject({ exitCode: 0 });
    expect(served.sentBytes - before).toBeLessThan(bytes.length - 100_000);
  },
);

test('--json prints the events of an install one a line, and nothing else on stdout', async () => {
  await pinSmallLlama();
  hub.add({ ...llama, bytes });
  const ran = await home.luci(['install', 'llama3.2', '--json'], { environment: environment() });
  const events = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ type: 'installed', model: { name: 'llama3.2' } });
  expect(ran.stdout).not.toMatch(/Signature|hf_/);
});

test("a file dropped into the folder has the catalogue's name, and installing it only reads its bytes", async () => {
  await pinSmallLlama();
  await mkdir(join(home.folder, 'models'), { recursive: true });
  await writeFile(join(home.folder, 'original'), bytes);
  await link(join(home.folder, 'original'), join(home.folder, 'models', llama.path));
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'llama3.2', tier: 1, verified: false }]);
  expect((await home.luci(['install', 'llama3.2', '--dry-run', '--offline'])).stdout).toMatch(
    /llama3\.2 .* to verify[\s\S]*nothing to fetch/,
  );
  expect(await home.luci(['install', 'llama3.2', '--offline'])).toMatchObject({ exitCode: 0 });
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'llama3.2', verified: true, sha256 }]);
});
