import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type Home, makeHome } from './luci-process.ts';

/** `--debug` and LUCI_DEBUG=1: the same, and only then. */

let home: Home;
let hub: Hub;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  hub = await startHub();
  model = join(home.folder, 'tiny.gguf');
  await writeFile(model, tinyGguf());
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const debugLines = (stderr: string): string[] => stderr.split('\n').filter((line) => line.startsWith('debug: '));

test('which engine was taken and why not the others, whether a session was opened or shared; the answer stays the answer', async () => {
  const first = await home.luci(['ask', 'hi', '-m', model, '--debug']);
  expect(first).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  expect(first.stderr).toMatch(/^debug: engine taken=embedded why="the first that can"/m);
  expect(first.stderr).toMatch(/^debug: session .* state=opened/m);
  const second = await home.luci(['ask', 'hi', '-m', model], { environment: { LUCI_DEBUG: '1' } });
  expect(second).toMatchObject({
    exitCode: 0,
    stdout: `${tinyReply}\n`,
    stderr: expect.stringMatching(/^debug: session .* state=shared/m),
  });
  const kept = await readFile(join(home.folder, 'logs', 'debug.log'), 'utf8');
  for (const line of [...debugLines(first.stderr), ...debugLines(second.stderr)]) expect(kept).toContain(line.slice('debug: '.length));
  const plain = await home.luci(['ask', 'hi', '-m', model], { environment: { LUCI_DEBUG: '0' } });
  expect(plain).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
  expect(await readFile(join(home.folder, 'logs', 'debug.log'), 'utf8')).toBe(kept);
});

test('which source was taken, and each retry; without the token and the signature', async () => {
  const faults = [{ kind: 'cut', afterBytes: 1000 }] as const;
  hub.add({ repo: 'owner/tiny-GGUF', commit: 'a'.repeat(40), path: 'tiny.gguf', bytes: tinyGguf(), faults });
  const ran = await home.luci(['install', 'owner/tiny-GGUF', '-y', '--debug'], {
    environment: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: hub.token },
  });
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(ran.stderr).toMatch(/^debug: settings .*hub\.endpoint="from environment"/m);
  expect(ran.stderr).toMatch(/^debug: source file=tiny\.gguf kind=hub place=\S+ order=1\/1 state=trying$/m);
  expect(ran.stderr).toMatch(/^debug: retry waitMs=\d+ failures=1 /m);
  expect(ran.stderr).toMatch(/^debug: source file=tiny\.gguf kind=hub place=\S+ state=taken revision=a{40}$/m);
  const kept = await readFile(join(home.folder, 'logs', 'debug.log'), 'utf8');
  for (const text of [ran.stderr, kept]) {
    expect(text).not.toContain(hub.token);
    expect(text).not.toMatch(/[?&](X-|sig|Signature|Expires)/i);
  }
});

test.each([
  ['--debug', {}],
  ['LUCI_DEBUG', { LUCI_DEBUG: '1' }],
])('%s shows the stack of an error, also of one before there are settings', async (flag, environment) => {
  const more = flag === '--debug' ? [flag] : [];
  for (const args of [['show', 'nosuch'], ['nosuchcommand'], ['ask', 'hi', '--max-tokens', 'x']]) {
    expect((await home.luci([...args, ...more], { environment })).stderr, args.join(' ')).toMatch(/\n {4}at /);
    expect((await home.luci(args)).stderr).not.toMatch(/\n {4}at /);
  }
});
