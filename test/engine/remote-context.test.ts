import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { serveTiny } from '../serve/served.ts';

/** What endpoints state of the context of their models, each in its own words, and what luci makes of it. */

/** A double of a server: what it answers at each path, and an answer to every chat. */
interface Endpoint extends AsyncDisposable {
  readonly url: string;
  /** Method and path of each request. */
  readonly asked: string[];
  answers: Readonly<Record<string, unknown>>;
}

async function startEndpoint(answers: Endpoint['answers']): Promise<Endpoint> {
  const endpoint = { asked: [] as string[], answers };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    endpoint.asked.push(`${request.method} ${path}`);
    const sent = await readAll(request);
    if (path === '/v1/chat/completions') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = (delta: object, finish: string | null): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
      return void response.end(`${piece({ content: 'fine' }, null)}${piece({}, 'stop')}data: [DONE]\n\n`);
    }
    const found = endpoint.answers[path] ?? endpoint.answers[`${path} ${sent && (JSON.parse(sent) as { model: string }).model}`];
    if (found === undefined) return void response.writeHead(404).end('{"error":"not found"}');
    response.end(JSON.stringify(found));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const list = (...data: object[]): object => ({ object: 'list', data });
const row = (id: string, owner: string, more: object = {}): object => ({
  id,
  object: 'model',
  created: 1764000000,
  owned_by: owner,
  ...more,
});

interface Told {
  readonly server: string;
  readonly answers: Endpoint['answers'];
  /** The model that is looked at. */
  readonly id: string;
  readonly contextLength?: number;
  readonly trainedContextLength?: number;
  readonly openedTokens: number;
}

const told: readonly Told[] = [
  {
    server: 'vLLM',
    answers: { '/v1/models': list(row('smollm2-135m', 'vllm', { root: 'smollm2', parent: null, max_model_len: 2048, permission: [] })) },
    id: 'smollm2-135m',
    contextLength: 2048,
    openedTokens: 2048,
  },
  {
    server: 'llama-server with one model',
    answers: {
      '/v1/models': list(
        row('m.gguf', 'llamacpp', { meta: { vocab_type: 2, n_vocab: 49152, n_ctx_train: 32768, n_embd: 576, size: 9e7 } }),
      ),
      '/props': { default_generation_settings: { n_ctx: 4096, params: {} }, total_slots: 4, chat_template: '', build_info: 'b1-abc' },
    },
    id: 'm.gguf',
    contextLength: 4096,
    trainedContextLength: 32768,
    openedTokens: 4096,
  },
  {
    server: 'llama-server that does not tell its properties',
    answers: { '/v1/models': list(row('m.gguf', 'llamacpp', { meta: { n_ctx_train: 2048 } })) },
    id: 'm.gguf',
    trainedContextLength: 2048,
    openedTokens: 2048,
  },
  {
    server: 'llama-server as a router of several',
    answers: {
      '/v1/models': list(row('a', 'llamacpp', { meta: { n_ctx_train: 131072 } }), row('b', 'llamacpp', { status: { value: 'unloaded' } })),
      '/props': { default_generation_settings: { n_ctx: 512 } },
    },
    id: 'a',
    trainedContextLength: 131072,
    openedTokens: 8192,
  },
  {
    server: 'LM Studio with the model loaded',
    answers: {
      '/v1/models': list(row('qwen2.5-7b', 'organization_owner'), row('other', 'organization_owner')),
      '/api/v0/models': list({ id: 'qwen2.5-7b', type: 'llm', state: 'loaded', max_context_length: 32768, loaded_context_length: 4096 }),
    },
    id: 'qwen2.5-7b',
    contextLength: 4096,
    trainedContextLength: 32768,
    openedTokens: 4096,
  },
  {
    server: 'LM Studio with the model on disk',
    answers: {
      '/v1/models': list(row('qwen2.5-7b', 'organization_owner')),
      '/api/v0/models': list({ id: 'qwen2.5-7b', type: 'llm', state: 'not-loaded', max_context_length: 32768 }),
    },
    id: 'qwen2.5-7b',
    trainedContextLength: 32768,
    openedTokens: 8192,
  },
  {
    server: 'Ollama with the model in memory',
    answers: {
      '/v1/models': list(row('llama3.2:1b', 'library'), row('hf.co/me/m:Q4', 'me')),
      '/api/ps': { models: [{ name: 'llama3.2:1b', model: 'llama3.2:1b', size: 1, context_length: 16384 }] },
      '/api/show llama3.2:1b': {
        parameters: 'stop "<|eot_id|>"\nnum_ctx                        6144',
        model_info: { 'llama.context_length': 131072 },
      },
      '/api/show hf.co/me/m:Q4': { model_info: {} },
    },
    id: 'llama3.2:1b',
    contextLength: 16384,
    trainedContextLength: 131072,
    openedTokens: 16384,
  },
  {
    server: 'Ollama with a context in the Modelfile',
    answers: {
      '/v1/models': list(row('me/mine:latest', 'me')),
      '/api/ps': { models: [] },
      '/api/show me/mine:latest': { parameters: 'num_ctx 6144\ntemperature 0.7', model_info: { 'llama.context_length': 131072 } },
    },
    id: 'me/mine:latest',
    contextLength: 6144,
    trainedContextLength: 131072,
    openedTokens: 6144,
  },
  {
    server: 'OpenRouter',
    answers: { '/v1/models': list({ id: 'meta/llama:free', context_length: 131072, top_provider: { context_length: 65536 } }) },
    id: 'meta/llama:free',
    contextLength: 65536,
    openedTokens: 65536,
  },
  {
    server: 'Groq',
    answers: { '/v1/models': list(row('llama-3.3-70b', 'Meta', { active: true, context_window: 131072 })) },
    id: 'llama-3.3-70b',
    contextLength: 131072,
    openedTokens: 131072,
  },
  {
    server: 'Mistral',
    answers: { '/v1/models': list(row('mistral-small', 'mistralai', { max_context_length: 32768 })) },
    id: 'mistral-small',
    contextLength: 32768,
    openedTokens: 32768,
  },
  { server: 'OpenAI, which states none', answers: { '/v1/models': list(row('gpt', 'system')) }, id: 'gpt', openedTokens: 8192 },
  {
    server: 'one that states what cannot be',
    answers: {
      '/v1/models': list(row('m', 'x', { max_model_len: -1, context_length: '9', context_window: 1e12, meta: [], top_provider: null })),
    },
    id: 'm',
    openedTokens: 8192,
  },
];

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

test.each(told)(
  '$server: the context is read, shown and used',
  async ({ answers, id, contextLength, trainedContextLength, openedTokens }) => {
    await using endpoint = await startEndpoint(answers);
    expect(await home.luci(['remote', 'add', 'box', endpoint.url])).toMatchObject({ exitCode: 0 });
    const listed = JSON.parse((await home.luci(['list', '--remote', '--json'])).stdout) as { model: string }[];
    const expected = { name: `box/${id}`, remote: 'box', model: id, contextLength, trainedContextLength, openedTokens };
    expect(listed.find(({ model }) => model === id)).toEqual(JSON.parse(JSON.stringify(expected)));
    const known = endpoint.asked.length;
    const shown = await home.luci(['show', `box/${id}`]);
    expect(shown.stdout).toContain(`${openedTokens.toLocaleString('en')} tokens`);
    expect(shown.stdout.includes('assumed')).toBe(contextLength === undefined);
    expect(endpoint.asked).toHaveLength(known);
    const answer = JSON.parse((await home.luci(['ask', '-m', `box/${id}`, '--json', 'hi'])).stdout) as object;
    expect(answer).toMatchObject({ text: 'fine' });
    expect(endpoint.asked.slice(known)).toEqual(['POST /v1/chat/completions']);
  },
);

test('a prompt that is longer than what is stated is refused here with both numbers, and one that fits in it is sent', async () => {
  await using endpoint = await startEndpoint({
    '/v1/models': list(row('small', 'vllm', { max_model_len: 2048 }), row('large', 'vllm', { max_model_len: 32768 })),
  });
  await home.luci(['remote', 'add', 'box', endpoint.url]);
  const long = 'word '.repeat(9000); // about 11,250 tokens
  const chat = (...more: string[]) => home.luci(['chat', '--no-save', '-m', ...more], { stdin: `${long}\n` });
  const refused = await chat('box/small');
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toContain('the context holds 2048, the model can hold 2048');
  expect(refused.stderr).not.toContain('--context');
  expect(await chat('box/large')).toMatchObject({ exitCode: 0, stdout: 'fine\n' });
  expect(await chat('box/small', '--context', '16384')).toMatchObject({ exitCode: 0, stdout: 'fine\n' });
  expect(endpoint.asked.filter((asked) => asked.startsWith('GET'))).toEqual(['GET /v1/models']);
});

test.each([
  [2048, [], 2048],
  [32768, [], 8192],
  [32768, ['--context', '16384'], 16384],
  [2048, ['--context', '16384'], 2048],
] as const)('a graded test of a model that states %i tokens, asked with %j, has a context of %i', async (states, flags, has) => {
  await using endpoint = await startEndpoint({ '/v1/models': list(row('m', 'vllm', { max_model_len: states })) });
  await home.luci(['remote', 'add', 'box', endpoint.url]);
  await home.luci(['test', 'box/m', '--case', 't0-copy', ...flags]);
  const folder = join(home.folder, 'logs', 'test');
  const log = (await readdir(folder)).find((name) => name.endsWith('.jsonl')) ?? '';
  const [first = ''] = (await readFile(join(folder, log), 'utf8')).split('\n');
  expect(JSON.parse(first)).toMatchObject({ type: 'run', contextLength: has });
});

test('an endpoint that was never read is read once when it is asked, and one that has no list is asked all the same', async () => {
  await using endpoint = await startEndpoint({});
  expect(await home.luci(['remote', 'add', 'box', endpoint.url])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Its models could not be read now'),
  });
  expect(await home.luci(['ask', '-m', 'box/late', 'hi'])).toMatchObject({ exitCode: 0, stdout: 'fine\n' });
  endpoint.answers = { '/v1/models': list(row('late', 'vllm', { max_model_len: 1024 })) };
  endpoint.asked.length = 0;
  for (const _ of [1, 2]) expect(await home.luci(['ask', '-m', 'box/late', 'hi'])).toMatchObject({ exitCode: 0 });
  expect(endpoint.asked).toEqual(['GET /v1/models', 'POST /v1/chat/completions', 'POST /v1/chat/completions']);
  expect((await home.luci(['show', 'box/late'])).stdout).toContain('1,024 tokens, as the endpoint states');
});

test('an endpoint that moved, or states another context now, is read again', async () => {
  await using first = await startEndpoint({ '/v1/models': list(row('m', 'vllm', { max_model_len: 1024 })) });
  await using second = await startEndpoint({ '/v1/models': list(row('m', 'vllm', { max_model_len: 4096 })) });
  await home.luci(['remote', 'add', 'box', first.url]);
  await home.luci(['remote', 'add', 'box', second.url]);
  expect((await home.luci(['show', 'box/m'])).stdout).toContain('4,096 tokens');
  second.answers = { '/v1/models': list(row('m', 'vllm', { max_model_len: 2048 })) };
  expect((await home.luci(['list', '--remote'])).stdout).toMatch(/^name +context\nbox\/m +2,048\n$/);
  expect((await home.luci(['show', 'box/m'])).stdout).toContain('2,048 tokens');
});

test('the server lists models elsewhere with the context they are served with, without a request of its own, and shows each', async () => {
  await using endpoint = await startEndpoint({ '/v1/models': list(row('org/m', 'vllm', { max_model_len: 2048 })) });
  await using served = await serveTiny();
  await served.luci.remotes.add({ name: 'box', url: endpoint.url });
  await served.luci.remotes.add({ name: 'dead', url: 'http://127.0.0.1:9/v1' });
  const get = async (path: string, body?: object): Promise<unknown> =>
    (await fetch(`${served.url}${path}`, body && { method: 'POST', body: JSON.stringify(body) })).json();
  for (const _ of [1, 2])
    expect(await get('/v1/models')).toMatchObject({
      data: [{ id: 'tiny' }, { id: 'box/org/m', context_length: 2048, meta: { n_ctx: 2048 } }],
    });
  expect(await get('/v1/models/box%2Forg%2Fm')).toMatchObject({ id: 'box/org/m', context_length: 2048 });
  expect(await get('/api/tags')).toMatchObject({ models: [{ model: 'tiny' }, { model: 'box/org/m', details: { context_length: 2048 } }] });
  expect(await get('/api/show', { model: 'box/org/m' })).toMatchObject({ model_info: { 'unknown.context_length': 2048 } });
  expect(await get('/api/show', { model: 'box/other' })).toMatchObject({ error: expect.stringContaining('box/other') });
  expect(endpoint.asked).toEqual(['GET /v1/models']);
});
