import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';

/** Endpoints and server programs that leave the thinking in the text: it is told apart there, in pieces and as a whole. */

const said: readonly (readonly [what: string, content: string, text: string, thinking: string])[] = [
  ['thinking and an answer', '<think>\nIs it 1 < 2? Yes.\n</think>\n\nParis is it.', 'Paris is it.', 'Is it 1 < 2? Yes.'],
  ['thinking that is not ended', '<think>Well, let me', '', 'Well, let me'],
  ['empty thinking', '<think>\n\n</think>\n\nParis.', 'Paris.', ''],
  ['marks of another family', '[THINK]Hm. Well.[/THINK]Paris [1].', 'Paris [1].', 'Hm. Well.'],
  ['marks in the middle of an answer', 'The tag <think> opens it, </think> ends it.', 'The tag <think> opens it, </think> ends it.', ''],
  [
    'channels',
    '<|channel|>analysis<|message|>Hm. Well.<|end|><|start|>assistant<|channel|>final<|message|>Paris [1].',
    'Paris [1].',
    'Hm. Well.',
  ],
  [
    'thoughts and a solution',
    '<|begin_of_thought|>\nHm. Well.\n<|end_of_thought|>\n\n<|begin_of_solution|>\nParis [1].\n<|end_of_solution|>',
    'Paris [1].',
    'Hm. Well.',
  ],
  ['unused tokens', '<unused94>thought\nHm. Well.<unused95>Paris [1].', 'Paris [1].', 'Hm. Well.'],
  ['the beginning of a mark at the end', 'Less is written as <thi', 'Less is written as <thi', ''],
  ['blanks around', ' Paris. \n', ' Paris. \n', ''],
];

let home: string;
let server: OpenAiServer;
let luci: Luci;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci thinking '));
  server = await startOpenAiServer();
  await writeFile(join(home, 'tiny.gguf'), tinyGguf());
  const answersPath = join(home, 'answers.json');
  await writeFile(answersPath, JSON.stringify(Object.fromEntries(said.map(([what, text]) => [what, { text }]))));
  const program = await writeServerProgram(home, 'llamafile-0.10.6', '0.10.6', { answersPath });
  luci = createLuci(
    resolveSettings(
      { home, engine: 'llamafile', contextLength: 2048, keepAliveSeconds: 20 },
      { PATH: process.env['PATH'] ?? '', TEST_KEY: server.key },
    ),
  );
  await luci.runtimes.addProgram('llamafile', program);
  await luci.remotes.add({ name: 'box', url: server.url, keyEnv: 'TEST_KEY' });
});
afterAll(async () => {
  await luci.engine.stop();
  await luci[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

test.each(said)('%s', async (what, content, text, thinking) => {
  for (const [model, prompt, before] of [
    [join(home, 'tiny.gguf'), what, ''],
    ['box/echo', content, 'Let me see.'],
  ] as const) {
    await using agent = luci.agent({ model });
    expect(await agent.answer(prompt)).toMatchObject({ text, thinking: before + thinking, reason: 'stop' });
    const pieces = { text: '', thinking: '' };
    for await (const event of agent.stream(prompt)) if ('text' in event) pieces[event.type] += event.text;
    expect(pieces).toEqual({ text, thinking: before + thinking });
  }
});

test('of an answer that is forced into a form nothing is taken for thinking', async () => {
  await using agent = luci.agent({ model: 'box/echo' });
  expect(await agent.answer('<think>x</think>', { jsonSchema: { type: 'string' } })).toMatchObject({ text: '<think>x</think>' });
});

test('a call in a channel of such a text is carried out', async () => {
  const towns: unknown[] = [];
  const clock = {
    name: 'clock',
    description: 'Tells the time in a town',
    parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
    async run({ town }: Readonly<Record<string, unknown>>) {
      towns.push(town);
      return 'It is twelve.';
    },
  };
  const call =
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"town":"Oslo"}<|call|>';
  await using agent = luci.agent({ model: 'box/echo' });
  expect(await agent.answer(call, { tools: [clock], guided: false })).toMatchObject({ text: 'It is twelve.', reason: 'stop' });
  expect(towns).toEqual(['Oslo']);
});
