import { expect, test } from 'vitest';
import { type Script, scriptedSession } from '../../test/fixtures/scripted-session.ts';
import type { EndReason } from '../engine/engine.ts';
import { createAgent, type QueryOptions } from './agent.ts';
import type { Tool } from './tool.ts';
import type { AgentEvent } from './tool-loop.ts';

/** The loop is the same whether the engine knows tools (`native`) or is asked by the grammar. */
const ways = [
  ['native', true],
  ['grammar', false],
] as const;

const town = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'], additionalProperties: false };
const clock: Tool = {
  name: 'clock',
  description: 'The time in a town',
  parameters: town,
  run: async (args) => `12:00 in ${String(args['town'])}`,
};
const alarm: Tool = {
  name: 'set_alarm',
  description: 'Sets an alarm',
  parameters: {
    type: 'object',
    properties: { hour: { type: 'integer' }, loud: { type: 'boolean' }, days: { type: 'array', items: { type: 'string' } } },
    required: ['hour'],
    additionalProperties: false,
  },
  run: async (args) => JSON.stringify(args),
};

interface Ran {
  readonly events: readonly AgentEvent[];
  readonly text: string;
  readonly calls: readonly unknown[];
  readonly results: readonly string[];
  readonly requests: ReturnType<typeof scriptedSession>['requests'];
}

/** What a run is made with, beside options of the question. */
interface Setup extends QueryOptions {
  readonly native?: boolean;
  readonly reason?: EndReason;
}

async function run(
  script: Script,
  { tools = [clock, alarm], native = true, reason = 'stop' as EndReason, ...options }: Setup = {},
): Promise<Ran> {
  const session = scriptedSession(script, { tools: native, reason });
  const events: AgentEvent[] = [];
  for await (const event of createAgent({ openModel: async () => session }).stream('Go', { tools, ...options })) events.push(event);
  return {
    events,
    text: events.map((event) => (event.type === 'text' ? event.text : '')).join(''),
    calls: events.flatMap((event) => (event.type === 'tool-call' ? [{ name: event.call.name, arguments: event.call.arguments }] : [])),
    results: events.flatMap((event) => (event.type === 'tool-result' ? [event.result.content] : [])),
    requests: session.requests,
  };
}

const written = (name: string, args: unknown): string => JSON.stringify({ name, arguments: args });
const oslo = { name: 'clock', arguments: { town: 'Oslo' } };

test.each(ways)('%s: a call in another form than the one that was asked for is carried out, and none of it is shown', async (_, native) => {
  for (const form of [
    written('clock', { town: 'Oslo' }),
    `Sure:\n\`\`\`json\n${written('clock', { town: 'Oslo' })}\n\`\`\``,
    'clock(town="Oslo")',
  ]) {
    const { calls, text, results } = await run((_request, count) => (count === 1 ? [...form] : 'It is noon.'), { native });
    expect(calls).toEqual([oslo]);
    expect(results).toEqual(['12:00 in Oslo']);
    expect(text).not.toMatch(/[{(]/);
    expect(text).toMatch(/It is noon\.$/);
  }
});

test('a call that the engine tells apart and one that stands in the text are both carried out', async () => {
  const { calls } = await run((_, count) =>
    count === 1 ? [written('clock', { town: 'Oslo' }), { id: 'x1', ...oslo, arguments: { town: 'Rome' } }] : 'Done.',
  );
  expect(calls).toEqual([oslo, { name: 'clock', arguments: { town: 'Rome' } }]);
});

test('arguments that the engine could not read are read loosely, or told to the model', async () => {
  const call = (unreadable: string) => ({ id: 'x1', name: 'functions.clock', arguments: {}, unreadable });
  const twice = JSON.stringify(JSON.stringify(oslo.arguments));
  for (const written of ["{'town': 'Oslo'}", '{"town": "Oslo"', twice])
    expect((await run((_, count) => (count === 1 ? [call(written)] : 'Noon.'))).calls).toEqual([oslo]);
  const { results, text } = await run((_, count) => (count === 1 ? [call('in Oslo')] : 'Sorry.'));
  expect(results).toEqual(['error: the arguments are wrong: they must be a JSON object. clock takes {"town": string}']);
  expect(text).toBe('Sorry.');
});

test.each(ways)('%s: the answer is handed on piece by piece, and is the same as the whole one', async (_, native) => {
  const answer = 'One "two" {three}\nfour 😀.';
  const said = native ? answer : JSON.stringify({ answer });
  const { events, text } = await run(() => [...said], { native });
  expect(text).toBe(answer);
  expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(15);
});

test('an unknown tool and wrong arguments go back as one precise result, and no call is told of', async () => {
  const unknown = await run((_, count) => (count === 1 ? written('clok', { town: 'Oslo' }) : 'Sorry.'));
  expect(unknown.calls).toEqual([]);
  expect(unknown.text).toBe('Sorry.');
  expect(unknown.results).toEqual(['error: there is no tool clok. The nearest is clock. clock takes {"town": string}']);
  expect(unknown.events).toContainEqual(expect.objectContaining({ result: expect.objectContaining({ facts: { unusable: true } }) }));
  const wrong = await run((_, count) => (count === 1 ? written('set_alarm', { hour: 'seven' }) : 'Sorry.'));
  expect(wrong.results[0]).toBe(
    'error: the arguments are wrong: "hour" must be of the type integer, not string. set_alarm takes {"hour": integer, "loud" (may be left out): boolean, "days" (may be left out): array}',
  );
  expect(wrong.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', name: 'set_alarm', content: wrong.results[0] });
  const broken = await run((_, count) => (count === 1 ? '<tool_call>the clock of Oslo</tool_call>' : 'Sorry.'));
  expect(broken.results).toEqual(['error: the call cannot be read. Write one as {"name": "<tool>", "arguments": {...}}']);
});

test('values in another form than the schema wants are taken as meant', async () => {
  const { calls } = await run((_, count) => (count === 1 ? written('set_alarm', { hour: '7', loud: 'True', days: '["Mon"]' }) : 'Done.'));
  expect(calls).toEqual([{ name: 'set_alarm', arguments: { hour: 7, loud: true, days: ['Mon'] } }]);
  const { calls: nothing } = await run((_, count) => (count === 1 ? written('set_alarm', { hour: 7, loud: null }) : 'Done.'));
  expect(nothing).toEqual([{ name: 'set_alarm', arguments: { hour: 7 } }]);
});

test.each(ways)('%s: the same call with the same result is told the second time, and ends the answer the third', async (_, native) => {
  const { text, results, events, requests } = await run(() => written('clock', { town: 'Oslo' }), { native });
  expect(results).toHaveLength(3);
  expect(results[0]).toBe('12:00 in Oslo');
  expect(results[1]).toContain('Do not repeat it');
  expect(text).toBe('The model made the same call of clock 3 times and got the same result, so the answer ends here.');
  expect(events.at(-1)).toMatchObject({ type: 'end' });
  expect(requests).toHaveLength(3);
});

test('a call with another result each time is no circle', async () => {
  let ticks = 0;
  const ticking: Tool = { ...clock, run: async () => `${++ticks}` };
  const { text } = await run((_, count) => (count <= 5 ? written('clock', { town: 'Oslo' }) : 'Five.'), { tools: [ticking] });
  expect(text).toBe('Five.');
  expect(ticks).toBe(5);
});

test('what changes something is not done twice in a row, and a refusal is not asked for again', async () => {
  let done = 0;
  const wipe: Tool = { ...clock, name: 'wipe', isDestructive: async () => true, run: async () => `wiped ${++done}` };
  const call = written('wipe', { town: 'Oslo' });
  await run((_, count) => (count <= 2 ? call : 'Done.'), { tools: [wipe], confirm: async () => true });
  expect(done).toBe(1);
  const circle = await run(() => call, { tools: [wipe], confirm: async () => true });
  expect(circle.text).toBe('Done: wiped 2.');
  let asked = 0;
  const confirm = async (): Promise<boolean> => {
    asked += 1;
    return false;
  };
  const { text } = await run(() => call, { tools: [wipe], confirm });
  expect(asked).toBe(1);
  expect(text).toBe('You did not allow wipe, and the model tried it again, so the answer ends here.');
});

test('16 calls are carried out a question, however they are spread, and the model is told', async () => {
  const many = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) => written('clock', { town: `T${from + index}` })).join('\n');
  let runs = 0;
  const counting: Tool = { ...clock, run: async () => `${++runs}` };
  const once = await run((_, count) => (count === 1 ? many(0, 500) : 'Done.'), { tools: [counting] });
  expect(runs).toBe(16);
  expect(once.results[16]).toBe('error: only 16 calls a question are carried out; answer now');
  expect(once.text).toBe('Done.');
  runs = 0;
  const spread = await run((_, count) => (count <= 3 ? many(count * 10, 7) : 'Done.'), { tools: [counting] });
  expect(runs).toBe(16);
  expect(spread.text).toBe('Done.');
});

test('arguments and results are bounded, and the model is told', async () => {
  const long = await run((_, count) => (count === 1 ? written('clock', { town: 'x'.repeat(1_200_000) }) : 'Done.'));
  expect(long.results[0]).toMatch(/at most 1100000 are taken/);
  const talkative: Tool = { ...clock, run: async () => 'word '.repeat(100_000) };
  const cut = await run((_, count) => (count === 1 ? written('clock', { town: 'Oslo' }) : 'Done.'), { tools: [talkative] });
  expect(cut.results[0]?.length).toBeLessThan(7000);
  expect(cut.results[0]).toMatch(/\(cut here: 6144 of 500000 characters\)$/);
});

test('a chat has limits of its own', async () => {
  const session = scriptedSession(
    (request) => (request.messages.at(-1)?.role === 'user' ? written('clock', { town: 'x'.repeat(1_000_000) }) : 'Done.'),
    {
      tools: true,
      contextLength: 1_000_000_000,
    },
  );
  const chat = createAgent({ openModel: async () => session }).chat({ tools: [{ ...clock, run: async () => 'ok' }] });
  const results: string[] = [];
  for (let question = 0; question < 41; question += 1) {
    // What was said is forgotten, what was used is not.
    chat.clear();
    for await (const event of chat.send(`Question ${question}`)) if (event.type === 'tool-result') results.push(event.result.content);
  }
  expect(results.filter((result) => result === 'ok')).toHaveLength(39);
  expect(results.at(-1)).toMatch(/the arguments of this chat have more than 40000000 bytes together/);
});

test.each(ways)('%s: a call that the limit of tokens cut is told in a sentence, never shown', async (_, native) => {
  const half = native ? '{"name": "clock", "arguments": {"town": "Os' : '{"tool": "clock", "arguments": {"town": "Os';
  const { text, events, calls } = await run(() => [...half], { native, reason: 'length' });
  expect(text).toBe('The answer was cut by its limit of tokens in the middle of a call of clock.');
  expect(calls).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'length' });
});

test('a call in whose middle a model repeats itself without end is told in a sentence', async () => {
  const half = '{"name": "clock", "arguments": {"town": "Os';
  const { text, events, calls } = await run(() => [...half], { native: true, reason: 'repetition' });
  expect(text).toBe('The model repeated itself without end in the middle of a call of clock, so the answer ends here.');
  expect(calls).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'repetition' });
});

test('a chat goes on after a sentence of that kind with turns in their order', async () => {
  const session = scriptedSession((_, count) => (count <= 3 ? written('clock', { town: 'Oslo' }) : 'Fine.'), { tools: true });
  const chat = createAgent({ openModel: async () => session }).chat({ tools: [clock] });
  for await (const _event of chat.send('one'));
  for await (const _event of chat.send('two'));
  const roles = chat.messages.map(({ role }) => role);
  expect(roles.slice(-4)).toEqual(['tool', 'assistant', 'user', 'assistant']);
  expect(chat.messages.at(-1)?.content).toBe('Fine.');
});

test('a call where none may be used is no answer', async () => {
  const { text, calls } = await run(() => written('clock', { town: 'Oslo' }), { toolChoice: 'none' });
  expect(calls).toEqual([]);
  expect(text).toBe('The model asked for a tool where none may be used, and gave no answer.');
});

test('calls in a turn have ids of their own in the whole conversation', async () => {
  const two = `${written('clock', { town: 'Oslo' })}\n${written('clock', { town: 'Rome' })}`;
  const { requests } = await run((_, count) =>
    count <= 2 ? two.replace('Oslo', `Oslo${count}`).replace('Rome', `Rome${count}`) : 'Done.',
  );
  const ids = requests
    .at(-1)
    ?.messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []).map(({ id }) => id) : []));
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});
