import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGgufSpec, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type GgufSpec, writeGguf } from '../fixtures/gguf/write-gguf.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { type Home, makeHome } from './luci-process.ts';

/** How much context a model gets, and what is said when it is not enough. */

let folder: string;
let home: Home;
/** Trained for 32,768 tokens. */
let long: string;
/** Trained for 2,048. */
let short: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci context '));
  home = await makeHome();
  const { keys, tensors } = tinyGgufSpec();
  const trained: GgufSpec['keys'] = keys.map(([key, value]) =>
    key === 'llama.context_length' ? [key, { type: 'u32', value: 32_768 }] : [key, value],
  );
  long = join(folder, 'long.gguf');
  short = join(folder, 'short.gguf');
  await writeFile(long, writeGguf({ keys: trained, tensors }));
  await writeFile(short, writeGguf({ keys, tensors }));
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function contextOf(path: string): Promise<number | undefined> {
  const { stdout } = await home.luci(['ps', '--json']);
  const { models } = JSON.parse(stdout) as { models: { path: string; engine: { contextLength: number } }[] };
  return models.find((model) => model.path === path)?.engine.contextLength;
}

test.each([
  ['what the model was trained for', () => short, {}, [], 2048],
  ['at most 16,384', () => long, {}, [], 16_384],
  ['as far as half of the memory holds it', () => long, { LUCI_MEMORY_BUDGET: '40MB' }, [], 4096],
  ['what is asked for', () => long, {}, ['--context', '20480'], 20_480],
  ['what is set', () => long, { LUCI_CONTEXT: '1024' }, [], 1024],
])('the context is %s', async (_, path, environment, flags, tokens) => {
  await home.luci(['stop']);
  expect(await home.luci(['ask', ...flags, '-m', path(), 'hi'], { environment })).toMatchObject({ stdout: `${tinyReply}\n` });
  expect(await contextOf(path())).toBe(tokens);
  expect((await home.luci(['ps'])).stdout).toContain(String(tokens));
});

/** A text of so many tokens: letters that stand alone. */
const textOf = (tokens: number): string => 'a b '.repeat(Math.ceil(tokens / 4));

/** The way out as the error tells it. */
function proposed(stderr: string): string | undefined {
  return /--context (\d+)/.exec(stderr)?.[1];
}

const engines = findLlamaServer() === undefined ? ['embedded'] : ['embedded', 'llama-server'];
test.each(engines)('%s: an overflow tells what was given, what the model can hold, and a context that is enough', async (engine) => {
  const environment = { LUCI_ENGINE: engine, LUCI_LLAMA_SERVER: findLlamaServer() ?? '' };
  await home.luci(['stop']);
  const text = textOf(3000);
  const first = await home.luci(['ask', '--context', '512', '-m', long, text], { environment });
  expect(first).toMatchObject({ exitCode: 2, stdout: '' });
  expect(first.stderr).toMatch(/The prompt has \d+ tokens; the context holds 512, the model can hold 32768\./);
  const tokens = proposed(first.stderr) ?? '';
  expect(await home.luci(['ask', '--context', tokens, '-m', long, text], { environment })).toMatchObject({ stdout: `${tinyReply}\n` });
  const never = await home.luci(['ask', '--context', '512', '-m', short, text], { environment });
  expect(never.stderr).toContain('the model can hold 2048');
  expect(proposed(never.stderr)).toBeUndefined();
  expect(never.stderr).toContain('with less text');
});

test('a chat says the same, and tells when questions are left out', async () => {
  const over = await home.luci(['chat', '--context', '512', '-m', long], { stdin: `${textOf(2000)}\n` });
  const tokens = proposed(over.stderr) ?? '';
  expect(over.stderr).toContain('the model can hold 32768');
  const enough = await home.luci(['chat', '--context', tokens, '-m', long], { stdin: `${textOf(2000)}\n` });
  expect(enough).toMatchObject({ stdout: `${tinyReply}\n`, stderr: '' });
  await home.luci(['stop']);
  const line = textOf(200);
  const full = await home.luci(['chat', '--context', '512', '-m', long], { stdin: `${line}\n${line}\n${line}\n` });
  expect(full.stdout).toBe(`${tinyReply}\n`.repeat(3));
  expect(full.stderr).toMatch(/\(\d of the first questions no longer fits? and (is|are) not seen by the model\)/);
});

test('more than the model was trained for is refused with a context that is not', async () => {
  await home.luci(['stop']);
  const refused = await home.luci(['ask', '--context', '4096', '-m', short, 'hi']);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('trained for a context of 2048') });
  const tokens = proposed(refused.stderr) ?? '';
  expect(await home.luci(['ask', '--context', tokens, '-m', short, 'hi'])).toMatchObject({ stdout: `${tinyReply}\n` });
});
