import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { tinyGgufSpec, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type TypedValue, writeGguf } from '../fixtures/gguf/write-gguf.ts';

/** A file that ends the process which loads it takes nobody else's answer with it, is named with the reason, and is refused from then on. */

let folder: string;
let home: Home;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci trial '));
  home = await makeHome();
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const string = (value: string): TypedValue => ({ type: 'string', value });
const words = (...value: string[]): TypedValue => ({ type: 'array', of: 'string', value });

/** Files the header's check has no objection to. `mark` makes bytes nobody has seen. */
async function fileWith(name: string, mark: string, ...changed: readonly (readonly [key: string, value: TypedValue])[]): Promise<string> {
  const spec = tinyGgufSpec();
  const names = new Set(changed.map(([key]) => key));
  const keys = [...spec.keys.filter(([key]) => !names.has(key)), ['general.description', string(mark)] as const, ...changed];
  const path = join(folder, `${name}.gguf`);
  await writeFile(path, writeGguf({ ...spec, keys }));
  return path;
}

const oddTokenizer = ['tokenizer.ggml.model', string('bert')] as const;
const endless = ['tokenizer.ggml.model', string('rwkv')] as const;
const sameTokens = ['tokenizer.ggml.tokens', words(...Array.from({ length: 384 }, (_, index) => `t${index % 7}`))] as const;

async function enginePid(): Promise<unknown> {
  return (JSON.parse((await home.luci(['ps', '--json'])).stdout) as { pid?: unknown } | null)?.pid;
}

test('good files answer while bad ones are tried; each bad one is refused by name, with the reason, and the engine stays', async () => {
  const good = await fileWith('good', 'good');
  expect(await home.luci(['ask', '-m', good, 'hi'])).toMatchObject({ stdout: `${tinyReply}\n`, exitCode: 0 });
  const pid = await enginePid();
  const bad = await Promise.all([
    ...[1, 2, 3].map((mark) => fileWith(`tokenizer-${mark}`, String(mark), oddTokenizer)),
    ...[1, 2, 3].map((mark) => fileWith(`tokens-${mark}`, String(mark), sameTokens)),
  ]);
  const asked = [good, ...bad.flatMap((path) => [path, good])];
  const answers = await Promise.all(asked.map((path) => home.luci(['ask', '-m', path, 'hi'])));
  for (const [index, path] of asked.entries()) {
    const answer = answers[index];
    if (path === good) expect(answer).toMatchObject({ stdout: `${tinyReply}\n`, exitCode: 0 });
    else
      expect(answer, path).toMatchObject({ exitCode: 6, stderr: expect.stringContaining(`${path} is not loaded: it ended the process`) });
  }
  expect(await enginePid()).toBe(pid);
});

test('a load without end is ended at its limit of memory and remembered; asked again it is refused without another try', async () => {
  const path = await fileWith('endless', 'limit', endless);
  const first = await home.luci(['ask', '-m', path, 'hi']);
  expect(first).toMatchObject({ exitCode: 6, stderr: expect.stringMatching(/it took more than 1\.\d+ GB of memory/) });
  const recorded = await readFile(join(home.folder, 'state', 'trials.json'), 'utf8');
  const second = await home.luci(['ask', '-m', path, 'hi']);
  expect(second).toMatchObject({ exitCode: 6, stderr: first.stderr });
  expect(await readFile(join(home.folder, 'state', 'trials.json'), 'utf8')).toBe(recorded);
});

test('--force tries a refused file again: what works now answers, and from then on without it; what does not is refused anew', async () => {
  const path = await fileWith('forced', 'force');
  const record = join(home.folder, 'state', 'trials.json');
  expect(await home.luci(['ask', '-m', path, 'hi'])).toMatchObject({ exitCode: 0 });
  // As it is after an engine that ended for another reason, as a machine out of memory.
  const before = JSON.parse(await readFile(record, 'utf8')) as { trials: Record<string, unknown> };
  const [fingerprint = ''] = Object.keys(before.trials).slice(-1);
  before.trials[fingerprint] = { works: false, reason: 'signal SIGKILL', at: '2026-01-01T00:00:00.000Z' };
  await writeFile(record, JSON.stringify(before));
  await home.luci(['stop']);
  const refused = await home.luci(['ask', '-m', path, 'hi']);
  expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('luci ask --force -m') });
  expect(await home.luci(['chat', '-m', path], { stdin: 'hi\n' })).toMatchObject({ stderr: expect.stringContaining('signal SIGKILL') });
  expect(await home.luci(['chat', '--force', '-m', path], { stdin: 'hi\n' })).toMatchObject({ stdout: `${tinyReply}\n`, stderr: '' });
  await home.luci(['stop']);
  expect(await home.luci(['ask', '-m', path, 'hi'])).toMatchObject({ stdout: `${tinyReply}\n`, exitCode: 0 });
  const bad = await fileWith('tokens-forced', 'force', sameTokens);
  for (const how of [[], ['--force'], []])
    expect(await home.luci(['ask', ...how, '-m', bad, 'hi']), how.join()).toMatchObject({ exitCode: 6 });
});

test('who gives up waiting ends the load: nothing goes on in the background', async () => {
  const path = await fileWith('given-up', 'abort', endless);
  let pid: number | undefined;
  const asked = home.luci(['ask', '-m', path, 'hi'], {
    onStart: (started) => {
      pid = started;
    },
  });
  await expect.poll(() => trialsOf(path), { timeout: 20_000 }).toBe(1);
  if (pid !== undefined) process.kill(pid, 'SIGINT');
  expect(await asked).toMatchObject({ exitCode: 130 });
  await expect.poll(() => trialsOf(path), { timeout: 2000 }).toBe(0);
});

/** Processes that try a file. */
async function trialsOf(path: string): Promise<number> {
  const { execFileSync } = await import('node:child_process');
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes('--trial') && line.includes(path)).length;
}

test('an architecture the engine does not know is named, with the ways out', async () => {
  const spec = tinyGgufSpec();
  const keys = spec.keys.map(([key, value]) => [key.replace(/^llama\./, 'futurelm.'), value] as const);
  const named = keys.map(([key, value]) => [key, key === 'general.architecture' ? string('futurelm') : value] as const);
  const path = join(folder, 'future.gguf');
  await writeFile(path, writeGguf({ ...spec, keys: named }));
  const { exitCode, stderr } = await home.luci(['ask', '-m', path, 'hi']);
  expect(stderr).toContain("unknown model architecture: 'futurelm'");
  expect(stderr).toContain('luci runtime add llama-server');
  expect(exitCode).toBe(7);
});

test('a trial that was ended leaves no folder behind', async () => {
  const before = await trialFolders();
  const path = await fileWith('leftover', 'leftover', oddTokenizer);
  expect(await home.luci(['ask', '-m', path, 'hi'])).toMatchObject({ exitCode: 6 });
  expect(await trialFolders()).toEqual(before);
});

async function trialFolders(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('luci-trial-'));
}

test.each([
  ['tokenizer.ggml.model', string('gpt2'), 'cannot find tokenizer merges', 'luci show'],
  ['tokenizer.ggml.pre', string('futurepre'), "unknown pre-tokenizer type: 'futurepre'", 'newer than the engine'],
])('the way out of a load that failed for %s fits the reason, and works for a path', async (key, value, reason, way) => {
  const merges = ['tokenizer.ggml.merges', words('H e')] as const;
  const keys =
    key === 'tokenizer.ggml.pre'
      ? [[key, value] as const, ['tokenizer.ggml.model', string('gpt2')] as const, merges]
      : [[key, value] as const];
  const path = await fileWith(`way out ${key}`, key, ...keys);
  const { exitCode, stderr } = await home.luci(['ask', '-m', path, 'hi']);
  expect(exitCode).toBe(7);
  expect(stderr).toContain(reason);
  expect(stderr).toContain(way);
  expect(stderr).not.toContain('luci verify');
  if (way === 'luci show') {
    expect(stderr).toContain(`luci show "${path}"`);
    expect((await home.luci(['show', path])).exitCode).toBe(0);
  }
});
