import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { serveTiny } from '../serve/served.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Names of one's own for models, wherever a model is named. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

test('an alias works for ask, chat, run, as the command itself, for test, show and install, in any case', async () => {
  expect(await home.luci(['alias', 'Fast:1', 'tiny'])).toMatchObject({ exitCode: 0, stdout: '' });
  for (const words of [
    ['ask', '-m', 'Fast:1', 'hi'],
    ['run', 'fast:1', 'hi'],
    ['fast:1', 'hi'],
  ])
    expect(await home.luci(words), words.join(' ')).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  expect((await home.luci(['chat', '-m', 'fast:1'], { stdin: 'hi\n' })).stdout).toContain(tinyReply);
  expect((await home.luci(['test', 'fast:1', '--case', 't0-json'])).stdout).toContain('tiny');
  expect((await home.luci(['show', 'fast:1'])).stdout).toContain('tiny');
  expect(JSON.parse((await home.luci(['alias', '--json'])).stdout)).toEqual([
    { name: 'Fast:1', target: 'tiny', hiddenBy: null, model: 'tiny' },
  ]);
  expect(await home.luci(['alias', 'remove', 'FAST:1'])).toMatchObject({ exitCode: 0 });
  expect(await home.luci(['ask', '-m', 'fast:1', 'hi'])).toMatchObject({ exitCode: 3 });
  expect(await home.luci(['alias', 'remove', 'fast:1'])).toMatchObject({ exitCode: 3 });
});

test('an alias of a catalogue model that is not installed installs that one, and one of an alias stands for its model', async () => {
  await home.luci(['alias', 'small', 'llama3.2']);
  await home.luci(['alias', 'smaller', 'small']);
  const listed = JSON.parse((await home.luci(['alias', 'list', '--json'])).stdout) as unknown;
  expect(listed).toMatchObject([
    { name: 'small', target: 'llama3.2', model: null },
    { name: 'smaller', target: 'llama3.2' },
  ]);
  const plan = await home.luci(['install', 'smaller', '--dry-run', '--offline']);
  expect(plan.stdout).toContain('llama3.2');
});

test('a path and a model of an endpoint elsewhere have aliases too', async () => {
  await using server = await startOpenAiServer();
  const environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
  await writeFile(join(home.folder, 'other.gguf'), tinyGguf());
  expect(await home.luci(['alias', 'far', 'box/echo'])).toMatchObject({ exitCode: 0 });
  expect(await home.luci(['alias', 'file', join(home.folder, 'other.gguf')])).toMatchObject({ exitCode: 0 });
  expect((await home.luci(['ask', '-m', 'far', 'echoed'], { environment })).stdout).toBe('echoed\n');
  expect((await home.luci(['file', 'hi'])).stdout).toBe(`${tinyReply}\n`);
});

test('a name that a model has, or that means something else, is refused, and so is a target nobody knows', async () => {
  for (const [name, target, exitCode, why] of [
    ['llama3.2', 'tiny', 2, 'is the name of a model'],
    ['LLAMA3.2:3b', 'tiny', 2, 'is the name of a model, llama3.2'],
    ['tiny', 'llama3.2', 2, 'is the name of a model'],
    ['all', 'tiny', 2, 'cannot be an alias'],
    ['tier-1', 'tiny', 2, 'cannot be an alias'],
    ['a/b', 'tiny', 2, 'cannot be an alias'],
    ['x.gguf', 'tiny', 2, 'cannot be an alias'],
    ['x:latest', 'tiny', 2, 'cannot be an alias'],
    ['fast', 'no-such-model', 3, 'No model is called no-such-model'],
    ['fast', 'fast', 3, 'No model is called fast'],
  ] as const)
    expect(await home.luci(['alias', name, target]), name).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(why) });
  expect(await home.luci(['alias', 'fast'])).toMatchObject({ exitCode: 2 });
  expect(JSON.parse((await home.luci(['alias', '--json'])).stdout)).toEqual([]);
});

test('a model that comes to have the name itself is the one that is meant, and the list says so', async () => {
  await home.luci(['alias', 'mine', 'llama3.2']);
  await rename(join(home.folder, 'models', 'tiny.gguf'), join(home.folder, 'models', 'mine.gguf'));
  expect((await home.luci(['ask', '-m', 'mine', 'hi'])).stdout).toBe(`${tinyReply}\n`);
  expect((await home.luci(['alias'])).stdout).toContain('hidden: mine has this name itself');
});

test('the server answers to an alias', async () => {
  await using served = await serveTiny();
  await served.luci.aliases.set('fast', 'tiny');
  const body = JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
  const reply = await fetch(`${served.url}/v1/chat/completions`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect(await reply.json()).toMatchObject({ choices: [{ message: { content: tinyReply } }] });
});
