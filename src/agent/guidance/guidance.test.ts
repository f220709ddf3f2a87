import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Script, scriptedSession } from '../../../test/fixtures/scripted-session.ts';
import type { ChatMessage, ChatRequest } from '../../engine/engine.ts';
import { createAgent } from '../agent.ts';
import type { AgentEvent } from '../tool-loop.ts';
import { builtInTools } from '../tools/built-in-tools.ts';
import { openWorkspace } from '../workspace/workspace.ts';
import { createGuidance } from './guidance.ts';

let folder: string;
let undo: string;
beforeEach(async () => {
  [folder, undo] = [await mkdtemp(join(tmpdir(), 'luci guided ')), await mkdtemp(join(tmpdir(), 'luci undo '))];
  await writeFile(join(folder, 'rules.txt'), 'Fees: 40 for adults.\n');
  await writeFile(join(folder, 'long.txt'), 'x'.repeat(50_000));
  await writeFile(join(folder, 'picture.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0, 0, 0, 1]));
});
afterEach(() => Promise.all([folder, undo].map((path) => rm(path, { recursive: true }))));

/** Names of the tools that the grammar of a turn has. */
function namesIn({ jsonSchema }: ChatRequest): readonly string[] {
  return (JSON.stringify(jsonSchema) ?? '').match(/(?<="const":")\w+/g) ?? [];
}

/** Asks a model that answers by a script; what it was asked, and what was told. */
async function ask(question: string, script: Script, guided = true, isNative = true) {
  const session = scriptedSession(script, { tools: isNative });
  const tools = builtInTools(await openWorkspace(folder, undo), async () => ({}));
  const agent = createAgent({ openModel: async () => session, tools, confirm: async () => true });
  const events: AgentEvent[] = [];
  for await (const event of agent.stream(question, { guided })) events.push(event);
  const looks = events.flatMap((event) => (event.type === 'look' ? [`${event.call.name} ${String(event.call.arguments['path'])}`] : []));
  const told = session.requests.map(({ messages }) => messages.at(-1)?.content ?? '');
  return {
    looks,
    told,
    choices: session.requests.map(({ toolChoice }) => toolChoice),
    callable: session.requests.map(namesIn),
    answer: events.map((event) => ('text' in event ? event.text : '')).join(''),
  };
}

test('a file that is named is read before the model is asked, and stands before the question', async () => {
  const { looks, told } = await ask('how much is it for adults? see rules.txt', () => '40');
  expect(looks).toEqual(['read_file rules.txt']);
  expect(told[0]).toBe('rules.txt:\n```\nFees: 40 for adults.\n\n```\n\nhow much is it for adults? see rules.txt');
});

test('a question about the files has their list before it; one about the weather, or of who wants no help, nothing', async () => {
  expect((await ask('what files do I have?', () => '3')).looks).toEqual(['list_files .']);
  expect((await ask('how is the weather?', () => 'fine')).looks).toEqual([]);
  expect((await ask('what files do I have?', () => '3', false)).looks).toEqual([]);
});

test('of a long file the beginning is looked at; what is no text is left to the model', async () => {
  const { told } = await ask('what is in long.txt?', () => 'x');
  expect(told[0]?.length).toBeLessThan(4_300);
  expect(told[0]).toContain('(cut here: 4000 of 50000 characters)');
  expect((await ask('what is in picture.jpg?', () => 'a cat')).looks).toEqual([]);
});

test('where a change is told a call is demanded until it was made, and nothing more', async () => {
  const made: Script = ({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? 'Done.' : [{ id: 'c1', name: 'delete_file', arguments: { path: 'rules.txt' } }];
  const { choices, looks } = await ask('delete rules.txt', made);
  expect([choices, looks]).toEqual([['required', undefined], []]);
  expect(await readdir(folder)).not.toContain('rules.txt');
});

test('a name that is left demands another call; a question how to do it demands none', async () => {
  const folders = ['a-1', 'a-2'];
  const made: Script = ({ messages }) => {
    const next = folders[messages.filter(({ role }) => role === 'tool').length];
    return next === undefined ? 'Done.' : [{ id: next, name: 'make_folder', arguments: { path: next } }];
  };
  expect((await ask('make a folder a-1 and another one called a-2', made)).choices).toEqual(['required', 'required', undefined]);
  for (const words of ['how do I make a folder b-1?', 'write a poem about rain', 'delete it'])
    expect((await ask(words, () => 'So.')).choices).toEqual([undefined]);
});

test.each([
  ['delete rules.txt', ['delete_file'], ['write_file', 'move_file', 'make_folder']],
  ['take the line with the fees out of rules.txt, remove it from rules.txt', ['write_file'], ['delete_file']],
  ['combine rules.txt and long.txt into all.txt, then delete long.txt', ['write_file', 'delete_file', 'move_file'], []],
  ['combine rules.txt and long.txt into all.txt, and move both into old', ['write_file', 'move_file'], ['delete_file']],
  ['add a total column to rules.csv', ['write_file'], ['delete_file']],
  ['move rules.txt into a new folder archive', ['move_file', 'make_folder'], ['delete_file', 'write_file']],
  ['add the line FREE at the top of rules.txt', ['write_file'], ['append_file', 'delete_file']],
  ['add the line FREE to rules.txt', ['append_file'], ['write_file', 'delete_file']],
  ['put milk on my shopping list', ['append_file'], ['write_file', 'delete_file']],
  ['create a file list.txt and add milk', ['write_file'], ['delete_file']],
  ['make a folder old and put rules.txt in it', ['move_file', 'make_folder'], ['write_file', 'delete_file']],
])('%j: a reply held to a grammar cannot do what nobody asked for', async (words, can, cannot) => {
  const { callable } = await ask(words, () => '{"answer": "no"}', true, false);
  expect(callable[0]).toEqual(expect.arrayContaining(can));
  for (const name of cannot) expect(callable[0]).not.toContain(name);
});

test('who tells nothing, or wants no help, has all tools', async () => {
  const all = ['list_files', 'read_file', 'write_file', 'move_file', 'make_folder', 'delete_file', 'system_info'];
  expect((await ask('what is in rules.txt?', () => '{"answer": "no"}', true, false)).callable[0]).toEqual(expect.arrayContaining(all));
  expect((await ask('delete rules.txt', () => '{"answer": "no"}', false, false)).callable[0]).toEqual(expect.arrayContaining(all));
});

test('what goes on with a change is one of its kind: a look and a call are demanded, and no third', async () => {
  const tools = builtInTools(await openWorkspace(folder, undo), async () => ({}));
  const move = { id: '1', name: 'move_file', arguments: { from: 'long.txt', to: 'old' } };
  const messages: ChatMessage[] = [
    { role: 'user', content: 'move long.txt into old' },
    { role: 'assistant', content: '', toolCalls: [move] },
    { role: 'tool', toolCallId: '1', name: 'move_file', content: 'moved long.txt to old/long.txt' },
    { role: 'user', content: 'and the rules' },
  ];
  const guidance = createGuidance({ words: 'and the rules', tools, messages, wasRead: true });
  expect(guidance.toolChoice()).toBe('required');
  expect(guidance.withheld()).toEqual(expect.arrayContaining(['write_file', 'delete_file']));
  expect(guidance.withheld()).not.toContain('list_files');
  guidance.note({ call: { id: '2', name: 'list_files', arguments: { path: '.' } }, content: 'rules.txt', isError: false });
  expect(guidance.toolChoice()).toBe('required');
  expect(tools.map(({ name }) => name).filter((name) => !guidance.withheld().includes(name))).toEqual(['move_file', 'make_folder']);
  guidance.note({ call: { id: '3', name: 'move_file', arguments: { from: 'rules.txt', to: 'old' } }, content: 'moved', isError: false });
  expect(guidance.toolChoice()).toBeUndefined();
});

test('which file has a name is searched for, and stands before the question', async () => {
  const { looks, told } = await ask('in which file do the Fees stand?', () => 'rules.txt');
  expect(looks).toContain('search_files undefined');
  expect(told[0]).toContain('the search for "Fees":\n```\nrules.txt:1: Fees: 40 for adults.');
});

test('what goes on with something has the list of the folder before it', async () => {
  expect((await ask('and the cat', () => 'So.')).looks).toEqual(['list_files .']);
});

test('a folder that is made for what is to be moved is not all: a call is demanded again', async () => {
  const made: Script = ({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? 'Done.' : [{ id: 'f', name: 'make_folder', arguments: { path: 'old' } }];
  expect((await ask('put it and the picture into a folder called old, move the files', made)).choices.slice(0, 2)).toEqual([
    'required',
    'required',
  ]);
  expect((await ask('make a folder called new', made)).choices).toEqual(['required', undefined]);
});
