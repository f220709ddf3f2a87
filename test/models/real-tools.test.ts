import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLlamaServer } from '../fixtures/llama-server.ts';
import { findRealModel } from '../fixtures/real-model.ts';
import { type Served, serveTiny } from '../serve/served.ts';

/**
 * Tools with real models, one whose template knows them and one whose does not, on every engine that is here. What such models answer differs
 * from processor to processor, so what is held is what luci does with it: nothing of a call is shown as text, streamed or not, and what was
 * called is done.
 */

const llamaServer = findLlamaServer();
const models = [
  ['qwen2.5-coder-0.5b', findRealModel('qwen2.5-coder-0.5b-instruct-awq-q4_k_m.gguf')],
  ['smollm2-135m', findRealModel('SmolLM2-135M-Instruct.Q4_1.gguf')],
] as const;
const cases = models.flatMap(([name, file]) => (['embedded', 'llama-server'] as const).map((engine) => [name, engine, file] as const));

const requests = [
  ['Create a file called shopping.txt with the content: milk and bread', 'shopping.txt'],
  ['Make a folder named photos.', 'photos'],
  ['Rename notes.txt to diary.txt.', 'diary.txt'],
] as const;

/** Words that only a call shown as it was written has. */
const calls = /"(?:arguments|parameters|tool|function)"\s*:|<tool_call>|(?:list_files|read_file|write_file|make_folder|move_file)\s*\(/;

describe.each(cases)('%s, %s', (name, engine, file) => {
  const isThere = file !== undefined && (engine === 'embedded' || llamaServer !== undefined);
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    if (!isThere) return;
    folder = await mkdtemp(join(tmpdir(), 'luci real '));
    served = await serveTiny({
      settings: { engine, contextLength: 4096, keepAliveSeconds: 60 },
      environment: { PATH: process.env['PATH'] ?? '', LUCI_LLAMA_SERVER: llamaServer ?? '' },
      prepare: (home) => copyFile(file, join(home, 'models', `${name}.gguf`)),
    });
  });
  afterAll(async () => {
    if (!isThere) return;
    await served[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test.skipIf(!isThere)(
    'requests for changes: no call is shown, and the one that can is heard',
    async () => {
      let done = 0;
      for (const [request, result] of requests) {
        const root = await mkdtemp(join(folder, 'root '));
        await writeFile(join(root, 'notes.txt'), 'Call Ada on Friday.\n');
        const events: string[] = [];
        let text = '';
        await using agent = served.luci.agent({
          model: name,
          tools: await served.luci.builtInTools(root),
          confirm: async () => true,
          maxTokens: 200,
        });
        for await (const event of agent.stream(request, { sampling: { temperature: 0 } })) {
          events.push(event.type);
          if (event.type === 'text') text += event.text;
        }
        expect([request, text]).toEqual([request, expect.not.stringMatching(calls)]);
        expect(events.at(-1)).toBe('end');
        if (existsSync(join(root, result))) done += 1;
        else expect(await readFile(join(root, 'notes.txt'), 'utf8').catch(() => 'moved')).not.toBe('');
      }
      // Of the small one nothing can be expected.
      if (name === 'qwen2.5-coder-0.5b') expect(done).toBeGreaterThan(0);
    },
    300_000,
  );

  test.skipIf(!isThere)(
    'the server answers a question with tools alike whole and streamed',
    async () => {
      const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 });
      const parameters = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'], additionalProperties: false };
      const body = {
        model: name,
        messages: [{ role: 'user' as const, content: 'What is the weather in Oslo?' }],
        tools: [{ type: 'function' as const, function: { name: 'weather', description: 'The weather of a town', parameters } }],
        temperature: 0,
        max_tokens: 100,
      };
      const [whole] = (await client.chat.completions.create({ ...body, stream: false })).choices;
      const [streamed] = (await client.chat.completions.stream(body).finalChatCompletion()).choices;
      const answers = [whole, streamed].map((choice) => ({
        text: choice?.message.content || '',
        reason: choice?.finish_reason,
        calls:
          choice?.message.tool_calls?.map((call) =>
            call.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : [],
          ) ?? [],
      }));
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]?.text).not.toMatch(calls);
      for (const [called, args] of answers[0]?.calls ?? []) expect([called, args]).toEqual(['weather', { town: expect.any(String) }]);
    },
    120_000,
  );
});
