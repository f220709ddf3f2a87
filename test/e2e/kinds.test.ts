import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { tinyGgufSpec, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type GgufSpec, writeGguf } from '../fixtures/gguf/write-gguf.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { type Home, makeHome } from './luci-process.ts';

/** What a file is for decides what it is asked: models that chat, that continue text, that make vectors, that score texts. */

let folder: string;
let home: Home;
const paths = { chat: '', base: '', embedding: '', reranker: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci kinds '));
  home = await makeHome();
  const { keys, tensors } = tinyGgufSpec();
  const pooling = (value: number): GgufSpec['keys'] => [...keys, ['llama.pooling_type', { type: 'u32', value }]];
  const files = {
    chat: keys,
    base: keys.filter(([key]) => key !== 'tokenizer.chat_template'),
    embedding: pooling(1),
    reranker: pooling(4),
  } as const;
  for (const kind of Object.keys(files) as (keyof typeof files)[]) {
    paths[kind] = join(folder, `${kind}.gguf`);
    await writeFile(paths[kind], writeGguf({ keys: files[kind], tensors }));
  }
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const baseLine = 'This is a base model: it continues the text.';

test('a base model continues the text alone: ask says so once, --raw does not', async () => {
  const asked = await home.luci(['ask', '-m', paths.base, '--json', 'hi']);
  const { usage } = JSON.parse(asked.stdout) as { usage: { promptTokens: number } };
  // Two letters and the token that begins a text; no wrapper stands around them.
  expect(usage.promptTokens).toBeLessThanOrEqual(3);
  expect(asked.stderr.split(baseLine)).toHaveLength(2);
  expect(await home.luci(['ask', '-m', paths.base, 'hi'])).toMatchObject({ stdout: `${tinyReply}\n`, exitCode: 0 });
  expect(await home.luci(['ask', '--raw', '-m', paths.base, 'hi'])).toMatchObject({ stdout: `${tinyReply}\n`, stderr: '' });
});

test('--raw of a chat model sends the text without its template', async () => {
  const tokensOf = async (...how: string[]): Promise<number> => {
    const { stdout } = await home.luci(['ask', ...how, '-m', paths.chat, '--json', 'hi']);
    return (JSON.parse(stdout) as { usage: { promptTokens: number } }).usage.promptTokens;
  };
  expect(await tokensOf('--raw')).toBeLessThanOrEqual(3);
  expect(await tokensOf()).toBeGreaterThan(10);
});

test('a base model is not chatted with, and the way out works', async () => {
  const { exitCode, stderr } = await home.luci(['chat', '-m', paths.base], { stdin: 'hi\n' });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('is a base model: it continues text') });
  expect(stderr).toContain(`luci ask -m "${paths.base}"`);
});

test('what makes no text is refused by ask and chat with what it is for', async () => {
  const embedding = await home.luci(['ask', '-m', paths.embedding, 'hi']);
  expect(embedding).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringContaining('is an embedding model: it makes vectors') });
  expect(embedding.stderr).toContain(`luci embed -m "${paths.embedding}"`);
  expect(await home.luci(['chat', '-m', paths.embedding], { stdin: 'hi\n' })).toMatchObject({ exitCode: 7, stdout: '' });
  const reranker = await home.luci(['ask', '-m', paths.reranker, 'hi']);
  expect(reranker).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('is a reranking model: it scores') });
  expect(await home.luci(['embed', '-m', paths.reranker, 'hi'])).toMatchObject({
    exitCode: 7,
    stderr: expect.stringContaining('makes no vectors'),
  });
});

test('what an install says comes next works with a model of that kind', async () => {
  await using fresh = await makeHome();
  const next = async (kind: keyof typeof paths): Promise<string> => (await fresh.luci(['install', '-y', paths[kind]])).stdout.trim();
  expect(await next('chat')).toMatch(/^luci ask -m chat .* luci chat -m chat .* luci test chat$/);
  expect(await next('base')).not.toContain('luci chat');
  expect(await next('embedding')).toBe('luci embed -m embedding "…"');
  expect((await fresh.luci(['embed', '-m', 'embedding', 'a text'])).exitCode).toBe(0);
  expect(await next('reranker')).toBe('luci show reranker');
});

test('embed: one vector a text, from words or from lines of stdin', async () => {
  const { stdout, exitCode } = await home.luci(['embed', '-m', paths.embedding, 'two', 'words']);
  expect(exitCode).toBe(0);
  const vector = JSON.parse(stdout) as number[];
  expect(vector).toHaveLength(384);
  const lines = await home.luci(['embed', '-m', paths.embedding, '--json'], { stdin: 'two words\n\nanother\n' });
  const said = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; vector: number[]; model: string });
  expect(said.map(({ text, model }) => [text, model])).toEqual([
    ['two words', paths.embedding],
    ['another', paths.embedding],
  ]);
  expect(said[0]?.vector).toEqual(vector);
  expect(said[1]?.vector).not.toEqual(vector);
  expect(await home.luci(['embed', '-m', paths.embedding], { stdin: '\n' })).toMatchObject({ exitCode: 2 });
  expect(await home.luci(['embed', '-m', paths.embedding], { stdin: 'word '.repeat(3000) })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('the model can hold 2048'),
  });
});

test('show of a path tells the facts of the file; of none, that there is none', async () => {
  const { stdout } = await home.luci(['show', paths.embedding, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'embedding', architecture: 'llama', quantization: 'F16', contextLength: 2048 });
  const words = await home.luci(['show', paths.base]);
  expect(words.stdout).toMatch(/kind +base model: it continues text/);
  expect(await home.luci(['show', join(folder, 'none.gguf')])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('There is no file'),
  });
});

test('list tells the kind; test passes over what makes no text, and refuses it by name', async () => {
  const installed = await home.luci(['install', paths.embedding, '-y']);
  expect(installed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('embedding model: it makes vectors') });
  expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: 'embedding', kind: 'embedding' }]);
  expect(await home.luci(['test', 'embedding'])).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('luci embed -m embedding') });
  expect((await home.luci(['show', 'embedding'])).stdout).toMatch(/kind +embedding model/);
});

const llamaServer = findLlamaServer();
test.skipIf(llamaServer === undefined)('a server program continues, refuses and embeds alike', async () => {
  const settings = resolveSettings(
    { home: home.folder, offline: true, engine: 'llama-server', keepAliveSeconds: 20 },
    { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: llamaServer ?? '' },
  );
  await using luci = createLuci(settings);
  const base = luci.agent({ model: paths.base });
  const { text, usage } = await base.answer('hi', { sampling: { temperature: 0 } });
  expect(text.trim()).toBe(tinyReply);
  expect(usage.promptTokens).toBeLessThanOrEqual(3);
  const embedding = luci.agent({ model: paths.embedding });
  await expect(embedding.query('hi')).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  expect((await embedding.embed(['hi']))[0]).toHaveLength(384);
  await base.close();
  await embedding.close();
});
