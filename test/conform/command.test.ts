import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';

/** `luci conform` as a user runs it. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const list = JSON.stringify({ object: 'list', data: [{ id: 'one\u001b[31m', object: 'model', context_length: 64 }] });

test('what does not hold is named with whom it breaks, and ends with 8', async () => {
  await using server = await serve((request, response) => {
    const isList = request.url === '/v1/models';
    response.writeHead(isList ? 200 : 404, { 'content-type': 'application/json' }).end(isList ? list : '{"error": {"message": "no"}}');
  });
  const ran = await home.luci(['conform', server.url, '--offline']);
  expect(ran).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('✗ openai.error.shape') });
  expect(ran.stdout).toMatch(/openai\.error\.shape.*\n {4}breaks .*npm/);
  expect(ran.stdout).toContain('✓ openai.models.object');
  expect(ran.stdout).toMatch(/– anthropic\.message\.head.*not offered/);
  expect(ran.stdout).toMatch(/\d+ hold, \d+ do not, \d+ are not offered/);
  const told = JSON.parse((await home.luci(['conform', server.url, '--json'])).stdout) as { checks: { id: string; holds: unknown }[] };
  expect(told).toMatchObject({ failing: expect.any(Number), model: 'one\u001b[31m' });
  expect(told.checks.find(({ id }) => id === 'openai.chat.head')?.holds).toBeNull();
  expect(JSON.parse((await home.luci(['net', 'log', '--json', '-n', '1'])).stdout)).toMatchObject([{ purpose: 'check' }]);
});

test('nobody there, nothing spoken, no model, a key wanted: each has its code', async () => {
  await using empty = await serve((_, response) => response.writeHead(404).end());
  await using bare = await serve((_, response) => response.end('{"object":"list","data":[]}'));
  await using locked = await serve((request, response) =>
    request.headers.authorization === 'Bearer sesame' ? response.end('{"object":"list","data":[]}') : response.writeHead(401).end(),
  );
  expect(await home.luci(['conform', 'http://127.0.0.1:9'])).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('refused') });
  expect(await home.luci(['conform', empty.url])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('/v1/models') });
  expect(await home.luci(['conform', bare.url])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no model') });
  expect(await home.luci(['conform', locked.url])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--key-env') });
  const keyed = await home.luci(['conform', locked.url, '--key-env', 'MY_KEY'], { environment: { MY_KEY: 'sesame' } });
  expect(keyed).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no model') });
  expect(keyed.stderr).not.toContain('sesame');
  expect(await home.luci(['conform', locked.url, '--key-env', 'NOT_SET'])).toMatchObject({ exitCode: 2 });
});

test('other machines are not reached when offline', async () => {
  expect(await home.luci(['conform', 'http://192.0.2.1:8080', '--offline'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('offline'),
  });
});

test('a server that never ends its answer is given up', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/v1/models') response.writeHead(200, { 'content-type': 'application/json' }).end(list);
    else if (request.url === '/v1/chat/completions') response.writeHead(200).write('{');
    else response.writeHead(404).end();
  });
  const ran = await home.luci(['conform', server.url, '--timeout', '0.2s']);
  expect(ran).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('✗ openai.chat.head') });
  expect(ran.stdout).toContain('no whole answer within 0.2 s');
});

test('a server that hangs up after each answer is asked all the same; one that is gone says nothing of its wire', async () => {
  let left = Number.POSITIVE_INFINITY;
  await using server = await serve((request, response) => {
    left -= 1;
    if (left < 0) return void request.socket.destroy();
    response.writeHead(request.url === '/v1/models' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(request.url === '/v1/models' ? list : '{}', () => request.socket.destroy());
  });
  const ran = await home.luci(['conform', server.url]);
  expect(ran.exitCode).toBe(8);
  expect(ran.stdout).not.toContain('closed by the other side');
  left = 6;
  const gone = await home.luci(['conform', server.url]);
  expect(gone).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('closed by the other side') });
  expect(gone.stdout).toContain('openai.models.object');
  expect(gone.stdout).not.toContain('anthropic');
});
