import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../e2e/luci-process.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Reply, raw, tinyHome } from './served.ts';

/** What Open WebUI sends, as facts in open-webui/requests.json, to the real program; each answer is read as Open WebUI reads it. */

interface Recorded {
  readonly id: string;
  readonly connection: 'openai' | 'ollama';
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly model: string; readonly messages?: readonly unknown[]; readonly input?: readonly string[] };
  readonly reads: string;
}

const { requests } = JSON.parse(readFileSync(join(import.meta.dirname, 'open-webui', 'requests.json'), 'utf8')) as { requests: Recorded[] };
const key = 'a-key-of-twenty-characters-and-more';
const models = ['caller', 'tiny'];

let url = '';
let end: () => Promise<void>;
beforeAll(async () => {
  const home = await tinyHome();
  await writeFile(join(home, 'models', 'caller.gguf'), tinyGguf({ callsTool: true }));
  const env = { ...process.env, LUCI_HOME: home, LUCI_SERVE_KEY: key, LUCI_KEEP_ALIVE: '30' };
  // As it is set up: at an address of its own, by a name, with a key.
  const child = spawn(process.execPath, [program, 'serve', '--host', '0.0.0.0', '--port', '0', '--allow-host', 'luci', '--json'], { env });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
  url = (JSON.parse(line) as { url: string }).url.replace('0.0.0.0', '127.0.0.1');
  end = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    await ended;
    const stop = spawn(process.execPath, [program, 'stop', '--all'], { env, stdio: 'ignore' });
    await new Promise((resolve) => stop.once('close', resolve));
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
});
afterAll(() => end());

function send({ method, path, headers = {}, body }: Pick<Recorded, 'method' | 'path' | 'headers' | 'body'>): Promise<Reply> {
  const always = { host: 'luci:5824', 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return raw(`${url}${path}`, { method, headers: { ...always, ...headers }, body: body === undefined ? '' : JSON.stringify(body) });
}

const json = <T>({ text }: Reply): T => JSON.parse(text) as T;

interface Call {
  readonly index?: number;
  readonly id?: string;
  readonly function: { readonly index?: number; readonly name?: string; readonly arguments?: unknown };
}

/** An answer put together. */
interface Answer {
  readonly text: string;
  readonly reason: unknown;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[];
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly tool_calls?: readonly Call[] };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

/** Lines that begin with `data:`; calls with the same index are one, their arguments are joined. */
function ofChunks(reply: Reply): Answer {
  expect(String(reply.headers['content-type'])).toContain('text/event-stream');
  const events = reply.text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
  expect(events.at(-1)).toBe('[DONE]');
  const answer = { text: '', reason: undefined as unknown };
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  for (const chunk of events.slice(0, -1).map((event) => JSON.parse(event) as Chunk)) {
    // It adds what stands in these to what it has: null would end it.
    expect(chunk).not.toHaveProperty('timings', null);
    expect(chunk).not.toHaveProperty('error');
    const [choice] = chunk.choices ?? [];
    answer.text += choice?.delta?.content ?? '';
    answer.reason = choice?.finish_reason ?? answer.reason;
    for (const { index = -1, id = '', function: made } of choice?.delta?.tool_calls ?? []) {
      const known = calls.get(index) ?? { id, name: made.name ?? '', arguments: '' };
      calls.set(index, { ...known, arguments: known.arguments + String(made.arguments ?? '') });
    }
  }
  return { ...answer, calls: [...calls.values()].map((call) => ({ ...call, arguments: JSON.parse(call.arguments) as unknown })) };
}

interface Line {
  readonly model?: string;
  readonly message?: { readonly content?: string; readonly tool_calls?: readonly Call[] };
  readonly done?: boolean;
  readonly done_reason?: string;
}

/** What its answers end with: counts, and times in nanoseconds that speeds are made of. */
function expectCounts(last: object): void {
  for (const name of ['prompt_eval_count', 'eval_count', 'prompt_eval_duration', 'eval_duration', 'total_duration', 'load_duration'])
    expect(last, name).toHaveProperty(name, expect.any(Number));
}

/** One object a line; the last one is done and says why. */
function ofLines(reply: Reply): Answer {
  expect(String(reply.headers['content-type'])).toContain('application/x-ndjson');
  const lines = reply.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const last = lines.at(-1) ?? {};
  expect(last).toMatchObject({ done: true });
  expectCounts(last);
  expect(lines.slice(0, -1).every(({ done }) => done === false)).toBe(true);
  const calls = lines.flatMap(({ message }) => message?.tool_calls ?? []);
  // Without a place of its own each would be taken for a part of the first.
  expect(calls.map((call) => call.function.index)).toEqual(calls.map((_, index) => index));
  return {
    text: lines.map(({ message }) => message?.content ?? '').join(''),
    reason: last.done_reason,
    calls: calls.map(({ id = '', function: { name = '', arguments: given } }) => ({ id, name, arguments: given })),
  };
}

function expectCalls({ text, calls }: Answer): void {
  expect(text).toBe('');
  expect(calls).toMatchObject([{ id: expect.stringMatching(/./), name: 'clock', arguments: expect.any(Object) }]);
}

const vectorOf = expect.arrayContaining([expect.any(Number)]);

/** How each kind of answer is read. */
const reading: Readonly<Record<string, (reply: Reply, asked: Recorded) => void | Promise<void>>> = {
  models(reply) {
    const { data } = json<{ data: { id: string }[] }>(reply);
    expect(data.map(({ id }) => id).sort()).toEqual(models);
  },
  chunks(reply) {
    expect(ofChunks(reply)).toEqual({ text: tinyReply, reason: 'stop', calls: [] });
  },
  'calls-in-chunks'(reply) {
    const answer = ofChunks(reply);
    expect(answer.reason).toBe('tool_calls');
    expectCalls(answer);
  },
  'chunks-or-calls'(reply) {
    expect(ofChunks(reply).reason).toMatch(/^(stop|tool_calls)$/);
  },
  completion(reply) {
    const { choices, usage } = json<{ choices: { message: { content: string; tool_calls?: unknown } }[]; usage: object }>(reply);
    expect(choices).toHaveLength(1);
    expect(choices[0]?.message.tool_calls ?? []).toEqual([]);
    // What it looks for begins at the first brace of the text.
    expect(tinyReply.startsWith(choices[0]?.message.content ?? '?')).toBe(true);
    expect(usage).toMatchObject({ prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) });
  },
  vectors(reply, { body }) {
    const { data } = json<{ data: { embedding: unknown }[] }>(reply);
    expect(data.map(({ embedding }) => embedding)).toEqual(body?.input?.map(() => vectorOf));
  },
  version(reply) {
    // It compares the numbers between the dots.
    expect(json<{ version: string }>(reply).version).toMatch(/^\d+(\.\d+)*$/);
  },
  tags(reply) {
    const { models: listed } = json<{ models: object[] }>(reply);
    expect(listed).toMatchObject(
      models.map((name) => ({
        name,
        model: name,
        size: expect.any(Number),
        digest: expect.any(String),
        details: expect.any(Object),
      })),
    );
  },
  'in-memory'(reply) {
    const { models: loaded } = json<{ models: { model: string; expires_at: string }[] }>(reply);
    expect(loaded.map(({ model }) => model)).toContain('tiny');
    for (const { expires_at: at } of loaded) expect(Number.isNaN(Date.parse(at))).toBe(false);
  },
  model(reply) {
    expect(json(reply)).toMatchObject({
      details: expect.any(Object),
      model_info: expect.any(Object),
      capabilities: expect.arrayContaining(['completion']),
    });
  },
  lines(reply) {
    expect(ofLines(reply)).toEqual({ text: tinyReply, reason: 'stop', calls: [] });
  },
  'calls-in-lines': (reply) => expectCalls(ofLines(reply)),
  'lines-or-calls': (reply) => void expect(ofLines(reply).reason).toBe('stop'),
  answer(reply) {
    expect(json(reply)).toMatchObject({
      model: 'tiny',
      message: { role: 'assistant', content: tinyReply },
      done: true,
      done_reason: 'stop',
    });
    expectCounts(json(reply));
  },
  embeddings(reply, { body }) {
    expect(json<{ embeddings: unknown[] }>(reply).embeddings).toEqual(body?.input?.map(() => vectorOf));
  },
  embedding: (reply) => void expect(json<{ embedding: unknown }>(reply).embedding).toEqual(vectorOf),
  async unloaded(reply) {
    expect(json(reply)).toMatchObject({ model: 'tiny', done: true, done_reason: 'unload' });
    const { models: loaded } = json<{ models: { model: string }[] }>(await send({ method: 'GET', path: '/api/ps' }));
    expect(loaded.map(({ model }) => model)).not.toContain('tiny');
  },
};

test('every way of reading is used, and the other way round', () => {
  expect(new Set(requests.map(({ reads }) => reads))).toEqual(new Set(Object.keys(reading)));
});

test.each(requests)('$connection: $id', async (asked) => {
  const reply = await send(asked);
  expect(reply.status, reply.text).toBe(200);
  await reading[asked.reads]?.(reply, asked);
});

test.each([
  ['/v1/chat/completions', 'openai'],
  ['/api/chat', 'ollama'],
] as const)('%s: what goes wrong has a status and its words where they are looked for', async (path, connection) => {
  const body = { model: 'gone', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const reply = await send({ method: 'POST', path, body });
  expect(reply.status).toBe(404);
  const { error } = json<{ error: unknown }>(reply);
  expect(connection === 'openai' ? (error as { message: string }).message : error).toContain('gone');
});
