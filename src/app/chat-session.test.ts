import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Script, scriptedSession } from '../../test/fixtures/scripted-session.ts';
import { createAgent } from '../agent/agent.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatSession } from './chat-session.ts';
import { type Chats, createChats } from './chats.ts';
import type { ChatTurn } from './kept-chat.ts';
import { createUndo } from './undo.ts';

/** Chats over a model that says what a script says, in real files. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci chats '));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const calls: string[] = [];
const notesTool = {
  name: 'read_notes',
  description: 'Reads notes',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  run: async () => {
    calls.push('read_notes');
    return 'high tide at noon';
  },
};

function chatsOf(
  script: Script,
  { contextLength = 4096, tools = false } = {},
): { readonly chats: Chats; readonly model: ReturnType<typeof scriptedSession> } {
  const model = scriptedSession(script, { contextLength, tools });
  const chats = createChats({
    agent: ({ model: _model, onLoad: _onLoad, ...options } = {}) => createAgent({ ...options, openModel: async () => model }),
    builtInTools: async () => [notesTool],
    undo: createUndo(join(folder, 'undo')),
    models: { choose: async (name = 'script') => ({ name, path: name, remote: { remote: 'box', model: name } }) },
    chatsFolder: join(folder, 'chats'),
    trashFolder: join(folder, 'trash'),
  });
  return { chats, model };
}

const begin = (chats: Chats, more: Partial<Parameters<Chats['begin']>[0]> = {}): Promise<ChatSession> =>
  chats.begin({ model: undefined, sampling: {}, confirm: async () => false, ...more });

async function saying(events: AsyncIterable<AgentEvent>): Promise<string> {
  let text = '';
  for await (const event of events) if (event.type === 'text') text += event.text;
  return text;
}

const ask = (session: ChatSession, content: string, signal = new AbortController().signal): Promise<string> =>
  saying(session.send({ content }, signal));
const said = (turns: readonly ChatTurn[]): (readonly [string, string])[] => turns.map(({ role, content }) => [role, content]);

test('an answer that used tools is kept with its calls, and the model is told them again in the next chat', async () => {
  const call = { id: 'c1', name: 'read_notes', arguments: {} };
  const { chats, model } = chatsOf(({ messages }) => (messages.at(-1)?.role === 'user' ? ['I look. ', call] : 'At noon.'), { tools: true });
  const session = await begin(chats);
  await session.useTools('/anywhere');
  await ask(session, 'when?');
  expect(calls).toEqual(['read_notes']);
  const kept = await chats.read(session.id ?? '');
  expect(said(kept.turns)).toEqual([
    ['user', 'when?'],
    ['assistant', 'I look. At noon.'],
  ]);
  const again = await begin(chats);
  again.open(kept);
  await ask(again, 'sure?');
  expect(model.requests.at(-1)?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
  expect(model.requests.at(-1)?.messages[2]).toMatchObject({ content: 'high tide at noon' });
});

test('questions that no longer fit are counted once, and again after the chat was opened', async () => {
  const { chats } = chatsOf(() => 'yes', { contextLength: 120 });
  const session = await begin(chats, { maxTokens: 10 });
  const counts: number[] = [];
  for (let index = 0; index < 6; index += 1) {
    await ask(session, `${'word '.repeat(30)}${index}`);
    counts.push(session.forgottenTurns);
  }
  expect(counts).toEqual([0, 0, 0, 1, 2, 3]);
  expect(session.path).toHaveLength(12);
  const again = await begin(chats, { maxTokens: 10 });
  again.open(await chats.read(session.id ?? ''));
  await ask(again, 'short');
  expect(again.forgottenTurns).toBe(3);
});

test('a question without an answer stays in the file, is not told again, and can be asked again', async () => {
  let isBroken = true;
  const { chats, model } = chatsOf(() => (isBroken ? new LuciError('ENGINE_CRASHED', 'It is gone.') : 'here'));
  const session = await begin(chats);
  await expect(ask(session, 'first')).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  expect(said((await chats.read(session.id ?? '')).turns)).toEqual([['user', 'first']]);
  await expect(saying(session.retry(new AbortController().signal))).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  isBroken = false;
  expect(await saying(session.retry(new AbortController().signal))).toBe('here');
  expect(said(session.path)).toEqual([
    ['user', 'first'],
    ['assistant', 'here'],
  ]);
  isBroken = true;
  await expect(ask(session, 'second')).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  await expect(saying(session.retry(new AbortController().signal))).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  isBroken = false;
  await ask(session, 'third');
  expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual(['first', 'here', 'third']);
});

test('a retry that fails leaves the answer that was there', async () => {
  let isBroken = false;
  const { chats } = chatsOf(() => (isBroken ? new LuciError('ENGINE_CRASHED', 'It is gone.') : 'here'));
  const session = await begin(chats);
  await ask(session, 'first');
  isBroken = true;
  await expect(saying(session.retry(new AbortController().signal))).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  expect(said(session.path)).toEqual([
    ['user', 'first'],
    ['assistant', 'here'],
  ]);
});

test('an answer that is left in the middle is kept as far as it came, and is gone on with', async () => {
  const { chats, model } = chatsOf(({ messages }) =>
    messages.at(-1)?.content.startsWith('Go on') ? 'three four' : ['one ', 'two ', 'lost'],
  );
  const session = await begin(chats);
  const stopper = new AbortController();
  await expect(async () => {
    for await (const event of session.send({ content: 'count' }, stopper.signal))
      if (event.type === 'text' && event.text === 'two ') stopper.abort();
  }).rejects.toThrow();
  expect((await chats.read(session.id ?? '')).turns.at(-1)).toMatchObject({ content: 'one two ', end: 'stopped' });
  await saying(session.goOn(new AbortController().signal));
  await ask(session, 'and then?');
  expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual(['count', 'one two three four', 'and then?']);
});

test('undo, redo and a summary move between branches of one file, which only grows', async () => {
  const { chats, model } = chatsOf(({ messages }) => (messages.at(-1)?.content.startsWith('Summarize') ? 'they spoke of tides' : 'yes'));
  const session = await begin(chats, { system: 'Be brief.' });
  for (const question of ['one', 'two', 'three']) await ask(session, question);
  const { signal } = new AbortController();
  await saying(session.compact(signal));
  expect(said(session.path)).toEqual([
    ['system', 'Be brief.'],
    ['user', expect.stringContaining('Summarize')],
    ['assistant', 'they spoke of tides'],
    ['user', 'three'],
    ['assistant', 'yes'],
  ]);
  await ask(session, 'four');
  expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual([
    'Be brief.',
    expect.stringContaining('Summarize'),
    'they spoke of tides',
    'three',
    'yes',
    'four',
  ]);
  expect((await session.undo())?.question.content).toBe('four');
  // Right behind the summary the summary itself is taken back.
  await session.undo();
  expect(said(session.path).map(([, content]) => content)).toEqual(['Be brief.', 'one', 'yes', 'two', 'yes', 'three', 'yes']);
  expect(await session.redo()).toEqual([]);
  expect(await session.redo()).toEqual([]);
  expect(await session.redo()).toBeUndefined();
  expect(session.path.at(-2)?.content).toBe('four');
  const [name = ''] = await readdir(join(folder, 'chats'));
  const text = await readFile(join(folder, 'chats', name), 'utf8');
  expect(text.match(/"type":"turn"/g)).toHaveLength(7 + 5 + 2);
  expect(said((await chats.read(session.id ?? '')).turns).filter(([, content]) => content === 'three')).toHaveLength(2);
});

test('a file that is half written or foreign costs no more than its half line', async () => {
  const { chats } = chatsOf(() => 'yes');
  const session = await begin(chats);
  await ask(session, 'one');
  const [name = ''] = await readdir(join(folder, 'chats'));
  const path = join(folder, 'chats', name);
  const { appendFile } = await import('node:fs/promises');
  await appendFile(path, '{"type":"turn","id":"x","par');
  const again = await begin(chats);
  again.open(await chats.read(session.id ?? ''));
  await ask(again, 'two');
  expect(said((await chats.read(session.id ?? '')).turns)).toEqual([
    ['user', 'one'],
    ['assistant', 'yes'],
    ['user', 'two'],
    ['assistant', 'yes'],
  ]);
});
