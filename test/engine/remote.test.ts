import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';

let server: OpenAiServer;
let home: Home;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startOpenAiServer();
  home = await makeHome();
  environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', `${server.url}/`, '--key-env', 'TEST_KEY']);
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const ask = (...more: string[]) => home.luci(['ask', '-m', 'box/echo', 'hello there', ...more], { environment });

test('a remote model is listed, asked and chatted with like any other', async () => {
  expect(await home.luci(['list', '--remote'], { environment })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^name +context\nbox\/echo +\S\nbox\/org\/large +\S\n$/),
  });
  expect(await home.luci(['list', '--remote', '-q'], { environment })).toMatchObject({ stdout: 'box/echo\nbox/org/large\n' });
  expect(await ask()).toEqual({ exitCode: 0, stdout: 'hello there\n', stderr: '' });
  const answer = JSON.parse((await ask('--json')).stdout) as unknown;
  expect(answer).toMatchObject({
    model: 'box/echo',
    text: 'hello there',
    thinking: 'Let me see.',
    usage: { promptTokens: 12, cachedTokens: 4, generatedTokens: 3 },
  });
  const chat = await home.luci(['chat', '-m', 'box/echo'], { environment, stdin: 'first\nsecond\n/stats\n' });
  expect(chat).toMatchObject({ exitCode: 0, stdout: 'first\nsecond\n' });
  const { messages } = (server.requests.at(-1)?.body ?? {}) as { messages: { content: string }[] };
  expect(messages.map(({ content }) => content)).toEqual(['first', 'first', 'second']);
});

test('sampling, limits and the schema are sent as the protocol has them', async () => {
  await ask('--temperature', '0.5', '--seed', '7', '--max-tokens', '20', '--system', 'Be brief.');
  expect(server.requests.at(-1)?.body).toMatchObject({
    model: 'echo',
    temperature: 0.5,
    seed: 7,
    max_tokens: 20,
    stream: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hello there' },
    ],
  });
});

test('top-p and the texts that end an answer are sent, and sampling the protocol does not have is an error that names it', async () => {
  await ask('--top-p', '0.8', '--stop', 'END', '--stop', 'FIN');
  expect(server.requests.at(-1)?.body).toMatchObject({ top_p: 0.8, stop: ['END', 'FIN'] });
  await home.luci(['chat', '-m', 'box/echo', '--stop', 'END'], { environment, stdin: 'hi\n' });
  expect(server.requests.at(-1)?.body).toMatchObject({ stop: ['END'] });
  for (const [name, value, off] of [
    ['top-k', '20', '0'],
    ['min-p', '0.1', '0'],
    ['repeat-penalty', '1.3', '1'],
  ] as const) {
    // What changes nothing need not be known.
    expect(await ask('--temperature', '0.5', `--${name}`, off)).toMatchObject({ exitCode: 0 });
    const ran = await ask('--temperature', '0.5', `--${name}`, value);
    expect(ran).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringContaining(`does not know ${name}`) });
  }
});

test('the key is a header and nowhere else: not in files, not in the record of connections, not in errors', async () => {
  await ask();
  expect(server.requests.every(({ authorization }) => authorization === `Bearer ${server.key}`)).toBe(true);
  const files = await Promise.all(['remotes.json', 'net.jsonl'].map((name) => readFile(join(home.folder, 'state', name), 'utf8')));
  expect(files.join()).not.toContain(server.key);
  expect(await home.luci(['remote', 'list'])).toMatchObject({ stdout: expect.stringContaining('TEST_KEY') });
  const wrong = await home.luci(['ask', '-m', 'box/echo', 'hi'], { environment: { TEST_KEY: 'sk-wrong-key' } });
  expect(wrong).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('does not accept the key') });
  expect(wrong.stderr).not.toContain('sk-wrong-key');
  expect(await home.luci(['ask', '-m', 'box/echo', 'hi'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('TEST_KEY, which is not set'),
  });
  expect(await home.luci(['remote', 'add', 'x', 'https://user:secret@host/v1'])).toMatchObject({ exitCode: 2 });
});

test.each([
  ['cut', 7, 'ended in the middle of its answer'],
  ['garbage', 7, 'ended in the middle of its answer'],
  ['status', 7, 'answered 503: overloaded, see (address)'],
  ['context', 2, 'does not fit'],
  ['error-event', 7, 'out of memory'],
] as const)(
  'an endpoint with the fault %s is one clear error with exit %i, and the next question works',
  async (fault, exitCode, words) => {
    server.fault = fault;
    const ran = await ask();
    expect(ran).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    server.fault = 'none';
    expect((await ask()).exitCode).toBe(0);
  },
);

test('a silent endpoint is left at once with Ctrl+C', async () => {
  server.fault = 'silent';
  const known = server.requests.length;
  let pid = 0;
  const running = home.luci(['ask', '-m', 'box/echo', 'hi'], { environment, onStart: (started) => (pid = started) });
  while (!server.requests.slice(known).some(({ path }) => path.endsWith('/chat/completions')))
    await new Promise((done) => setTimeout(done, 5));
  process.kill(pid, 'SIGINT');
  // The endpoint never answers: that the command ends at all is because it left.
  expect((await running).exitCode).toBe(130);
});

test('an unknown model, an endpoint that is down, and being offline', async () => {
  expect(await home.luci(['ask', '-m', 'box/none', 'hi'], { environment })).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('has no model none'),
  });
  await home.luci(['remote', 'add', 'down', 'http://127.0.0.1:9/v1']);
  expect(await home.luci(['ask', '-m', 'down/x', 'hi'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/connection refused\n {2}Is it running\? luci remote list/),
  });
  await home.luci(['remote', 'add', 'far', 'https://example.invalid/v1']);
  expect(await home.luci(['ask', '-m', 'far/x', 'hi', '--offline'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('offline'),
  });
  expect(await home.luci(['remote', 'remove', 'down'])).toMatchObject({ exitCode: 0 });
  expect(await home.luci(['remote', 'remove', 'down'])).toMatchObject({ exitCode: 3 });
});

test('a remote model is tested like any other, proves nothing of bytes, and its run is shown by name', async () => {
  const ran = await home.luci(['test', 'box/echo', '--case', 't0-copy', '--case', 't0-arith'], { environment });
  expect(ran.exitCode).toBe(8);
  expect(ran.stdout).toContain('Testing box/echo (tier unknown, unknown, remote engine)');
  expect(ran.stdout).toContain('(0/2)');
  expect((await home.luci(['test', 'show', 'box/echo', 't0-arith'], { environment })).stdout).toContain('t0-arith');
  expect(await home.luci(['test', 'certify', 'box/echo'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no certificate'),
  });
  expect(await home.luci(['test', 'box/nothing'], { environment })).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('has no model nothing'),
  });
});

test('an endpoint that does not answer hides no other; alone, it is the error', async () => {
  await home.luci(['remote', 'add', 'dead', 'http://127.0.0.1:1/v1']);
  expect(await home.luci(['list', '--remote'], { environment })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^name +context\nbox\/echo .*\nbox\/org\/large .*\n$/),
    stderr: expect.stringContaining('dead: '),
  });
  await home.luci(['remote', 'remove', 'box']);
  expect((await home.luci(['list', '--remote'], { environment })).exitCode).toBe(4);
  const again = await home.luci(['remote', 'add', 'dead', server.url]);
  expect(again).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(
      /^dead is added in place of http:\/\/127\.0\.0\.1:1\/v1\.\nIts models could not be read now: .* does not accept the key/,
    ),
  });
});

test('an endpoint that ends with [DONE] and gives no reason has answered whole', async () => {
  server.fault = 'no-reason';
  const ran = await ask();
  server.fault = 'none';
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
});

test('an answer that a filter of the endpoint ended is said to be', async () => {
  server.fault = 'filtered';
  const ran = await ask();
  const json = await home.luci(['ask', '-m', 'box/echo', '--json', 'hi'], { environment });
  server.fault = 'none';
  expect(ran).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^ended at \d+ tokens: a filter of the endpoint withheld the rest\n$/),
  });
  expect(JSON.parse(json.stdout)).toMatchObject({ reason: 'filtered' });
});

test('the name of an endpoint alone is told for what it is, wherever a model is named', async () => {
  for (const args of [
    ['ask', '-m', 'box', 'hi'],
    ['chat', '-m', 'box'],
    ['show', 'box'],
    ['test', 'box'],
    ['verify', 'box'],
  ])
    expect(await home.luci(args, { environment }), args.join(' ')).toMatchObject({
      exitCode: 3,
      stderr: 'box is an endpoint, not a model: its models are named box/MODEL.\n  luci list --remote\n',
    });
});

test('commands that look at files here say of a model of an endpoint where it is, and ask nobody', async () => {
  const before = server.requests.length;
  for (const args of [['verify'], ['remove', '-y'], ['llm', 'disable'], ['install', '-y'], ['install', '--dry-run']]) {
    const ran = await home.luci([...args, 'box/echo'], { environment });
    expect(ran, args.join(' ')).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ran.stderr).toBe(
      'box/echo is a model of the endpoint box; nothing of it is on this machine.\n  luci ask -m box/echo "Hello"\n  luci list --remote\n',
    );
  }
  expect(server.requests).toHaveLength(before);
});
