import { afterEach, expect, test } from 'vitest';
import { startServer } from '../../src/serve/server.ts';
import { type Events, eventSession } from './event-session.ts';
import { raw, type Served, serveTiny } from './served.ts';

/** What becomes of answers under way when the server is ended. */

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

const doors = [
  ['openai', '/v1/chat/completions', {}, /data: \{"error":\{"message":"[^"]*being ended[^"]*","type":"server_error"[^\n]*\}\n\n$/],
  ['ollama', '/api/chat', {}, /\n\{"error":"[^"]*being ended[^"]*"\}\n$/],
  [
    'anthropic',
    '/v1/messages',
    { max_tokens: 50 },
    /event: error\ndata: \{"type":"error","error":\{"type":"[a-z_]+","message":"[^"]*being ended[^"]*"\}\}\n\n$/,
  ],
] as const;

/** A model that goes on until it is stopped, or until it is let go. */
function ongoing() {
  let isLeft = false;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const events: Events = async function* (_, signal) {
    try {
      yield { type: 'text', text: 'begun ' };
      const stopped = new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([released, stopped]);
      yield { type: 'text', text: 'and ended' };
    } finally {
      isLeft = true;
    }
  };
  return { session: eventSession(events), release, isLeft: () => isLeft };
}

/** A server with one answer under way, asked for as `ask` says; `end` ends the server. */
async function underWay(path: string, body: object, graceMs: number) {
  const model = ongoing();
  served = await serveTiny();
  const server = await startServer(
    { ...served.luci, open: async () => model.session },
    { host: '127.0.0.1', port: 0, allowedHosts: [], maxRunning: 4, maxWaiting: 4, onFault: () => undefined, graceMs },
  );
  const messages = [{ role: 'user', content: 'hi' }];
  const reply = raw(`${server.url}${path}`, { method: 'POST', body: JSON.stringify({ model: 'tiny', messages, ...body }) });
  await expect.poll(async () => (await raw(`${server.url}/metrics`)).text).toContain('luci_requests_running 1');
  return { ...model, reply, end: () => server[Symbol.asyncDispose]() };
}

test.each(doors)('%s: a stream that is under way too long ends with its event for errors', async (_, path, more, end) => {
  const answer = await underWay(path, { stream: true, ...more }, 50);
  const ended = answer.end();
  const { status, text } = await answer.reply;
  expect([status, text]).toEqual([200, expect.stringMatching(end)]);
  expect(text).toContain('begun');
  await ended;
  expect(answer.isLeft()).toBe(true);
});

test.each(doors)('%s: an answer as a whole that is under way too long is a 503', async (_, path, more) => {
  const answer = await underWay(path, { stream: false, ...more }, 50);
  const ended = answer.end();
  expect(await answer.reply).toMatchObject({ status: 503, text: expect.stringContaining('being ended') });
  await ended;
  expect(answer.isLeft()).toBe(true);
});

test('an answer that ends within the grace comes whole', async () => {
  const answer = await underWay('/v1/chat/completions', { stream: true }, 60_000);
  const ended = answer.end();
  answer.release();
  const { text } = await answer.reply;
  expect(text).toContain('and ended');
  expect(text).toMatch(/"finish_reason":"stop"\}\]\}\n\ndata: \[DONE\]\n\n$/);
  await ended;
});
