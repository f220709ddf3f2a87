import OpenAI from 'openai';
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterEach, expect, test } from 'vitest';
import { createKeptResponses } from '../../src/serve/openai/responses/kept-responses.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type ScriptedSession, scriptedSession } from '../fixtures/scripted-session.ts';
import { eventSession } from './event-session.ts';
import { type Served, serveTiny } from './served.ts';

/** /v1/responses through the client that OpenAI makes for it. */

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

async function clientOf(session?: ScriptedSession): Promise<OpenAI> {
  served = await serveTiny(session ? { open: () => session } : {});
  return new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 });
}

/** All events, and what the client makes of them. */
async function streamed(client: OpenAI, body: object): Promise<{ events: ResponseStreamEvent[]; final: Response }> {
  const stream = client.responses.stream({ model: 'tiny', input: 'hi', ...body });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return { events, final: await stream.finalResponse() };
}

const weather = {
  type: 'function' as const,
  name: 'weather',
  description: 'The weather of a town',
  parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
  strict: false,
};

test('a real model answers as a whole and as a stream, and both are the same', async () => {
  const client = await clientOf();
  const whole = await client.responses.create({ model: 'tiny', input: 'hi', instructions: 'Be kind.' });
  expect(whole).toMatchObject({ object: 'response', status: 'completed', output_text: tinyReply, instructions: 'Be kind.' });
  expect(whole.usage?.total_tokens).toBe((whole.usage?.input_tokens ?? 0) + (whole.usage?.output_tokens ?? 0));
  const { events, final } = await streamed(client, { instructions: 'Be kind.' });
  expect(final).toMatchObject({ status: 'completed', output_text: tinyReply });
  expect(final.usage?.output_tokens).toBe(whole.usage?.output_tokens);
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
  const types = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
  expect(types).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
});

test('an answer that is cut says so', async () => {
  const client = await clientOf();
  const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  expect(await client.responses.create({ model: 'tiny', input: 'hi', max_output_tokens: 2 })).toMatchObject(cut);
  expect((await streamed(client, { max_output_tokens: 2 })).final).toMatchObject(cut);
});

test('thinking is an item of its own before the answer', async () => {
  const session = eventSession(async function* () {
    yield { type: 'thinking', text: 'Hm. ' };
    yield { type: 'text', text: 'Yes.' };
  });
  const client = await clientOf(session);
  const items = [
    { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm. ' }] },
    { type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] },
  ];
  expect((await client.responses.create({ model: 'tiny', input: 'hi', reasoning: { effort: 'low' } })).output).toMatchObject(items);
  expect((await streamed(client, {})).final.output).toMatchObject(items);
  expect(session.requests[0]?.thinking).toBe('low');
});

test('a call is an item, and its result goes back by the id of the answer alone', async () => {
  const session = scriptedSession(
    (_, count) => (count < 3 ? ['Let me see.', { id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] : 'It rains.'),
    { tools: true },
  );
  const client = await clientOf(session);
  const body = { model: 'tiny', input: 'Weather in Oslo?', tools: [weather] };
  const whole = await client.responses.create(body);
  const { final } = await streamed(client, body);
  for (const { output } of [whole, final])
    expect(output).toMatchObject([
      { type: 'message', content: [{ text: 'Let me see.' }] },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"town":"Oslo"}', status: 'completed' },
    ]);
  const result = { type: 'function_call_output' as const, call_id: 'c1', output: 'rain' };
  const next = await client.responses.create({ ...body, input: [result], previous_response_id: final.id, instructions: 'Be short.' });
  expect(next.output_text).toBe('It rains.');
  expect(session.requests[2]?.messages).toEqual([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Weather in Oslo?' },
    { role: 'assistant', content: 'Let me see.', toolCalls: [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] },
    { role: 'tool', toolCallId: 'c1', name: 'weather', content: 'rain' },
  ]);
});

test('a conversation that a client keeps by itself is read from its items', async () => {
  const session = scriptedSession(() => 'yes');
  const client = await clientOf(session);
  await client.responses.create({
    model: 'tiny',
    input: [
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { type: 'function_call', call_id: 'c7', name: 'weather', arguments: '{"town":"Oslo"}' },
      { type: 'function_call', call_id: 'c8', name: 'weather', arguments: '{"town":"Rome"}' },
      { type: 'function_call_output', call_id: 'c7', output: 'rain' },
      { type: 'function_call_output', call_id: 'c8', output: 'sun' },
    ],
  });
  expect(session.requests[0]?.messages.map(({ role, content }) => [role, content])).toEqual([
    ['system', 'Be kind.'],
    ['user', 'Weather?'],
    ['assistant', ''],
    ['tool', 'rain'],
    ['tool', 'sun'],
  ]);
});

test('a form of the answer reaches the engine', async () => {
  const session = scriptedSession(() => '{"town": "Oslo"}');
  const client = await clientOf(session);
  const format = { type: 'json_schema' as const, name: 'town', schema: weather.parameters };
  expect((await client.responses.create({ model: 'tiny', input: 'hi', text: { format } })).output_text).toBe('{"town": "Oslo"}');
  expect(session.requests[0]?.jsonSchema).toEqual(weather.parameters);
});

test('an answer can be fetched and removed by its id, and one that was not to be kept cannot', async () => {
  const client = await clientOf(scriptedSession(() => 'yes'));
  const kept = await client.responses.create({ model: 'tiny', input: 'hi' });
  expect(await client.responses.retrieve(kept.id)).toMatchObject({ id: kept.id, output_text: 'yes' });
  await client.responses.delete(kept.id);
  await expect(client.responses.retrieve(kept.id)).rejects.toMatchObject({ status: 404 });
  const fleeting = await client.responses.create({ model: 'tiny', input: 'hi', store: false });
  await expect(client.responses.create({ model: 'tiny', input: 'hi', previous_response_id: fleeting.id })).rejects.toMatchObject({
    status: 404,
    param: 'previous_response_id',
  });
});

test('the oldest answers go when there are too many, or too much is in them', () => {
  const kept = createKeptResponses({ maxResponses: 2, maxCharacters: 1000 });
  const turns = (text: string) => [{ role: 'user' as const, content: text }];
  for (const id of ['a', 'b', 'c']) kept.keep(id, { response: { id }, turns: turns('hi') });
  expect(() => kept.find('a')).toThrow('is not kept here');
  expect(kept.find('b').response).toEqual({ id: 'b' });
  kept.keep('d', { response: {}, turns: turns('x'.repeat(900)) });
  kept.keep('e', { response: {}, turns: turns('x'.repeat(500)) });
  expect(() => kept.find('d')).toThrow('is not kept here');
  expect(kept.find('e').turns).toHaveLength(1);
});

test.each([
  ['background', { background: true }],
  ['conversation', { conversation: 'conv_1' }],
  ['truncation', { truncation: 'auto' }],
  ['tools', { tools: [{ type: 'web_search' }] }],
  ['input.0', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
])('%s, which cannot be had, is refused by name', async (param, more) => {
  const client = await clientOf(scriptedSession(() => 'yes'));
  const body = { model: 'tiny', input: 'hi', ...more } as OpenAI.Responses.ResponseCreateParamsNonStreaming;
  await expect(client.responses.create(body)).rejects.toMatchObject({ status: 400, param });
});

test('a failure in the middle of a stream reaches the client as an error', async () => {
  const session = eventSession(async function* () {
    yield { type: 'text', text: 'half' };
    throw new Error('broken');
  });
  const client = await clientOf(session);
  await expect(streamed(client, {})).rejects.toThrow('The server made a mistake.');
  await expect(client.responses.create({ model: 'tiny', input: 'hi' })).rejects.toMatchObject({ status: 500 });
});
