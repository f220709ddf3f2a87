import { describe, expect, test } from 'vitest';
import { scriptedSession } from '../../test/fixtures/scripted-session.ts';
import { type Agent, createAgent, type QueryOptions } from './agent.ts';
import type { RequestDefaults } from './request.ts';
import type { Tool } from './tool.ts';

const clock: Tool = { name: 'clock', description: 'Time', parameters: { type: 'object', properties: {} }, run: async () => '12:00' };

/** Every option, with what the engine must get of it. */
const options: {
  readonly [K in keyof Required<
    Omit<RequestDefaults, 'system' | 'tools' | 'confirm' | 'maxCalls' | 'guided' | 'jsonSchema'>
  >]: RequestDefaults[K];
} = {
  sampling: { temperature: 0.1, topK: 3, topP: 0.4, minP: 0.2, repeatPenalty: 1.1, seed: 7 },
  maxTokens: 33,
  stop: ['END'],
  toolChoice: 'none',
  repeatable: true,
  threads: 1,
  raw: true,
  thinking: 'low',
  thinkingTokens: 40,
};

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events);
}

const methods: readonly (readonly [string, (agent: Agent, given?: QueryOptions) => Promise<unknown>])[] = [
  ['query', (agent, given) => agent.query('hi', given)],
  ['answer', (agent, given) => agent.answer('hi', given)],
  ['stream', (agent, given) => drain(agent.stream('hi', given))],
  ['json', (agent, given) => agent.json('hi', { type: 'object' }, given)],
  ['chat', (agent, given) => drain(agent.chat(given).send('hi'))],
];

describe.each(methods)('%s', (_, ask) => {
  test.each(Object.entries(options))('passes %s on, given here or to the agent', async (name, value) => {
    for (const where of ['here', 'agent'] as const) {
      const session = scriptedSession(() => '{}');
      const agent = createAgent({ openModel: async () => session, ...(where === 'agent' ? { [name]: value } : {}) });
      await ask(agent, where === 'here' ? { [name]: value } : undefined);
      expect(session.requests[0]).toMatchObject({ [name]: value });
    }
  });

  test('passes them on with tools as well, and puts the system prompt first', async () => {
    const session = scriptedSession(() => '{"answer": {}}', { tools: true });
    const { toolChoice: _choice, ...rest } = options;
    await ask(createAgent({ openModel: async () => session }), { ...rest, tools: [clock], system: 'Be kind.' });
    expect(session.requests[0]).toMatchObject(rest);
    expect(session.requests[0]?.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('Be kind.') });
  });

  test.each<readonly [string, object]>([
    ['a temperature below zero', { sampling: { temperature: -1 } }],
    ['a temperature that is no number', { sampling: { temperature: Number.NaN } }],
    ['a temperature in words', { sampling: { temperature: 'hot' } }],
    ['a topP over 1', { sampling: { topP: 2 } }],
    ['half a topK', { sampling: { topK: 1.5 } }],
    ['sampling that is no object', { sampling: 3 }],
    ['no tokens', { maxTokens: 0 }],
    ['tokens without end', { maxTokens: Number.POSITIVE_INFINITY }],
    ['tokens as a text', { maxTokens: '80' }],
    ['an empty stop', { stop: [''] }],
    ['a stop that is no list', { stop: 'END' }],
    ['another toolChoice', { toolChoice: 'maybe' }],
    ['a system prompt that is no text', { system: 3 }],
    ['thinking in other words', { thinking: 'much' }],
    ['thinking tokens below zero', { thinkingTokens: -1 }],
    ['repeatable in words', { repeatable: 'yes' }],
    ['tools that are none', { tools: [{ name: 'x' }] }],
    ['a tool with a name of blanks', { tools: [{ ...clock, name: 'the clock' }] }],
    ['two tools of one name', { tools: [clock, clock] }],
    ['a tool whose schema is none', { tools: [{ ...clock, parameters: { type: 'nonsense' } }] }],
    ['a tool whose words are a text', { tools: [{ ...clock, wantedBy: 'time' as unknown as RegExp }] }],
    ['confirm that cannot be asked', { confirm: true }],
    ['half a call', { maxCalls: 0.5 }],
    ['a signal that is none', { signal: 'stop' }],
    ['an option of sampling in the wrong place', { temperature: 0 }],
    ['an option in the words of another program', { max_tokens: 5 }],
    ['an option of sampling that there is not', { sampling: { top_p: 0.5 } }],
  ])('%s is USAGE before anything is opened', async (_what, given) => {
    let opened = 0;
    const agent = createAgent({
      openModel: async () => {
        opened += 1;
        return scriptedSession(() => '{}');
      },
    });
    await expect(async () => ask(agent, given as QueryOptions)).rejects.toMatchObject({ code: 'USAGE', hint: expect.any(String) });
    expect(opened).toBe(0);
  });
});

test.each([[''], ['  \n '], [undefined], [42], [null], [{}]])('%j is no question', async (prompt) => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  const question = prompt as string;
  const usage = { code: 'USAGE' };
  await expect(agent.query(question)).rejects.toMatchObject(usage);
  await expect(agent.json(question, { type: 'object' })).rejects.toMatchObject(usage);
  expect(() => agent.stream(question)).toThrow(expect.objectContaining(usage));
  expect(() => agent.chat().send(question)).toThrow(expect.objectContaining(usage));
});

test.each<readonly [string, unknown]>([
  ['a type there is not', { type: 'nonsense' }],
  ['no schema', 'object'],
  ['nothing', undefined],
  ['a list', []],
  ['a type there is not, further in', { type: 'object', properties: { a: { type: 'array', items: { type: 'float' } } } }],
  ['properties that are a list', { type: 'object', properties: [] }],
  ['required that is a text', { type: 'object', required: 'a' }],
  ['an enum without values', { enum: [] }],
  ['a pattern that is none', { type: 'object', properties: { a: { type: 'string', pattern: '[' } } }],
  ['a pattern of another language', { type: 'string', pattern: '(?P<year>x)' }],
  ['a pattern among names', { type: 'object', patternProperties: { '(': {} } }],
  ['a pattern that is no text', { type: 'string', pattern: 3 }],
  ['limits between which nothing lies', { type: 'array', items: { type: 'integer', minimum: 3, maximum: 2 } }],
  ['lengths between which nothing lies', { type: 'string', minLength: 5, maxLength: 3 }],
  ['a $ref to elsewhere', { $ref: 'https://example.org/schema.json' }],
  ['a $ref to a file', { type: 'object', properties: { a: { $ref: 'other.json#/a' } } }],
  ['a $ref to nothing', { type: 'object', properties: { a: { $ref: '#/$defs/a' } } }],
  ['oneOf that is no list', { oneOf: {} }],
])('a schema with %s is USAGE before anything is asked', async (_, schema) => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  await expect(agent.json('hi', schema as object as Record<string, unknown>)).rejects.toMatchObject({ code: 'USAGE' });
});

test('a schema that names itself is one', async () => {
  const schema = {
    type: 'object',
    properties: { next: { $ref: '#' }, name: { $ref: '#/$defs/name' } },
    $defs: { name: { type: ['string', 'null'] } },
    additionalProperties: false,
  };
  const agent = createAgent({ openModel: async () => scriptedSession(() => '{"name": "a", "next": {"name": null}}') });
  expect(await agent.json('hi', schema)).toEqual({ name: 'a', next: { name: null } });
});

test('what cannot be meant is told when an agent or a chat is made, and when a chat is changed', () => {
  const openModel = async () => scriptedSession(() => '');
  const wrong = { maxTokens: 0 };
  const usage = expect.objectContaining({ code: 'USAGE' });
  expect(() => createAgent({ openModel, ...wrong })).toThrow(usage);
  const agent = createAgent({ openModel });
  expect(() => agent.chat(wrong)).toThrow(usage);
  expect(() => agent.chat().configure(wrong)).toThrow(usage);
});

test.each([
  ['a signal among options', { signal: new AbortController().signal }],
  ['a number', 5],
  ['null', null],
])('where a signal is wanted %s is USAGE before anything is opened', async (_, given) => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  const signal = given as unknown as AbortSignal;
  expect(() => agent.chat().send('hi', signal)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  await expect(agent.embed(['hi'], signal)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(agent.chat().look('hi', signal)).rejects.toMatchObject({ code: 'USAGE' });
});

test.each([
  ['a text', 'hi'],
  ['a turn of nobody', [{ role: 'bot', content: 'hi' }]],
  ['a turn without content', [{ role: 'user', text: 'hi' }]],
  ['null', [null]],
])('messages that are %s are USAGE, to begin with and to go on with', (_, given) => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  const usage = expect.objectContaining({ code: 'USAGE' });
  expect(() => agent.chat({ messages: given as never })).toThrow(usage);
  expect(() => agent.chat().load(given as never)).toThrow(usage);
});

test.each([[5], ['system'], [null], [[]]])('a chat made with %j is USAGE', (given) => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  expect(() => agent.chat(given as never)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('texts to embed must be texts', async () => {
  const agent = createAgent({ openModel: () => Promise.reject(new Error('opened')) });
  await expect(agent.embed('text' as unknown as string[])).rejects.toMatchObject({ code: 'USAGE' });
  await expect(agent.embed([3] as unknown as string[])).rejects.toMatchObject({ code: 'USAGE' });
});
