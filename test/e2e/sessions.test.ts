import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { LlamafileAgent } from '../../src/app/llamafile-agent.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { LoadEvent } from '../../src/engine/engine.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** One model, many askers: through the public door, on a real model in a real engine process. */

let home: Home;
let luci: Luci;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  luci = createLuci(resolveSettings({ home: home.folder, offline: true, keepAliveSeconds: 20 }, {}));
  model = join(home.folder, 'tiny.gguf');
  writeFileSync(model, tinyGguf());
});
afterEach(async () => {
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

const greedy = { sampling: { temperature: 0 }, maxTokens: 8 };

/** Connections this process has open: what is leaked stays among them. */
async function connections(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // It was that of this very reading.
    }
  }).length;
}

async function settled(count: number): Promise<void> {
  while ((await connections()) !== count) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('twenty askers of one agent share one session, and those that are stopped stop none of the others', async () => {
  const before = await connections();
  await using agent = luci.agent({ model });
  const stoppers = Array.from({ length: 20 }, () => new AbortController());
  const asked = stoppers.map(({ signal }) => agent.query('hi', { ...greedy, signal }));
  stoppers[0]?.abort(); // The first, for whom the model is being opened.
  for (const index of [3, 8, 19]) stoppers[index]?.abort();
  const answers = await Promise.allSettled(asked);
  const stopped = answers.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
  expect(stopped).toEqual([0, 3, 8, 19]);
  for (const answer of answers)
    if (answer.status === 'fulfilled') expect(answer.value).toBe(tinyReply);
    else expect(answer.reason).toMatchObject({ code: 'CANCELLED' });
  expect(await connections()).toBe(before + 1);
  await agent.close();
  await settled(before);
});

test('after the engine process was killed twenty askers of two agents open one session, and leak none', async () => {
  const before = await connections();
  const agents = [luci.agent({ model }), luci.agent({ model })] as const;
  expect(await Promise.all(agents.map((agent) => agent.query('hi', greedy)))).toEqual([tinyReply, tinyReply]);
  expect(await connections()).toBe(before + 1);
  process.kill((await luci.engine.status())?.pid ?? 0, 'SIGKILL');
  await settled(before);
  const asked = Array.from({ length: 20 }, (_, index) => agents[index % 2 === 0 ? 0 : 1].query('hi', greedy));
  expect(new Set(await Promise.all(asked))).toEqual(new Set([tinyReply]));
  expect(await connections()).toBe(before + 1);
  expect((await luci.engine.status())?.models).toHaveLength(1);
  // Closing one leaves the other what both have.
  await agents[0].close();
  expect(await agents[1].query('hi', greedy)).toBe(tinyReply);
  await expect(agents[0].query('hi')).rejects.toThrow('closed');
  await agents[1].close();
  await settled(before);
});

test('a kill in the middle of many answers fails those alone, and the next ones are answered', async () => {
  await using agent = luci.agent({ model });
  await agent.query('hi', greedy);
  const asked = Array.from({ length: 20 }, () => agent.query('tell', { sampling: { temperature: 2 }, maxTokens: 400 }));
  process.kill((await luci.engine.status())?.pid ?? 0, 'SIGKILL');
  for (const answer of await Promise.allSettled(asked))
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'ENGINE_CRASHED' });
  expect(await agent.query('hi', greedy)).toBe(tinyReply);
});

test('sessions of one model are one, of other contexts others, and closed in any order', async () => {
  const before = await connections();
  const opened = await Promise.all(Array.from({ length: 20 }, () => luci.open(model, { contextLength: 256 })));
  const other = await luci.open(model, { contextLength: 512 });
  expect([...new Set(opened.map(({ facts }) => facts.contextLength)), other.facts.contextLength]).toEqual([256, 512]);
  expect(await connections()).toBe(before + 2);
  const [first, ...rest] = opened.reverse();
  for (const session of rest) {
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose](); // Twice is once.
  }
  await expect(rest[0]?.countTokens([{ role: 'user', content: 'hi' }])).rejects.toThrow('closed');
  expect(await first?.countTokens([{ role: 'user', content: 'hi' }])).toBeGreaterThan(0);
  await first?.[Symbol.asyncDispose]();
  await settled(before + 1);
  await other[Symbol.asyncDispose]();
  await settled(before);
});

test('an agent that is closed while it is asked ends its questions, and nobody else loses the model', async () => {
  const [leaving, staying] = [luci.agent({ model }), luci.agent({ model })];
  const asked = Promise.allSettled(Array.from({ length: 20 }, () => leaving.query('hi', greedy)));
  const kept = staying.query('hi', greedy);
  await leaving.close();
  for (const answer of await asked) expect(answer.status).toBe('rejected');
  expect(await kept).toBe(tinyReply);
  await staying.close();
});

test('who asks for it is told how the loading goes, whether it opens the model or finds it open', async () => {
  const told: LoadEvent[][] = [[], [], []];
  const onEvent = (index: number) => (event: LoadEvent) => void told[index]?.push(event);
  await using _first = await luci.open(model, { onEvent: onEvent(0) });
  expect(told[0]?.map(({ type }) => type)).toEqual(expect.arrayContaining(['starting-engine', 'loading', 'ready']));
  const fractions = (told[0] ?? []).flatMap((event) => (event.type === 'loading' ? [event.fraction] : []));
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
  expect(told[0]?.findLast(({ type }) => type === 'loading')).toMatchObject({ name: model, sizeBytes: expect.any(Number) });
  await using _second = await luci.open(model, { onEvent: onEvent(1) });
  expect(told[1]).toEqual([{ type: 'ready', modelKind: 'chat' }]);
  // From the agent of a program of its own, which finds it in the engine process.
  await using agent = luci.agent({ model: model.replace('tiny', './tiny'), onLoad: onEvent(2) });
  await agent.query('hi', greedy);
  expect(told[2]).toEqual([{ type: 'ready', modelKind: 'chat' }]);
});

test('the class for programs passes the events of loading on', async () => {
  const told: string[] = [];
  const settings = resolveSettings({ home: home.folder, offline: true, keepAliveSeconds: 20 }, {});
  await using agent = new LlamafileAgent({ modelPath: model, settings, onLoad: ({ type }) => told.push(type) });
  expect(await agent.query('hi', greedy)).toBe(tinyReply);
  expect(told[0]).toBe('starting-engine');
  expect(told.at(-1)).toBe('ready');
});
