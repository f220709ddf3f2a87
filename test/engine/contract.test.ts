import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tool } from '../../src/agent/tool.ts';
import { createLuci } from '../../src/app/create-luci.ts';
import { LlamafileAgent } from '../../src/app/llamafile-agent.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { GenerationEvent, Session } from '../../src/engine/engine.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';

/** What every engine that runs files must do alike. One suite, run against each; an engine that is not on this machine is counted as skipped. */

const llamaServer = findLlamaServer();

/** Old llamafiles cannot be had here: programs with their recorded flags, routes and refusals stand for them. */
const engines = [
  ['embedded', 'embedded', true, undefined],
  ['llama-server', 'llama-server', llamaServer !== undefined, undefined],
  ['llamafile 0.8 (recorded protocol)', 'llamafile', true, '0.8.17'],
  ['llamafile 0.8.6, which knows a flag less', 'llamafile', true, '0.8.6'],
  ['llamafile 0.9 (recorded protocol)', 'llamafile', true, '0.9.3'],
  ['llamafile 0.10 (recorded protocol)', 'llamafile', true, '0.10.6'],
] as const;

let home: string;
let model: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci contract '));
  model = join(home, 'tiny.gguf');
  await writeFile(model, tinyGguf());
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe.each(engines)('%s', (_, engine, isThere, version) => {
  const knowsTemplates = engine !== 'llamafile';
  let luci: Luci;
  let session: Session;
  const settings = () =>
    resolveSettings(
      { home, offline: true, engine, contextLength: 2048, keepAliveSeconds: 20 },
      { PATH: process.env['PATH'] ?? '', ...(llamaServer ? { LUCI_LLAMA_SERVER: llamaServer } : {}) },
    );
  beforeAll(async () => {
    if (!isThere) return;
    luci = createLuci(settings());
    if (version !== undefined) {
      const program = await writeServerProgram(home, `llamafile-${version}`, version);
      await luci.runtimes.addProgram('llamafile', program);
    }
    session = await luci.open(model);
  });
  afterAll(async () => {
    if (!isThere) return;
    await session[Symbol.asyncDispose]();
    await luci.engine.stop();
    await luci[Symbol.asyncDispose]();
  });

  const ask = async (more: Partial<Parameters<Session['generate']>[0]> = {}, signal?: AbortSignal): Promise<GenerationEvent[]> => {
    const events: GenerationEvent[] = [];
    const request = { messages: [{ role: 'user', content: 'hi' }], sampling: { temperature: 0 }, ...more } as const;
    for await (const event of session.generate(request, signal)) events.push(event);
    return events;
  };
  const textOf = (events: readonly GenerationEvent[]): string => events.map((event) => (event.type === 'text' ? event.text : '')).join('');

  test.skipIf(!isThere)('an answer comes in pieces and ends with its usage', async () => {
    const events = await ask();
    expect(textOf(events)).toBe(tinyReply);
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      reason: 'stop',
      usage: { promptTokens: expect.any(Number), generatedTokens: expect.any(Number) },
    });
    expect(session.facts).toMatchObject({ kind: engine, contextLength: 2048 });
  });

  test.skipIf(!isThere)('greedy answers are the same every time', async () => {
    expect(textOf(await ask())).toBe(textOf(await ask()));
  });

  test.skipIf(!isThere)('a limit ends the answer and says so', async () => {
    const events = await ask({ maxTokens: 2 });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'length' });
    expect(textOf(events).length).toBeLessThan(tinyReply.length);
  });

  test.skipIf(!isThere)('a schema forces JSON', async () => {
    const jsonSchema = {
      type: 'object',
      properties: { a: { type: 'string', maxLength: 4 } },
      required: ['a'],
      additionalProperties: false,
    };
    const text = textOf(await ask({ jsonSchema, maxTokens: 60 }));
    expect(JSON.parse(text)).toEqual({ a: expect.any(String) });
  });

  test.skipIf(!isThere)('a prompt that does not fit is CONTEXT_OVERFLOW', async () => {
    await expect(ask({ messages: [{ role: 'user', content: 'long '.repeat(3000) }] })).rejects.toMatchObject({ code: 'CONTEXT_OVERFLOW' });
  });

  test.skipIf(!isThere)('tokens are counted as the template writes them', async () => {
    const short = await session.countTokens([{ role: 'user', content: 'hi' }]);
    const long = await session.countTokens([{ role: 'user', content: 'hi there' }]);
    expect(short).toBeGreaterThanOrEqual(5);
    expect(long).toBeGreaterThan(short);
  });

  test.skipIf(!isThere)('the prompt can be looked at, word for word where the engine tells it', async () => {
    const text = await session.render?.({ messages: [{ role: 'user', content: 'look at me' }] });
    if (knowsTemplates) expect(text).toMatch(/\S.*look at me/s);
    else expect(text ?? 'look at me').toContain('look at me');
  });

  test.skipIf(!isThere)('texts become vectors of one length, the same each time, and answers go on', async () => {
    const [first, other, again] = await session.embed(['a red apple', 'a quarterly report of earnings', 'a red apple']);
    expect(first?.length).toBeGreaterThan(1);
    expect(other).toHaveLength(first?.length ?? 0);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(textOf(await ask())).toBe(tinyReply);
  });

  test.skipIf(!isThere)('an abort ends it at once, and the next question works', async () => {
    const stopper = new AbortController();
    const run = async (): Promise<void> => {
      for await (const event of session.generate({ messages: [{ role: 'user', content: 'hi' }] }, stopper.signal))
        if (event.type === 'text') stopper.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(textOf(await ask())).toBe(tinyReply);
  });

  test.skipIf(!isThere)('leaving the loop ends the answer', async () => {
    for await (const event of session.generate({ messages: [{ role: 'user', content: 'hi' }] })) if (event.type === 'text') break;
    expect(textOf(await ask())).toBe(tinyReply);
  });

  test.skipIf(!isThere)(
    'a model whose template knows tools calls them in its own way where the engine can, and by the grammar elsewhere',
    async () => {
      const path = join(home, 'calls-tools.gguf');
      await writeFile(path, tinyGguf({ callsTool: true }));
      await using calling = await luci.open(path);
      const clock: Tool = {
        name: 'clock',
        description: 'The time in a town',
        parameters: {
          type: 'object',
          properties: { town: { type: 'string', maxLength: 8 } },
          required: ['town'],
          additionalProperties: false,
        },
        run: async () => '12:00',
      };
      expect(calling.facts.supports.tools).toBe(knowsTemplates);
      if (!knowsTemplates) return;
      const messages = [{ role: 'user', content: 'What time is it in Oslo?' }] as const;
      expect(calling.facts.supports.requiredCalls).toBe(engine === 'llama-server');
      for (const toolChoice of engine === 'llama-server' ? (['auto', 'required'] as const) : (['auto'] as const)) {
        const events: GenerationEvent[] = [];
        for await (const event of calling.generate({ messages, tools: [clock], toolChoice, sampling: { temperature: 0 }, maxTokens: 60 }))
          events.push(event);
        const town = engine === 'llama-server' ? 'Oslo' : expect.any(String);
        expect(events).toContainEqual({ type: 'tool-call', call: expect.objectContaining({ name: 'clock', arguments: { town } }) });
        expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'tool-calls' });
      }
    },
  );

  test.skipIf(!isThere)('LlamafileAgent asks, streams, chats, and calls tools by the grammar', async () => {
    await using agent = new LlamafileAgent({ modelPath: model, settings: settings(), sampling: { temperature: 0 }, maxTokens: 80 });
    expect(await agent.query('hi')).toBe(tinyReply);
    const chat = agent.chat();
    for await (const _event of chat.send('one'));
    for await (const _event of chat.send('two'));
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    const clock: Tool = {
      name: 'clock',
      description: 'Time',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
      run: async () => '12:00',
    };
    const types: string[] = [];
    for await (const { type } of agent.stream('hi', { tools: [clock] })) types.push(type);
    expect(types.at(-1)).toBe('end');
  });
});
