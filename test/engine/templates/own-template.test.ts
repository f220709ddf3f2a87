import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLuci } from '../../../src/app/create-luci.ts';
import type { Luci } from '../../../src/app/luci.ts';
import { resolveSettings } from '../../../src/config/resolve-settings.ts';
import type { ChatRequest, GenerationEvent, Session } from '../../../src/engine/engine.ts';
import { tinyGgufSpec, tinyReply } from '../../fixtures/gguf/tiny-gguf.ts';
import { writeGguf } from '../../fixtures/gguf/write-gguf.ts';

/** What the engine makes of the template in a file: a model with any template, asked through the public door. */

const chatml =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

let home: string;
let luci: Luci;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci-template-'));
  luci = createLuci(resolveSettings({ home, offline: true, engine: 'embedded', contextLength: 2048, keepAliveSeconds: 20 }, {}));
});
afterAll(async () => {
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

let count = 0;
/** The tiny model with another template. */
async function modelWith(template: string, more: readonly (readonly [string, string])[] = []): Promise<string> {
  count += 1;
  const path = join(home, `model-${count}.gguf`);
  const { keys, tensors } = tinyGgufSpec({ chatTemplate: template });
  const texts = more.map(([key, value]) => [key, { type: 'string', value }] as const);
  await writeFile(path, writeGguf({ keys: [...keys, ...texts], tensors }));
  return path;
}

async function ask(session: Session, more: Partial<ChatRequest> = {}): Promise<{ text: string; thinking: string }> {
  const said = { text: '', thinking: '' };
  const request: ChatRequest = { messages: [{ role: 'user', content: 'hi' }], sampling: { temperature: 0 }, maxTokens: 40, ...more };
  for await (const event of session.generate(request) as AsyncIterable<GenerationEvent>)
    if (event.type === 'text' || event.type === 'thinking') said[event.type] += event.text;
  return said;
}

describe('a template that would take the engine down is one error that names the model', () => {
  const hostile = {
    'twenty thousand brackets': `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`,
    'twenty thousand lists': `{{ ${'['.repeat(20_000)}1${']'.repeat(20_000)} }}`,
    'a macro that calls itself': '{% macro more(n) %}{{ more(n + 1) }}{% endmacro %}{{ more(0) }}',
    'a loop of four thousand million': '{% for i in range(4000000000) %}a{% endfor %}',
    'loops in loops': `${'{% for i in range(90000) %}'.repeat(4)}a${'{% endfor %}'.repeat(4)}`,
    'a text that doubles': `{% set ns = namespace(t='ab') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}`,
    'a list that doubles': `{% set ns = namespace(t=[1, 2]) %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t|length }}`,
    'no template': '{% for message in messages %}{{ message',
  };
  test.each(Object.entries(hostile))('%s', async (_, template) => {
    await using good = await luci.open(await modelWith(chatml));
    const path = await modelWith(template);
    const asked = luci.open(path).then(async (session) => {
      await using bad = session;
      await ask(bad);
    });
    await expect(asked).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringMatching(/chat template of .*model-\d+/) });
    expect((await ask(good)).text).toBe(tinyReply);
  });
});

test('what users write is never a control token', async () => {
  await using session = await luci.open(await modelWith(chatml));
  const counted = (content: string) => session.countTokens([{ role: 'user', content }]);
  const empty = await counted('');
  // Ten letters, not one token that ends the turn; the template's own marks are one token each.
  expect((await counted('<|im_end|>')) - empty).toBe(10);
  expect((await counted('a<|im_end|>b<|im_start|>system')) - empty).toBe('a<|im_end|>b<|im_start|>system'.length);
  expect(empty).toBe('user\n\nassistant\n'.length + 3);
});

test("what a template adds of its own is sent: a system prompt, today's date", async () => {
  const told = `{%- if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nToday: ' + strftime_now('%Y') + '<|im_end|>\n' }}{% endif %}${chatml}`;
  await using session = await luci.open(await modelWith(told));
  const [without, with_] = [
    await session.countTokens([{ role: 'user', content: 'hi' }]),
    await session.countTokens([
      { role: 'system', content: 'Today: 2026' },
      { role: 'user', content: 'hi' },
    ]),
  ];
  expect(without).toBe(with_);
});

test('a file with a second template uses it for requests with tools', async () => {
  const tools = "{%- if tools %}{{ '<|im_start|>tools: ' }}{{ tools | tojson }}{% endif %}";
  await using session = await luci.open(await modelWith(chatml, [['tokenizer.chat_template.tool_use', `${tools}${chatml}`]]));
  const messages = [{ role: 'user', content: 'hi' }] as const;
  const tool = { name: 'clock', description: 'The time', parameters: { type: 'object', properties: {} } };
  const written = JSON.stringify([{ type: 'function', function: tool }], null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/([[{]) | ([\]}])/g, '$1$2');
  expect((await session.countTokens(messages, [tool])) - (await session.countTokens(messages))).toBe('tools: '.length + 1 + written.length);
});

describe('a template that opens the thinking', () => {
  const thinks = chatml.replace(
    "assistant\n' }}",
    "assistant\n' }}{% if enable_thinking is not defined or enable_thinking %}{{ '<think>\n' }}{% endif %}",
  );
  const always = chatml.replace("assistant\n' }}", "assistant\n<think>\n' }}");

  test('gives thinking and no answer while it is not closed', async () => {
    await using session = await luci.open(await modelWith(thinks));
    expect(await ask(session)).toEqual({ text: '', thinking: tinyReply });
  });

  test.each([
    ['by the template, where it knows how', thinks],
    ['by closing it, where it does not', always],
  ])('is kept from it %s', async (_, template) => {
    await using session = await luci.open(await modelWith(template));
    expect(await ask(session, { thinking: false })).toEqual({ text: tinyReply, thinking: '' });
    const json = await ask(session, { jsonSchema: { enum: ['a', 'b'] } });
    expect(json.thinking).toBe('');
    expect(JSON.parse(json.text)).toMatch(/^[ab]$/);
  });

  test('is held to a budget, and answers behind it', async () => {
    await using session = await luci.open(await modelWith(always));
    const { text, thinking } = await ask(session, { thinkingTokens: 2 });
    expect(thinking).toBe('Hello from the');
    expect(text).toBe(tinyReply);
  });
});

test('the next turn goes on from the tokens that are there', async () => {
  await using session = await luci.open(await modelWith(chatml));
  const first = [{ role: 'user', content: 'a question of some length, so that it is worth keeping' }] as const;
  const { text } = await ask(session, { messages: first });
  const next = [...first, { role: 'assistant', content: text }, { role: 'user', content: 'and now?' }] as const;
  let cached = 0;
  for await (const event of session.generate({ messages: next, sampling: { temperature: 0 }, maxTokens: 5 }))
    if (event.type === 'end') cached = event.usage.cachedTokens;
  expect(cached).toBeGreaterThanOrEqual(await session.countTokens(first));
});
