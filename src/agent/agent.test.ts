import { expect, test } from 'vitest';
import { type Script, scriptedSession } from '../../test/fixtures/scripted-session.ts';
import { LuciError } from '../base/errors.ts';
import type { Session } from '../engine/engine.ts';
import { type Agent, createAgent } from './agent.ts';
import type { ConfirmCall, Tool } from './tool.ts';
import type { AgentEvent } from './tool-loop.ts';

const clock: Tool = {
  name: 'clock',
  description: 'The time in a town',
  parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'], additionalProperties: false },
  run: async ({ town }) => `12:00 in ${String(town)}`,
};
const eraser: Tool = { ...clock, name: 'eraser', isDestructive: async () => true, run: async () => 'erased' };

function agentOf(script: Script, options: Parameters<typeof scriptedSession>[1] = {}) {
  const session = scriptedSession(script, options);
  return { session, agent: createAgent({ openModel: async () => session }) };
}

async function all(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const seen: AgentEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const call = (tool: string, args: unknown): string => JSON.stringify({ tool, arguments: args });

test('a tool is called, its result is told, and the answer ends the loop', async () => {
  const { agent, session } = agentOf((_, count) => (count === 1 ? call('clock', { town: 'Oslo' }) : '{"answer": "It is noon."}'));
  const events = await all(agent.stream('What time is it in Oslo?', { tools: [clock] }));
  expect(events.map(({ type }) => type)).toEqual(['tool-call', 'tool-result', 'text', 'end']);
  expect(events).toContainEqual({ type: 'text', text: 'It is noon.' });
  expect(session.requests[0]?.messages[0]).toMatchObject({
    role: 'system',
    content: expect.stringContaining('- clock: The time in a town'),
  });
  expect(session.requests[1]?.messages.at(-1)).toEqual({ role: 'user', content: 'Result of clock:\n12:00 in Oslo' });
  expect(session.requests[0]?.jsonSchema).toMatchObject({
    oneOf: [{ properties: { tool: { const: 'clock' } } }, { properties: { answer: {} } }],
  });
});

test.each([
  ['an unknown tool', call('sundial', {}), 'there is no tool sundial'],
  ['a missing argument', call('clock', {}), 'the arguments are wrong: "town" is missing'],
  ['a wrong type', call('clock', { town: ['Oslo'] }), 'must be of the type string'],
  ['an argument that is none', call('clock', { town: 'Oslo', zone: 'x' }), '"zone" is not asked for'],
  ['a destructive call nobody confirms', call('eraser', { town: 'x' }), 'the user did not allow this'],
])('%s is a result the model can read, not an end', async (_, reply, why) => {
  const { agent } = agentOf((_request, count) => (count === 1 ? reply : '{"answer": "Sorry."}'));
  const events = await all(agent.stream('Go', { tools: [clock, eraser] }));
  expect(events.find((event) => event.type === 'tool-result')).toMatchObject({
    result: { isError: true, content: expect.stringContaining(why) },
  });
  expect(events.at(-1)).toMatchObject({ type: 'end' });
});

test('a destructive call runs when it is confirmed', async () => {
  const { agent } = agentOf((_, count) => (count === 1 ? call('eraser', { town: 'x' }) : '{"answer": "Done."}'));
  const events = await all(agent.stream('Go', { tools: [eraser], confirm: async () => true }));
  expect(events.find((event) => event.type === 'tool-result')).toMatchObject({ result: { isError: false, content: 'erased' } });
});

test('a model that calls without end must answer in the end', async () => {
  const { agent, session } = agentOf((request, count) =>
    request.jsonSchema?.['oneOf'] ? call('clock', { town: `Oslo ${count}` }) : '{"answer": "Enough."}',
  );
  expect(await agent.query('Go', { tools: [clock] })).toBe('Enough.');
  expect(session.requests).toHaveLength(17);
  // All of it is the same conversation, so that nothing is read twice.
  const [first, last] = [session.requests[0]?.messages, session.requests.at(-1)?.messages];
  expect(last?.slice(0, first?.length)).toEqual(first);

  const deaf = agentOf((_, count) => call('clock', { town: `Oslo ${count}` }));
  expect(await deaf.agent.query('Go', { tools: [clock] })).toBe('The model asked for 16 calls and gave no answer.');
  expect(deaf.session.requests).toHaveLength(17);
});

test('a reply in words of ours goes back to the model as it was written', async () => {
  const spaced = '{ "tool": "clock", "arguments": { "town": "Oslo" } }';
  const { agent, session } = agentOf((_, count) => (count === 1 ? spaced : '{ "answer": "Noon." }'));
  await using chat = agent;
  const conversation = chat.chat({ tools: [clock] });
  for await (const _event of conversation.send('When?'));
  for await (const _event of conversation.send('Sure?'));
  const said = session.requests
    .at(-1)
    ?.messages.filter(({ role }) => role === 'assistant')
    .map(({ content }) => content);
  expect(said).toEqual([spaced, '{ "answer": "Noon." }']);
});

test('json and tools go together', async () => {
  const schema = {
    type: 'object',
    properties: { hour: { $ref: '#/$defs/hour' } },
    required: ['hour'],
    $defs: { hour: { type: 'integer' } },
  };
  const { agent, session } = agentOf((_, count) => (count === 1 ? call('clock', { town: 'Oslo' }) : '{"answer": {"hour": 12}}'));
  expect(await agent.json('When?', schema, { tools: [clock] })).toEqual({ hour: 12 });
  // What the schema points to stays where it points, wherever the whole of it stands.
  const moved = { ...schema, properties: { hour: { $ref: '#/$defs/answer/$defs/hour' } } };
  expect(session.requests[1]?.jsonSchema).toMatchObject({ $defs: { answer: moved } });
});

test('json gives a checked value, and says what is wrong with one that is not of the schema', async () => {
  const answers = [
    '{"name": "Ada", "age": 36}',
    '{"name": "A',
    '{"name": "Ada", "age": "old"}',
    '{"age": 36}',
    '{"name": "Ada", "age": 36}',
  ];
  const { agent } = agentOf((_, count) => answers[count - 1] ?? '');
  const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name'] };
  expect(await agent.json('Who?', schema)).toEqual({ name: 'Ada', age: 36 });
  const failed = (why: RegExp) => ({ code: 'ENGINE_FAILED', message: expect.stringMatching(why) });
  await expect(agent.json('Who?', schema)).rejects.toMatchObject(failed(/it is no JSON/));
  await expect(agent.json('Who?', schema)).rejects.toMatchObject(failed(/"age" must be of the type integer, not string/));
  await expect(agent.json('Who?', schema)).rejects.toMatchObject(failed(/"name" is missing/));
  const check = (): number => {
    throw new Error('too young');
  };
  await expect(agent.json('Who?', schema, { check })).rejects.toMatchObject(failed(/too young/));
});

test.each([
  [{ type: 'integer', multipleOf: 7 }, '12', /12 is not a multiple of 7/],
  [{ type: 'integer', maximum: 10 }, '12', /12 is greater than 10/],
  [{ type: 'string', pattern: '^(?!x)' }, '"xy"', /does not match pattern/],
  [{ type: 'string', maxLength: 100_000 }, JSON.stringify('a'.repeat(100_001)), /too long/],
  [{ type: 'array', items: { type: 'integer' }, uniqueItems: true }, '[1, 1]', /Duplicate items/],
])('an answer that does not keep to %j is refused by its name', async (schema, written, why) => {
  const { agent } = agentOf(() => written);
  await expect(agent.json('What?', schema)).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringMatching(why) });
});

test('a chat remembers, takes back, and forgets the oldest whole turns when the context is full', async () => {
  const { agent, session } = agentOf((_, count) => `answer ${count} ${'word '.repeat(20)}`, { contextLength: 100 });
  const chat = agent.chat({ system: 'Be kind.', maxTokens: 30 });
  for (const question of ['first question', 'second question', 'third question', 'fourth question']) await all(chat.send(question));
  const sent = session.requests.at(-1)?.messages ?? [];
  expect(sent[0]).toEqual({ role: 'system', content: 'Be kind.' });
  expect(sent.at(-1)).toEqual({ role: 'user', content: 'fourth question' });
  expect(sent.map(({ content }) => content)).not.toContain('first question');
  expect(sent[1]?.role).toBe('user');
  expect(chat.forgottenTurns).toBeGreaterThan(0);
  expect(chat.undo()).toBe(true);
  expect(chat.messages.at(-1)?.content).toContain('answer 3');
  chat.clear();
  expect(chat.undo()).toBe(false);
});

test('a question that never fits is an error, and nothing is forgotten for it', async () => {
  const { agent } = agentOf(() => 'yes', { contextLength: 50 });
  const chat = agent.chat();
  await all(chat.send('short'));
  await expect(all(chat.send('word '.repeat(80)))).rejects.toMatchObject({ code: 'CONTEXT_OVERFLOW' });
  expect(chat.messages).toHaveLength(2);
});

test('what was said until a stop is remembered', async () => {
  const { agent } = agentOf(() => ['One ', 'two ', 'three']);
  const chat = agent.chat();
  const stopper = new AbortController();
  const run = async (): Promise<void> => {
    for await (const event of chat.send('Count', stopper.signal)) if (event.type === 'text' && event.text === 'two ') stopper.abort();
  };
  await expect(run()).rejects.toThrow();
  expect(chat.messages.at(-1)).toEqual({ role: 'assistant', content: 'One two ' });
});

test('an engine that is lost is opened again by the next question, and what was said is kept', async () => {
  const crash = new LuciError('ENGINE_CRASHED', 'gone');
  let opened = 0;
  const agent = createAgent({
    openModel: async () => {
      opened += 1;
      const isFirst = opened === 1;
      const session = scriptedSession((_, count) => (isFirst && count === 2 ? crash : `answer ${opened}`));
      return {
        ...session,
        async countTokens(messages) {
          if (isFirst && session.requests.length === 2) throw crash;
          return session.countTokens(messages);
        },
      };
    },
  });
  const chat = agent.chat();
  await all(chat.send('one'));
  await expect(all(chat.send('two'))).rejects.toThrow(crash);
  expect((await all(chat.send('three')))[0]).toEqual({ type: 'text', text: 'answer 2' });
  expect(chat.messages.map(({ content }) => content)).toEqual(['one', 'answer 1', 'three', 'answer 2']);
  expect(opened).toBe(2);
});

test('confirm is told where a call comes from, in words and as facts; words says what of a prompt the person wrote', async () => {
  const asked: unknown[] = [];
  const confirm: ConfirmCall = async (call, tool, warning, concern) => {
    asked.push([call.arguments, tool.name, warning, concern]);
    return warning === undefined;
  };
  const sent: unknown[] = [];
  const send: Tool = {
    name: 'send',
    description: 'Sends a letter',
    parameters: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
    isDestructive: async () => true,
    run: async (args) => `sent ${sent.push(args)}`,
  };
  const agent = (): Agent => createAgent({ openModel: async () => model(), tools: [send], confirm });
  const model = (): Session =>
    scriptedSession((_, count) => (count === 1 ? [{ id: '1', name: 'send', arguments: { to: 'Eve' } }] : 'Done.'), { tools: true });
  await agent().query('Send a letter to Eve');
  await agent().query('Letter: write to Eve.\n\nSend it to Ann', { words: 'Send it to Ann' });
  const chat = agent().chat();
  for await (const _ of chat.send({ text: 'Eve', words: 'What is this?', files: [{ name: 'a.txt', text: 'Eve' }] }));
  const source = { name: 'the text before your question' };
  expect(asked).toEqual([
    [{ to: 'Eve' }, 'send', undefined, {}],
    [
      { to: 'Eve' },
      'send',
      '"Eve" was named by the text before your question, not by you',
      { origin: { type: 'named', argument: 'to', name: 'Eve', source } },
    ],
    [
      { to: 'Eve' },
      'send',
      '"Eve" was named by a.txt, not by you',
      { origin: { type: 'named', argument: 'to', name: 'Eve', source: { name: 'a.txt' } } },
    ],
  ]);
  expect(sent).toHaveLength(1);
  await expect(agent().query('x', { words: 5 as never })).rejects.toMatchObject({ code: 'USAGE' });
});
