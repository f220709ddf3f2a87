import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { makeHome } from '../e2e/luci-process.ts';

/** Endpoints that send without end: one clear error, and no more is read than a true answer may have. */

const megabyte = 'x'.repeat(1e6);
const event = (delta: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
const callPiece = event({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'f', arguments: megabyte } }] });
const manyCalls = (at: number): string =>
  event({ tool_calls: Array.from({ length: 9000 }, (_, n) => ({ index: at * 9000 + n, id: `c${n}` })) });

test.each([
  ['300 MB of arguments for one tool', () => callPiece],
  ['calls of tools without end', manyCalls],
  ['a line that does not end', () => megabyte],
  ['an event that does not end', () => `data: ${megabyte}\n`],
])('%s is one clear error, and most of it is never read', async (_, piece) => {
  await using home = await makeHome();
  let sentBytes = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    // The other side leaves in the middle: that is what is wanted.
    void pipeline(Readable.from(pieces()), response).catch(() => undefined);
  });
  function* pieces(): Generator<string> {
    for (let at = 0; sentBytes < 300e6; at += 1) {
      const text = piece(at);
      sentBytes += text.length;
      yield text;
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await home.luci(['remote', 'add', 'box', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`]);
    const answer = await home.luci(['ask', '-m', 'box/echo', 'hello']);
    expect(answer).toMatchObject({
      exitCode: 7,
      stdout: '',
      stderr: expect.stringMatching(/^127\.0\.0\.1:\d+ sends an answer that is too long/),
    });
    expect(sentBytes).toBeLessThan(60e6);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.each([
  [
    'list of models',
    (url: string | undefined) => url?.endsWith('/models') === true,
    ['list', '--remote'],
    /a list of models that is too long[\s\S]*luci ask -m box\/MODEL "Hello"/,
  ],
  ['an answer with vectors', () => true, ['embed', '-m', 'box/echo', 'hello'], /an answer that is too long[\s\S]*fewer texts at once/],
])('%s without end ends, and the way out is one that fits', async (_, isEndless, args, told) => {
  await using home = await makeHome();
  let sentBytes = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    if (isEndless(request.url)) void pipeline(Readable.from(pieces()), response).catch(() => undefined);
    else response.end(JSON.stringify({ choices: [{ index: 0, message: { content: 'Paris' }, finish_reason: 'stop' }] }));
  });
  function* pieces(): Generator<string> {
    yield '{"data":[';
    for (; sentBytes < 300e6; sentBytes += 1e6) yield `{"id":"${megabyte}"},`;
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await home.luci(['remote', 'add', 'box', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`]);
    const ended = await home.luci([...args]);
    expect(ended).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringMatching(told) });
    expect(ended.stderr).not.toContain('--max-tokens');
    expect(sentBytes).toBeLessThan(100e6);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
