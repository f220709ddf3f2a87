import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterEach, expect, test } from 'vitest';
import type { ChatRequest } from '../../src/engine/engine.ts';
import { type Script, scriptedSession } from '../fixtures/scripted-session.ts';
import { type Served, serveTiny } from './served.ts';

/** Tools through the clients: whatever form a model writes its call in, the client gets a call, streamed or not. */

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

const parameters = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] };
const weather = { type: 'function' as const, function: { name: 'weather', description: 'The weather of a town', parameters } };
const clock = {
  type: 'function' as const,
  function: { name: 'clock', description: 'The time', parameters: { type: 'object', properties: {} } },
};
const question = [{ role: 'user' as const, content: 'What is the weather in Oslo?' }];

async function openAiWith(script: Script, tools = true): Promise<{ client: OpenAI; requests: ChatRequest[] }> {
  const session = scriptedSession(script, { tools });
  served = await serveTiny({ open: () => session });
  return { client: new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 }), requests: session.requests };
}

/** The same question as a whole and as a stream; both as a whole. */
async function bothWays(client: OpenAI, more: Pick<OpenAI.ChatCompletionCreateParams, 'parallel_tool_calls'> = {}) {
  const body = { model: 'tiny', messages: question, tools: [weather, clock], ...more };
  const [whole] = (await client.chat.completions.create({ ...body, stream: false })).choices;
  const [streamed] = (await client.chat.completions.stream(body).finalChatCompletion()).choices;
  return { whole, streamed };
}

test.each<[string, Script, boolean]>([
  ['as the engine tells it apart', () => [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }], true],
  ['as bare JSON', () => '{"name": "weather", "arguments": {"town": "Oslo"}}', true],
  ['in a fence', () => '```json\n{"tool": "weather", "parameters": {"town": "Oslo"}}\n```', true],
  ['by the grammar', () => '{"tool": "weather", "arguments": {"town": "Oslo"}}', false],
])('a call written %s is a call, and nothing of it is text', async (_, script, tools) => {
  const { client } = await openAiWith(script, tools);
  const { whole, streamed } = await bothWays(client);
  for (const choice of [whole, streamed]) {
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.content || null).toBeNull();
    const [call] = choice?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather' } });
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ town: 'Oslo' });
  }
});

test('two calls stay two, one where no more is wanted', async () => {
  const { client } = await openAiWith(() => [
    { id: 'c1', name: 'weather', arguments: { town: 'Oslo' } },
    { id: 'c2', name: 'clock', arguments: {} },
  ]);
  const names = (choice: OpenAI.ChatCompletion.Choice | undefined) =>
    choice?.message.tool_calls?.map((call) => call.type === 'function' && call.function.name);
  const several = await bothWays(client);
  expect([names(several.whole), names(several.streamed)]).toEqual([
    ['weather', 'clock'],
    ['weather', 'clock'],
  ]);
  const one = await bothWays(client, { parallel_tool_calls: false });
  expect([names(one.whole), names(one.streamed)]).toEqual([['weather'], ['weather']]);
});

test('a tool that is named is the only one that is offered, and it must be called', async () => {
  const { client, requests } = await openAiWith(() => [{ id: 'c1', name: 'clock', arguments: {} }]);
  await client.chat.completions.create({
    model: 'tiny',
    messages: question,
    tools: [weather, clock],
    tool_choice: { type: 'function', function: { name: 'clock' } },
  });
  expect(requests[0]?.tools?.map(({ name }) => name)).toEqual(['clock']);
  expect(requests[0]?.toolChoice).toBe('required');
  const unknown = { type: 'function' as const, function: { name: 'hammer' } };
  await expect(
    client.chat.completions.create({ model: 'tiny', messages: question, tools: [weather], tool_choice: unknown }),
  ).rejects.toMatchObject({ status: 400, param: 'tool_choice' });
});

test('with tool_choice none the tools are not told', async () => {
  const { client, requests } = await openAiWith(() => 'It rains.');
  const { choices } = await client.chat.completions.create({ model: 'tiny', messages: question, tools: [weather], tool_choice: 'none' });
  expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'It rains.' } });
  expect(requests[0]?.tools).toBeUndefined();
});

test('a result goes back to the model under the name of its call; one of no call is refused', async () => {
  const { client, requests } = await openAiWith(() => 'It rains in Oslo.');
  const call = { id: 'c9', type: 'function' as const, function: { name: 'weather', arguments: '{"town":"Oslo"}' } };
  const messages = [
    ...question,
    { role: 'assistant' as const, content: null, tool_calls: [call] },
    { role: 'tool' as const, tool_call_id: 'c9', content: 'rain' },
  ];
  await client.chat.completions.create({ model: 'tiny', messages, tools: [weather] });
  expect(requests[0]?.messages.slice(1)).toEqual([
    { role: 'assistant', content: '', toolCalls: [{ id: 'c9', name: 'weather', arguments: { town: 'Oslo' } }] },
    { role: 'tool', toolCallId: 'c9', name: 'weather', content: 'rain' },
  ]);
  const wrong = [...question, { role: 'tool' as const, tool_call_id: 'c8', content: 'rain' }];
  await expect(client.chat.completions.create({ model: 'tiny', messages: wrong })).rejects.toMatchObject({ status: 400 });
});

test('a schema of the answer reaches the engine, and the model is told it', async () => {
  const { client, requests } = await openAiWith(() => '{"town": "Oslo"}');
  const { choices } = await client.chat.completions.create({
    model: 'tiny',
    messages: question,
    response_format: { type: 'json_schema', json_schema: { name: 'town', schema: parameters } },
  });
  expect(choices[0]?.message.content).toBe('{"town": "Oslo"}');
  expect(requests[0]?.jsonSchema).toEqual(parameters);
  expect(requests[0]?.messages.at(-1)?.content).toContain('"town": string');
});

test('two system prompts are one, and text in parts is one text', async () => {
  const { client, requests } = await openAiWith(() => 'yes');
  await client.chat.completions.create({
    model: 'tiny',
    messages: [
      { role: 'system', content: 'one' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'developer', content: 'two' },
    ],
  });
  expect(requests[0]?.messages).toEqual([
    { role: 'system', content: 'one\n\ntwo' },
    { role: 'user', content: 'ab' },
  ]);
});

test('ollama: arguments are an object, and a result without an id finds its call', async () => {
  const session = scriptedSession((_, count) => (count < 3 ? [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] : 'rain'), {
    tools: true,
  });
  served = await serveTiny({ open: () => session });
  const ollama = new Ollama({ host: served.url });
  const body = { model: 'tiny', messages: question, tools: [weather] };
  const calls = [{ id: 'c1', function: { index: 0, name: 'weather', arguments: { town: 'Oslo' } } }];
  expect((await ollama.chat(body)).message.tool_calls).toEqual(calls);
  const streamed = [];
  for await (const { message } of await ollama.chat({ ...body, stream: true })) streamed.push(...(message.tool_calls ?? []));
  expect(streamed).toEqual(calls);
  const messages = [
    ...question,
    { role: 'assistant', content: '', tool_calls: [{ function: { name: 'weather', arguments: { town: 'Oslo' } } }] },
    { role: 'tool', content: 'rain', tool_name: 'weather' },
  ];
  expect((await ollama.chat({ ...body, messages })).message.content).toBe('rain');
  expect(session.requests.at(-1)?.messages.at(-1)).toMatchObject({ role: 'tool', name: 'weather', content: 'rain' });
});

test('ollama: several calls have a place and an id each, in one answer and streamed, and results find theirs by the id', async () => {
  const towns = ['Oslo', 'Rome'];
  const session = scriptedSession(
    (_, count) => (count < 3 ? towns.map((town, index) => ({ id: `c${index}`, name: 'weather', arguments: { town } })) : 'fine'),
    { tools: true },
  );
  served = await serveTiny({ open: () => session });
  const { url } = served;
  const body = { model: 'tiny', messages: question, tools: [weather] };
  const calls = towns.map((town, index) => ({ id: `c${index}`, function: { index, name: 'weather', arguments: { town } } }));
  const ask = async (more: object): Promise<string> =>
    (await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify({ ...body, ...more }) })).text();
  const callsIn = (line: string): unknown[] => (JSON.parse(line) as { message: { tool_calls?: unknown[] } }).message.tool_calls ?? [];
  expect(callsIn(await ask({ stream: false }))).toEqual(calls);
  expect((await ask({ stream: true })).trim().split('\n').flatMap(callsIn)).toEqual(calls);
  const results = [...calls]
    .reverse()
    .map(({ id, function: { arguments: asked } }) => ({ role: 'tool', tool_call_id: id, content: `rain in ${asked.town}` }));
  await ask({ stream: false, messages: [...question, { role: 'assistant', content: '', tool_calls: calls }, ...results] });
  expect(session.requests.at(-1)?.messages.slice(-2)).toMatchObject([
    { role: 'tool', toolCallId: 'c1', content: 'rain in Rome' },
    { role: 'tool', toolCallId: 'c0', content: 'rain in Oslo' },
  ]);
});

test('anthropic: a call is a block of its own, and its result is told', async () => {
  const session = scriptedSession(
    (_, count) => (count < 3 ? ['Let me see. ', { id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] : 'rain'),
    {
      tools: true,
    },
  );
  served = await serveTiny({ open: () => session });
  const anthropic = new Anthropic({ baseURL: served.url, apiKey: 'none', maxRetries: 0 });
  const tools = [{ name: 'weather', description: 'The weather', input_schema: { ...parameters, type: 'object' as const } }];
  const body = { model: 'tiny', max_tokens: 50, messages: question, tools };
  const whole = await anthropic.messages.create(body);
  const streamed = await anthropic.messages.stream(body).finalMessage();
  for (const { stop_reason: reason, content } of [whole, streamed]) {
    expect(reason).toBe('tool_use');
    expect(content).toMatchObject([
      { type: 'text', text: expect.stringContaining('Let me see.') },
      { type: 'tool_use', name: 'weather', input: { town: 'Oslo' } },
    ]);
  }
  const messages: Anthropic.MessageParam[] = [
    ...question,
    { role: 'assistant', content: whole.content },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: whole.content.flatMap((one) => (one.type === 'tool_use' ? [one.id] : []))[0] ?? '',
          content: 'rain',
        },
      ],
    },
  ];
  expect((await anthropic.messages.create({ ...body, messages })).content).toMatchObject([{ type: 'text', text: 'rain' }]);
  expect(session.requests.at(-1)?.messages.at(-1)).toMatchObject({ role: 'tool', name: 'weather', content: 'rain' });
});
