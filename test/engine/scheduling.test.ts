import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { ChatMessage, ChatRequest, GenerationEvent, Session, Usage } from '../../src/engine/engine.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';

/** Several requests at once on one model of the embedded engine, through its process. */

describe.each([
  ['a process for one at a time', false],
  ['a process for several at once, with separate contexts on two cores', true],
] as const)('%s', (_, expectsSeveral) => {
  let home: string;
  let model: string;
  let luci: Luci;
  let session: Session;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'luci scheduling '));
    model = join(home, 'tiny.gguf');
    await writeFile(model, tinyGguf());
    luci = open();
    session = await luci.open(model);
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await luci.engine.stop();
    await luci[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  function open(memoryBudgetBytes?: number): Luci {
    const settings = resolveSettings(
      { home, offline: true, engine: 'embedded', contextLength: 2048, keepAliveSeconds: 20 },
      { PATH: process.env['PATH'] ?? '' },
    );
    const made = createLuci(
      memoryBudgetBytes === undefined ? settings : { ...settings, engine: { ...settings.engine, memoryBudgetBytes } },
    );
    if (expectsSeveral) made.engine.expectSeveral();
    return made;
  }

  interface Answer {
    readonly text: string;
    readonly usage: Usage;
  }

  async function ask(messages: readonly ChatMessage[] | string, more: Partial<ChatRequest> = {}, log: string[] = []): Promise<Answer> {
    const turns: readonly ChatMessage[] = typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages;
    const name = turns.at(-1)?.content ?? '';
    let text = '';
    for await (const event of session.generate({
      messages: turns,
      sampling: { temperature: 0 },
      ...more,
    }) as AsyncIterable<GenerationEvent>) {
      log.push(name);
      if (event.type === 'text') text += event.text;
      if (event.type === 'end') return { text, usage: event.usage };
    }
    throw new Error('an answer without an end');
  }

  const requestsAtWork = async (): Promise<number> => (await luci.engine.status())?.models[0]?.requests ?? 0;

  const about = (subject: string): string => `${subject} `.repeat(40);

  test('four at once are all answered', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((number) => ask(`at once ${number}`)));
    expect(answers.map(({ text }) => text)).toEqual(Array(4).fill(tinyReply));
  });

  test('of four long answers none waits for the end of another', async () => {
    const log: string[] = [];
    // Any text of the form: hundreds of tokens, in place of the one short sentence this model knows.
    const long = {
      jsonSchema: { type: 'array', items: { type: 'integer' }, minItems: 300 },
      maxTokens: 400,
      sampling: { temperature: 1, seed: 1 },
    };
    await Promise.all([1, 2, 3, 4].map((number) => ask(`long ${number}`, long, log)));
    const ends = [...new Set(log)].map((name) => log.lastIndexOf(name));
    expect(new Set(log.slice(0, Math.min(...ends))).size).toBe(4);
  });

  test('more than there are slots for wait, and nobody is forgotten', async () => {
    const answers = await Promise.all(Array.from({ length: 11 }, (_, number) => ask(`number ${number}`)));
    expect(answers.map(({ text }) => text)).toEqual(Array(11).fill(tinyReply));
  });

  test('a request goes where its beginning is: turns of conversations that take turns stay cached', async () => {
    const first = about('apples');
    const second = about('bridges');
    for (const subject of [first, second])
      await ask([
        { role: 'system', content: subject },
        { role: 'user', content: 'one' },
      ]);
    for (const subject of [first, second, first, second]) {
      const { usage } = await ask([
        { role: 'system', content: subject },
        { role: 'user', content: 'two' },
      ]);
      expect(usage.cachedTokens).toBeGreaterThan(usage.promptTokens * 0.9);
    }
  });

  test('what four at once begin with alike is evaluated by one of them', async () => {
    const system = about('cherries');
    const answers = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        ask([
          { role: 'system', content: system },
          { role: 'user', content: `${number}?` },
        ]),
      ),
    );
    expect(answers.map(({ text }) => text)).toEqual(Array(4).fill(tinyReply));
    const shares = answers.map(({ usage }) => usage.cachedTokens / usage.promptTokens).sort((a, b) => a - b);
    expect(shares[0]).toBeLessThan(0.2);
    expect(shares[1]).toBeGreaterThan(0.8);
  });

  test('a repeatable request takes nothing from others, and what it evaluated itself up to the same place', async () => {
    const system = { role: 'system', content: about('dunes') } as const;
    const messages = [system, { role: 'user', content: 'go' }] as const;
    const first = await ask(messages);
    expect((await ask(messages, { repeatable: true })).usage.cachedTokens).toBe(0);
    const { promptTokens } = first.usage;
    expect((await ask(messages, { repeatable: true })).usage.cachedTokens).toBe(promptTokens - 1);
    // Another question after the same system prompt.
    const other = await ask([system, { role: 'user', content: 'stay' }], { repeatable: true });
    expect(other.usage.cachedTokens).toBeGreaterThanOrEqual(system.content.length);
    expect(other.usage.cachedTokens).toBeLessThan(promptTokens - 1);
  });

  test('the next turn of a repeatable conversation reads no prompt and no answer again', async () => {
    const turns: ChatMessage[] = [
      { role: 'system', content: about('elms') },
      { role: 'user', content: 'go' },
    ];
    for (const question of ['and?', 'so?', 'then?']) {
      const { text, usage } = await ask(turns, { repeatable: true });
      turns.push({ role: 'assistant', content: text }, { role: 'user', content: question });
      expect((await ask(turns, { repeatable: true })).usage.cachedTokens).toBeGreaterThanOrEqual(usage.promptTokens);
      // The fixture chooses words and gets its answer back as letters: those have been evaluated one by one by now.
      const other = [...turns.slice(0, -1), { role: 'user', content: 'no?' }] as const;
      expect((await ask(other, { repeatable: true })).usage.cachedTokens).toBeGreaterThanOrEqual(usage.promptTokens + tinyReply.length);
    }
  });

  test('a cancelled one does not disturb the others, in its prompt or in its answer', async () => {
    const stopper = new AbortController();
    let hasBegun = false;
    const stopped = (async () => {
      const messages = [{ role: 'user', content: 'x'.repeat(1900) }] as const;
      for await (const _event of session.generate({ messages }, stopper.signal)) hasBegun = true;
    })();
    await expect.poll(async () => hasBegun || (await requestsAtWork()) === 1).toBe(true);
    const left = (async () => {
      for await (const _event of session.generate({ messages: [{ role: 'user', content: 'leave' }] })) break;
    })();
    const others = Promise.all([1, 2].map((number) => ask(`other ${number}`)));
    stopper.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    await left;
    expect((await others).map(({ text }) => text)).toEqual([tinyReply, tinyReply]);
    expect((await ask('afterwards')).text).toBe(tinyReply);
  });

  test('where memory is short, requests at once wait for each other instead', async () => {
    const [loaded] = (await luci.engine.status())?.models ?? [];
    await luci.engine.stop();
    // Room for the model with one slot; four take four times the KV cache more.
    await using narrow = open((loaded?.memoryBytes ?? 0) - 1);
    await using small = await narrow.open(model);
    const answers = await Promise.all(
      [1, 2, 3].map(async (number) => {
        let text = '';
        for await (const event of small.generate({ messages: [{ role: 'user', content: `${number}` }], sampling: { temperature: 0 } }))
          if (event.type === 'text') text += event.text;
        return text;
      }),
    );
    expect(answers).toEqual(Array(3).fill(tinyReply));
    expect((await narrow.engine.status())?.models[0]?.memoryBytes).toBeLessThan(loaded?.memoryBytes ?? 0);
    await narrow.engine.stop();
    session = await luci.open(model);
  });

  test('a request that waits until another one has ended is told so', async () => {
    await using alone = await luci.open(model.replace('tiny', './tiny'), { parallel: 1, contextLength: 1024 });
    const ask = async (): Promise<string[]> => {
      const types: string[] = [];
      const question = { messages: [{ role: 'user', content: 'hi' }], sampling: { temperature: 0 } } as const;
      for await (const { type } of alone.generate(question)) types.push(type);
      return types;
    };
    const all = await Promise.all([ask(), ask(), ask()]);
    expect(all.map(([first]) => first).sort()).toEqual(['text', 'waiting', 'waiting']);
    for (const types of all) expect(types.filter((type) => type === 'waiting').length).toBeLessThan(2);
  });
});
