import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddingModelV3, LanguageModelV3, ProviderV3 } from '@ai-sdk/provider';
import { embed, embedMany, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import type { EmbeddingModelV4, LanguageModelV4 } from 'ai-sdk-provider-v4';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuciProvider, type LuciProvider } from '../../src/ai/index.ts';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { ChatRequest, GenerationEvent, Session } from '../../src/engine/engine.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Script, type ScriptedSession, scriptedSession } from '../fixtures/scripted-session.ts';

/** `luci/ai` through the functions of the real AI SDK: over a real model in a real engine process, and over scripts for what that one never says. */

let home: string;
let luci: Luci;
let provider: LuciProvider;
beforeAll(async () => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false }); // They are results here.
  home = await mkdtemp(join(tmpdir(), 'luci ai '));
  await mkdir(join(home, 'models'));
  await writeFile(join(home, 'models', 'tiny.gguf'), tinyGguf());
  luci = createLuci(resolveSettings({ home, offline: true, keepAliveSeconds: 20 }, {}));
  provider = createLuciProvider({ luci });
});
afterAll(async () => {
  await provider.close();
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

const prompt = 'What is the weather in Oslo?';
const weatherSchema = {
  type: 'object',
  properties: { town: { type: 'string' } },
  required: ['town'],
  additionalProperties: false,
} as const;
const weather = tool({ description: 'The weather of a town', inputSchema: jsonSchema<{ town: string }>(weatherSchema) });

/** A model that says what a script says. */
function scripted(script: Script, how?: Parameters<typeof scriptedSession>[1]): { model: LanguageModelV3; requests: ChatRequest[] } {
  const session: ScriptedSession = scriptedSession(script, how);
  return { model: modelOf(session), requests: session.requests };
}

function modelOf(session: Session): LanguageModelV3 {
  return createLuciProvider({ luci: { ...luci, open: async () => session } })('scripted');
}

test('the provider and its models have the types of the specification, of version 3 and but for its number of version 4', () => {
  const asProvider: ProviderV3 = provider;
  const asModel: LanguageModelV3 = provider('tiny');
  const asEmbedding: EmbeddingModelV3 = provider.embeddingModel('tiny');
  const asModel4: Omit<LanguageModelV4, 'specificationVersion'> = provider('tiny');
  const asEmbedding4: Omit<EmbeddingModelV4, 'specificationVersion'> = provider.embeddingModel('tiny');
  const all = [asModel, asEmbedding, asModel4, asEmbedding4, asProvider.languageModel('tiny')];
  for (const { provider: name, modelId } of all) expect({ name, modelId }).toEqual({ name: 'luci', modelId: 'tiny' });
});

test('generateText and streamText give the answer of the model, why it ended and its tokens', async () => {
  const whole = await generateText({ model: provider('tiny'), prompt: 'hi' });
  expect(whole).toMatchObject({ text: tinyReply, finishReason: 'stop', warnings: [], response: { modelId: 'tiny' } });
  const { inputTokens = 0, outputTokens = 0, totalTokens } = whole.usage;
  expect(inputTokens).toBeGreaterThan(0);
  expect(outputTokens).toBeGreaterThan(0);
  expect(totalTokens).toBe(inputTokens + outputTokens);
  const streamed = streamText({ model: provider('tiny'), prompt: 'hi' });
  const pieces: string[] = [];
  for await (const piece of streamed.textStream) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe(tinyReply);
  expect(await streamed.finishReason).toBe('stop');
  expect((await streamed.usage).outputTokens).toBe(outputTokens);
});

test('an answer that is cut says so', async () => {
  expect(await generateText({ model: provider('tiny'), prompt: 'hi', maxOutputTokens: 1 })).toMatchObject({
    finishReason: 'length',
    rawFinishReason: 'length',
  });
});

test('embed and embedMany give vectors and their tokens', async () => {
  const model = provider.embeddingModel('tiny');
  const one = await embed({ model, value: 'a' });
  const many = await embedMany({ model, values: ['a', 'b'] });
  expect(many.embeddings).toHaveLength(2);
  expect(many.embeddings[0]).toEqual(one.embedding);
  expect(many.usage.tokens).toBeGreaterThan(one.usage.tokens);
});

test('a model that is not there is a LuciError with its code, and is not tried again', async () => {
  const model = provider('llama3.2');
  await expect(generateText({ model, prompt: 'hi' })).rejects.toMatchObject({ name: 'LuciError', code: 'MODEL_NOT_INSTALLED' });
  const errors: unknown[] = [];
  const streamed = streamText({ model, prompt: 'hi', onError: ({ error }) => void errors.push(error) });
  await streamed.consumeStream();
  expect(errors).toMatchObject([{ code: 'MODEL_NOT_INSTALLED' }]);
});

test('a provider of its own opens models of its settings, and lets go of them', async () => {
  await using own = createLuciProvider({ settings: luci.settings });
  expect((await generateText({ model: own(join(home, 'models', 'tiny.gguf')), prompt: 'hi' })).text).toBe(tinyReply);
});

test.each<[string, Script, boolean]>([
  ['as the engine tells it apart', () => [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }], true],
  ['as bare JSON', () => '{"name": "weather", "arguments": {"town": "Oslo"}}', true],
  ['by the grammar', () => '{"tool": "weather", "arguments": {"town": "Oslo"}}', false],
])('a call written %s is a tool call, and nothing of it is text', async (_, script, tools) => {
  const { model } = scripted(script, { tools });
  const whole = await generateText({ model, prompt, tools: { weather } });
  const streamed = streamText({ model, prompt, tools: { weather } });
  for (const [text, reason, calls] of [
    [whole.text, whole.finishReason, whole.toolCalls],
    [await streamed.text, await streamed.finishReason, await streamed.toolCalls],
  ] as const) {
    expect({ text, reason }).toEqual({ text: '', reason: 'tool-calls' });
    expect(calls).toMatchObject([{ toolName: 'weather', input: { town: 'Oslo' } }]);
  }
});

test('a tool that runs is told to the model with its result, and the answer follows', async () => {
  const { model, requests } = scripted(
    (_, count) => (count === 1 ? [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] : 'Rain.'),
    {
      tools: true,
    },
  );
  const asked: unknown[] = [];
  const running = tool({
    description: 'The weather of a town',
    inputSchema: jsonSchema<{ town: string }>(weatherSchema),
    execute: async (input) => {
      asked.push(input);
      return { sky: 'rain', degrees: 7 };
    },
  });
  const { text, steps } = await generateText({ model, system: 'Be short.', prompt, tools: { weather: running }, stopWhen: stepCountIs(3) });
  expect(text).toBe('Rain.');
  expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
  expect(asked).toEqual([{ town: 'Oslo' }]);
  expect(requests[1]?.messages).toEqual([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: prompt },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] },
    { role: 'tool', toolCallId: 'c1', name: 'weather', content: '{"sky":"rain","degrees":7}' },
  ]);
});

test('toolChoice: one that is named is the only one that is told, and with none no tool is', async () => {
  const clock = tool({ description: 'The time', inputSchema: jsonSchema<object>({ type: 'object', properties: {} }) });
  const { model, requests } = scripted(() => [{ id: 'c1', name: 'clock', arguments: {} }], { tools: true });
  await generateText({ model, prompt, tools: { weather, clock }, toolChoice: { type: 'tool', toolName: 'clock' } });
  expect(requests[0]).toMatchObject({ toolChoice: 'required', tools: [{ name: 'clock' }] });
  const silent = scripted(() => 'no', { tools: true });
  await generateText({ model: silent.model, prompt, tools: { weather }, toolChoice: 'none' });
  expect(silent.requests[0]?.tools).toBeUndefined();
});

test('Output.object gives a value of the schema, to which the engine was held and which the model was told', async () => {
  const { model, requests } = scripted(() => '{"town": "Oslo"}');
  const output = Output.object({ schema: jsonSchema<{ town: string }>(weatherSchema) });
  expect((await generateText({ model, prompt, output })).output).toEqual({ town: 'Oslo' });
  expect(requests[0]?.jsonSchema).toMatchObject(weatherSchema);
  expect(requests[0]?.messages.at(-1)?.content).toContain('"town": string');
  const partial: unknown[] = [];
  for await (const value of streamText({ model, prompt, output }).partialOutputStream) partial.push(value);
  expect(partial.at(-1)).toEqual({ town: 'Oslo' });
});

test('thinking is reasoning, apart from the text, whole and streamed', async () => {
  const base = scriptedSession(() => 'Rain.');
  const session: Session = {
    ...base,
    async *generate(request, signal): AsyncGenerator<GenerationEvent> {
      yield { type: 'thinking', text: 'It is ' };
      yield { type: 'thinking', text: 'autumn.' };
      yield* base.generate(request, signal);
    },
  };
  const model = modelOf(session);
  expect(await generateText({ model, prompt })).toMatchObject({ reasoningText: 'It is autumn.', text: 'Rain.' });
  const types: string[] = [];
  for await (const { type } of streamText({ model, prompt }).fullStream) types.push(type);
  expect(types).toEqual([
    'start',
    'start-step',
    'reasoning-start',
    'reasoning-delta',
    'reasoning-delta',
    'reasoning-end',
    'text-start',
    'text-delta',
    'text-end',
    'finish-step',
    'finish',
  ]);
});

test('settings reach the engine; those that cannot be had are warnings, those that cannot be meant are refused', async () => {
  const { model, requests } = scripted(() => 'yes');
  const { warnings } = await generateText({
    model,
    prompt,
    temperature: 0,
    topP: 0.5,
    topK: 7,
    seed: 3,
    maxOutputTokens: 9,
    stopSequences: ['END', ''],
    presencePenalty: 0.5,
    providerOptions: { luci: { thinking: 'low', repeatable: true, minP: 0.1, colour: 'red' } },
  });
  expect(requests[0]).toMatchObject({
    maxTokens: 9,
    stop: ['END'],
    thinking: 'low',
    repeatable: true,
    sampling: { temperature: 0, topP: 0.5, topK: 7, minP: 0.1, seed: 3 },
  });
  expect(warnings).toEqual([
    { type: 'unsupported', feature: 'presencePenalty' },
    { type: 'unsupported', feature: 'providerOptions.luci.colour' },
  ]);
  const wrong = generateText({ model, prompt, providerOptions: { luci: { thinking: 'much' } } });
  await expect(wrong).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('thinking') });
});

test('how long it thinks, in the words of version 4', async () => {
  const { model, requests } = scripted(() => 'yes');
  const words = ['none', 'minimal', 'low', 'medium', 'xhigh', 'provider-default'] as const;
  const asked = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }];
  for (const reasoning of words) await (model as unknown as LanguageModelV4).doGenerate({ prompt: asked, reasoning });
  expect(requests.map(({ thinking }) => thinking)).toEqual([false, 'low', 'low', true, 'high', undefined]);
});

test('a picture is refused by the type of its part', async () => {
  const content = [{ type: 'file' as const, data: new Uint8Array([1]), mediaType: 'image/png' }];
  const { model } = scripted(() => 'yes');
  await expect(generateText({ model, messages: [{ role: 'user', content }] })).rejects.toMatchObject({
    code: 'ENGINE_UNSUPPORTED',
    message: expect.stringContaining('image/png'),
  });
});

/** A model that goes on until it is stopped. */
function endless(): { model: LanguageModelV3; isStopped: () => boolean } {
  let stopped = false;
  const model = modelOf({
    ...scriptedSession(() => ''),
    async *generate(_, signal): AsyncGenerator<GenerationEvent> {
      try {
        for (;;) {
          signal?.throwIfAborted();
          yield { type: 'text', text: 'on and ' };
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        stopped = true;
      }
    },
  });
  return { model, isStopped: () => stopped };
}

test('an abort ends the generation, and is an abort to the SDK, not a failure', async () => {
  const whole = endless();
  const stop = new AbortController();
  const asked = generateText({ model: whole.model, prompt, abortSignal: stop.signal });
  setTimeout(() => stop.abort(), 20);
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(whole.isStopped()).toBe(true);
  const { model, isStopped } = endless();
  const stopStream = new AbortController();
  const types = new Set<string>();
  for await (const { type } of streamText({ model, prompt, abortSignal: stopStream.signal }).fullStream) {
    types.add(type);
    if (type === 'text-delta') stopStream.abort();
  }
  expect([...types].at(-1)).toBe('abort');
  expect(types).not.toContain('error');
  await expect.poll(isStopped).toBe(true);
});

test('leaving the stream ends the generation', async () => {
  const { model, isStopped } = endless();
  const asked = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }];
  const { stream } = await model.doStream({ prompt: asked });
  for await (const { type } of stream) if (type === 'text-delta') break;
  expect(isStopped()).toBe(true);
});

test('a failure in the middle is an error part, after what was said', async () => {
  const session: Session = {
    ...scriptedSession(() => ''),
    async *generate(): AsyncGenerator<GenerationEvent> {
      yield { type: 'text', text: 'half ' };
      throw new Error('the engine is gone');
    },
  };
  const errors: unknown[] = [];
  const streamed = streamText({ model: modelOf(session), prompt, onError: ({ error }) => void errors.push(error) });
  let text = '';
  for await (const piece of streamed.textStream) text += piece;
  expect({ text, errors }).toMatchObject({ text: 'half ', errors: [{ message: 'the engine is gone' }] });
  expect(await streamed.finishReason).toBe('error');
});

test('settings and a luci of the program together cannot be meant', () => {
  expect(() => createLuciProvider({ luci, settings: luci.settings })).toThrow('not both');
});
