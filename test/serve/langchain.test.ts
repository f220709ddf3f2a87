import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { afterEach, expect, test } from 'vitest';
import type { ChatRequest } from '../../src/engine/engine.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Script, scriptedSession } from '../fixtures/scripted-session.ts';
import { type Served, serveTiny } from './served.ts';

/** LangChain's client of the OpenAI protocol, unchanged. */

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

function modelAt({ url }: Served): ChatOpenAI {
  return new ChatOpenAI({ model: 'tiny', apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${url}/v1` } });
}

async function scripted(script: Script): Promise<{ model: ChatOpenAI; requests: ChatRequest[] }> {
  const session = scriptedSession(script, { tools: true });
  served = await serveTiny({ open: () => session });
  return { model: modelAt(served), requests: session.requests };
}

const weatherSchema = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] };
const weather = { type: 'function', function: { name: 'weather', description: 'The weather of a town', parameters: weatherSchema } };

test('an answer as a whole and as a stream, with its tokens, and vectors', async () => {
  served = await serveTiny();
  const model = modelAt(served);
  const whole = await model.invoke('hi');
  expect(whole.content).toBe(tinyReply);
  expect(whole.usage_metadata?.output_tokens).toBeGreaterThan(0);
  let streamed = '';
  let tokens = 0;
  for await (const chunk of await model.stream([new HumanMessage('hi')])) {
    streamed += String(chunk.content);
    tokens += chunk.usage_metadata?.output_tokens ?? 0;
  }
  expect(streamed).toBe(tinyReply);
  expect(tokens).toBe(whole.usage_metadata?.output_tokens);
  const embeddings = new OpenAIEmbeddings({ model: 'tiny', apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${served.url}/v1` } });
  expect(await embeddings.embedDocuments(['a', 'b'])).toHaveLength(2);
});

test('a call is a tool call, whole and streamed, and its result is told', async () => {
  const { model, requests } = await scripted((_, count) =>
    count < 3 ? [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }] : 'Rain.',
  );
  const withTools = model.bindTools([weather]);
  const whole = await withTools.invoke('What is the weather in Oslo?');
  let streamed: typeof whole | undefined;
  for await (const chunk of await withTools.stream('What is the weather in Oslo?')) streamed = streamed ? streamed.concat(chunk) : chunk;
  for (const answer of [whole, streamed]) expect(answer?.tool_calls).toMatchObject([{ id: 'c1', name: 'weather', args: { town: 'Oslo' } }]);
  const result = new ToolMessage({ tool_call_id: 'c1', content: 'rain' });
  expect((await withTools.invoke([new HumanMessage('What is the weather in Oslo?'), whole, result])).content).toBe('Rain.');
  expect(requests.at(-1)?.messages.at(-1)).toMatchObject({ role: 'tool', name: 'weather', content: 'rain' });
});

test('structured output: by a schema, and by a call', async () => {
  const { model, requests } = await scripted((request) =>
    request.jsonSchema ? '{"town": "Oslo"}' : [{ id: 'c1', name: 'extract', arguments: { town: 'Oslo' } }],
  );
  const schema = { title: 'extract', ...weatherSchema };
  expect(await model.withStructuredOutput(schema, { method: 'jsonSchema' }).invoke('Where is it?')).toEqual({ town: 'Oslo' });
  expect(requests[0]?.jsonSchema).toMatchObject({ properties: { town: { type: 'string' } } });
  expect(await model.withStructuredOutput(schema, { method: 'functionCalling' }).invoke('Where is it?')).toEqual({ town: 'Oslo' });
});

test('a model that is not there is the error that its programs catch', async () => {
  served = await serveTiny();
  const model = new ChatOpenAI({ model: 'llama3.2', apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${served.url}/v1` } });
  await expect(model.invoke('hi')).rejects.toMatchObject({ status: 404, message: expect.stringContaining('llama3.2') });
});
