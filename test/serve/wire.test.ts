import { connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../../src/engine/engine.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { type Events, eventSession } from './event-session.ts';
import { post, raw, type Served, serveTiny } from './served.ts';

/** What goes over the wire, byte for byte where clients look at it. */

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

const hello = [{ role: 'user', content: 'hi' }];
const tool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] } },
};
const call = { id: 'c1', name: 'weather', arguments: { town: 'Oslo' } };
/** The same question in each protocol. */
const doors = [
  ['openai', '/v1/chat/completions', {}],
  ['ollama', '/api/chat', {}],
  ['anthropic', '/v1/messages', { max_tokens: 50 }],
] as const;

async function serve(open: () => Session, options: Parameters<typeof serveTiny>[0] = {}): Promise<string> {
  served = await serveTiny({ open, ...options });
  return served.url;
}

async function bytesOf(url: string, path: string, body: object): Promise<string> {
  return (await raw(`${url}${path}`, { method: 'POST', body: JSON.stringify({ model: 'tiny', messages: hello, stream: true, ...body }) }))
    .text;
}

interface Chunk {
  readonly choices: readonly { readonly delta: Record<string, unknown>; readonly finish_reason?: string | null; readonly index: number }[];
  readonly usage?: unknown;
  readonly error?: unknown;
}

function chunksIn(bytes: string): Chunk[] {
  return bytes
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
}

test('a stream is lines of data with a blank line between, the role first, [DONE] at the end', async () => {
  const url = await serve(() => scriptedSession(() => ['one ', 'two']));
  const bytes = await bytesOf(url, '/v1/chat/completions', {});
  expect(bytes).toMatch(/^(data: \{[^\n]+\}\n\n)+data: \[DONE\]\n\n$/);
  const chunks = chunksIn(bytes);
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, 'stop']);
  expect(new Set(chunks.map((chunk) => JSON.stringify([Reflect.get(chunk, 'id'), Reflect.get(chunk, 'object')]))).size).toBe(1);
});

test('usage comes in a chunk of its own, and only where it is asked for', async () => {
  const url = await serve(() => scriptedSession(() => 'one'));
  expect(await bytesOf(url, '/v1/chat/completions', {})).not.toContain('usage');
  const chunks = chunksIn(await bytesOf(url, '/v1/chat/completions', { stream_options: { include_usage: true } }));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
});

test('the first piece of a call has its index, id, type and name, and the end says tool_calls', async () => {
  const url = await serve(() => scriptedSession(() => [call, { ...call, id: 'c2' }], { tools: true }));
  const bytes = await bytesOf(url, '/v1/chat/completions', { tools: [tool] });
  const pieces = chunksIn(bytes).flatMap(({ choices: [choice] }) => (choice?.delta['tool_calls'] as object[] | undefined) ?? []);
  const begun = { type: 'function', function: { name: 'weather', arguments: '{"town":"Oslo"}' } };
  expect(pieces).toEqual([
    { index: 0, id: 'c1', ...begun },
    { index: 1, id: 'c2', ...begun },
  ]);
  expect(chunksIn(bytes).at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  expect(bytes).not.toMatch(/"tool_call"/);
});

test.each([false, true])('tools are offered together with a form of the answer (native tools: %s)', async (tools) => {
  const session = scriptedSession(() => (tools ? [call] : '{"tool": "weather", "arguments": {"town": "Oslo"}}'), { tools });
  const url = await serve(() => session);
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: { rain: { type: 'boolean' } } } } };
  for (const stream of [true, false]) {
    const bytes = await bytesOf(url, '/v1/chat/completions', { tools: [tool], response_format: format, stream });
    expect(bytes).toContain('"name":"weather"');
    expect(bytes).toContain('"finish_reason":"tool_calls"');
  }
});

const thinks: Events = async function* () {
  yield { type: 'thinking', text: 'Hm. ' };
  yield { type: 'text', text: 'Yes.' };
};

test('thinking has a field of its own in every protocol, and is no part of the answer', async () => {
  const url = await serve(() => eventSession(thinks));
  const whole = { stream: false, model: 'tiny', messages: hello };
  expect((await post(`${url}/v1/chat/completions`, whole)).body).toMatchObject({
    choices: [{ message: { content: 'Yes.', reasoning_content: 'Hm. ' } }],
  });
  expect((await post(`${url}/api/chat`, whole)).body).toMatchObject({ message: { content: 'Yes.', thinking: 'Hm. ' } });
  expect((await post(`${url}/v1/messages`, { ...whole, max_tokens: 9 })).body).toMatchObject({
    content: [
      { type: 'thinking', thinking: 'Hm. ' },
      { type: 'text', text: 'Yes.' },
    ],
  });
  const chunks = chunksIn(await bytesOf(url, '/v1/chat/completions', {}));
  expect(chunks.map(({ choices: [choice] }) => choice?.delta)).toMatchObject([{}, { reasoning_content: 'Hm. ' }, { content: 'Yes.' }, {}]);
  const parts = [];
  const messages = [{ role: 'user' as const, content: 'hi' }];
  for await (const part of await new Ollama({ host: url }).chat({ model: 'tiny', messages, stream: true })) parts.push(part.message);
  expect(parts).toMatchObject([{ content: '', thinking: 'Hm. ' }, { content: 'Yes.' }, { content: '' }]);
  const anthropic = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  const { content } = await anthropic.messages.stream({ model: 'tiny', max_tokens: 9, messages }).finalMessage();
  expect(content.map(({ type }) => type)).toEqual(['thinking', 'text']);
});

test.each([
  ['/v1/chat/completions', { reasoning_effort: 'none' }, false],
  ['/v1/chat/completions', { reasoning_effort: 'low' }, 'low'],
  ['/v1/chat/completions', { chat_template_kwargs: { enable_thinking: false } }, false],
  ['/v1/chat/completions', {}, undefined],
  ['/api/chat', { think: true }, true],
  ['/api/chat', { think: 'low' }, 'low'],
  ['/v1/messages', { max_tokens: 9, thinking: { type: 'disabled' } }, false],
  ['/v1/messages', { max_tokens: 9, thinking: { type: 'enabled', budget_tokens: 100 } }, true],
])('%s with %j tells the model how to think', async (path, more, thinking) => {
  const session = scriptedSession(() => 'yes');
  const url = await serve(() => session);
  await post(`${url}${path}`, { model: 'tiny', messages: hello, stream: false, ...more });
  expect(session.requests[0]?.thinking).toBe(thinking);
});

test.each(doors)('%s: who sets no sampling gets that of the model', async (_, path, more) => {
  const session = scriptedSession(() => 'yes');
  const url = await serve(() => session);
  await post(`${url}${path}`, { model: 'tiny', messages: hello, stream: false, ...more });
  const { ifKnown: _how, ...values } = session.requests[0]?.sampling ?? {};
  expect(Object.values(values).filter((value) => value !== undefined)).toEqual([]);
  expect(session.requests[0]?.repeatable).toBeUndefined();
});

const breaks: Events = async function* () {
  yield { type: 'text', text: 'half' };
  throw new Error('the disk at /home/someone is gone');
};

test.each([
  ['openai', '/v1/chat/completions', {}, /data: \{"error":\{"message":"[^"]+","type":"server_error","param":null,"code":"[^"]+"\}\}\n\n$/],
  ['ollama', '/api/chat', {}, /\n\{"error":"[^"]+"\}\n$/],
  [
    'anthropic',
    '/v1/messages',
    { max_tokens: 9 },
    /event: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"[^"]+"\}\}\n\n$/,
  ],
])('%s: a failure in the middle of a stream is its last event, and the place is free', async (_, path, more, end) => {
  const url = await serve(() => eventSession(breaks), { maxRunning: 1, maxWaiting: 0 });
  for (let turn = 0; turn < 2; turn += 1) {
    const bytes = await bytesOf(url, path, more);
    expect(bytes).toContain('half');
    expect(bytes).toMatch(end);
    expect(bytes).not.toContain('someone');
  }
  expect(served?.faults).toHaveLength(2);
});

test('while a model loads a stream is kept open by comments', { timeout: 60_000 }, async () => {
  let release = (): void => undefined;
  const loaded = new Promise<void>((resolve) => {
    release = resolve;
  });
  const url = await serve(() =>
    eventSession(async function* () {
      await loaded;
      yield { type: 'text', text: 'there' };
    }),
  );
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const body = JSON.stringify({ model: 'tiny', stream: true, messages: hello });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let bytes = '';
  for await (const data of socket) {
    bytes += data;
    if (bytes.includes(': ping\n\n')) release();
  }
  expect(bytes.indexOf(': ping\n\n')).toBeGreaterThan(bytes.indexOf('200 OK'));
  expect(bytes.indexOf('there')).toBeGreaterThan(bytes.indexOf(': ping\n\n'));
  expect(bytes).toContain('data: [DONE]');
});

test('several answers to one request are never refused after the first has begun', async () => {
  const url = await serve(() => scriptedSession(() => ['one ', 'two']), { maxRunning: 1, maxWaiting: 1 });
  const [first, second] = await Promise.all([
    bytesOf(url, '/v1/chat/completions', { n: 4 }),
    bytesOf(url, '/v1/chat/completions', { n: 4 }),
  ]);
  for (const bytes of [first, second]) {
    expect(bytes).not.toContain('error');
    expect(chunksIn(bytes).filter(({ choices: [choice] }) => choice?.finish_reason === 'stop')).toHaveLength(4);
  }
});

test('a character is never torn, however the model gives it', async () => {
  const pieces = ['a\ud83d', '\ude00b', 'e', '\u0301', '\ud83d', '\ud83d\ude00'.slice(1), '\u{1F468}\u200D', '\u{1F469}'];
  const url = await serve(() => scriptedSession(() => pieces));
  const bytes = await bytesOf(url, '/v1/chat/completions', {});
  expect(bytes).not.toMatch(/\\ud[89a-f]|\ufffd/i);
  expect(
    chunksIn(bytes)
      .map(({ choices: [choice] }) => choice?.delta['content'] ?? '')
      .join(''),
  ).toBe(pieces.join(''));
});

test.each([
  ['llo fr', 'He'],
  ['tiny luci', 'Hello from the '],
  ['.', tinyReply.slice(0, -1)],
])('the answer ends before %j, whatever tokens it is in', async (stop, expected) => {
  served = await serveTiny();
  const { url } = served;
  for (const [path, more] of [
    ['/v1/chat/completions', { stop: [stop, 'never'] }],
    ['/api/chat', { options: { stop: [stop] } }],
    ['/v1/messages', { max_tokens: 50, stop_sequences: [stop] }],
  ] as const) {
    const { body } = await post(`${url}${path}`, { model: 'tiny', messages: hello, stream: false, ...more });
    const { choices, message, content } = body as {
      choices?: { message: { content: string } }[];
      message?: { content: string };
      content?: { text: string }[];
    };
    expect((choices?.[0]?.message ?? message)?.content ?? content?.[0]?.text).toBe(expected);
  }
  const streamed = chunksIn(await bytesOf(url, '/v1/chat/completions', { stop }));
  expect(streamed.map(({ choices: [choice] }) => choice?.delta['content'] ?? '').join('')).toBe(expected);
});

test.each(doors)('%s: fields nobody knows are left alone', async (_, path, more) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const unknown = { future_field: { a: [1] }, user: 'me', metadata: { a: 'b' }, service_tier: 'auto', store: true, ...more };
  expect((await post(`${url}${path}`, { model: 'tiny', messages: hello, stream: false, ...unknown })).status).toBe(200);
});

test.each([
  ['/v1/chat/completions', { tool_choice: 'maybe' }, 'tool_choice'],
  ['/v1/chat/completions', { reasoning_effort: 'huge' }, 'reasoning_effort'],
  ['/v1/chat/completions', { n: 0 }, 'n'],
  ['/api/chat', { think: 'huge' }, 'think'],
  ['/api/chat', { options: { top_p: 7 } }, 'options.top_p'],
  ['/v1/messages', { max_tokens: 0 }, 'max_tokens'],
  ['/v1/messages', { max_tokens: 9, tool_choice: { type: 'maybe' } }, 'tool_choice.type'],
])('%s with %j is refused by the name of the field', async (path, more, name) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const { status, body } = await post(`${url}${path}`, { model: 'tiny', messages: hello, stream: false, ...more });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(`\\"${name}\\"`);
});

test.each([
  ['/v1/chat/completions', { role: 'tool', tool_call_id: 'c9', content: 'rain' }],
  ['/v1/messages', { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c9', content: 'rain' }] }],
])('%s: a result of a call that nobody made is refused', async (path, message) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const { status, body } = await post(`${url}${path}`, { model: 'tiny', max_tokens: 9, messages: [...hello, message] });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(path === '/v1/messages' ? 'tool_use_id' : 'tool_call_id');
});

test.each(doors)('%s: a message of nothing is answered', async (_, path, more) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const { status } = await post(`${url}${path}`, { model: 'tiny', messages: [{ role: 'user', content: '' }], stream: false, ...more });
  expect(status).toBe(200);
});

test.each([
  ['/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }, 'input_audio'],
  ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: [{ type: 'image', source: {} }] }] }, 'image'],
  ['/api/chat', { messages: [{ role: 'user', content: 'hi', images: ['aGk='] }] }, 'images'],
])('%s: what a model cannot look at or hear is refused by its name', async (path, more, name) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const { status, body } = await post(`${url}${path}`, { model: 'tiny', stream: false, ...more });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(name);
});

test.each([
  ['/v1/chat/completions', { error: { message: expect.any(String), type: 'invalid_request_error', code: 'invalid_value', param: null } }],
  ['/v1/responses/none', { error: { message: expect.any(String), type: 'invalid_request_error' } }],
  ['/api/chat', { error: expect.any(String) }],
  ['/v1/messages', { type: 'error', error: { type: 'invalid_request_error', message: expect.any(String) } }],
])('what is wrong with %s is told in the form of its protocol', async (path, form) => {
  const url = await serve(() => scriptedSession(() => 'yes'));
  const { text } = await raw(`${url}${path}`, { method: 'POST', body: '{' });
  expect(JSON.parse(text)).toMatchObject(form);
});

test('a stream says that it is one to who speaks HTTP/1.1, and comes without that to who speaks HTTP/1.0', async () => {
  const { port } = new URL(await serve(() => scriptedSession(() => 'one two')));
  const body = JSON.stringify({ model: 'tiny', messages: hello, stream: true });
  const said = (version: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `POST /v1/chat/completions HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ),
      );
      let text = '';
      socket.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      socket.on('error', reject).on('close', () => resolve(text));
    });
  const [now, old] = await Promise.all([said('1.1'), said('1.0')]);
  // In small letters it is luci's word; Node writes its own with large ones, after the adaptor has waited.
  expect(now).toMatch(/^transfer-encoding: chunked\r$/m);
  expect(old).not.toMatch(/transfer-encoding/i);
  // Nothing but events behind the head.
  expect(old).toMatch(/\r\n\r\ndata: \{/);
  for (const text of [now, old]) expect(text).toContain('data: [DONE]');
});
