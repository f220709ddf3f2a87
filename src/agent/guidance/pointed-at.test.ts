import { expect, test } from 'vitest';
import type { Workspace } from '../workspace/workspace.ts';
import { lastPaths, pointedAt, type TurnWithFiles } from './pointed-at.ts';

const call = (name: string, args: Record<string, unknown>): TurnWithFiles => ({
  steps: [
    { role: 'assistant', content: '', toolCalls: [{ id: '1', name, arguments: args }] },
    { role: 'tool', toolCallId: '1', name, content: 'done' },
  ],
});

test.each<[string, TurnWithFiles[], string[]]>([
  ['what was written', [call('write_file', { path: 'a.txt', content: 'x' })], ['a.txt']],
  ['what went with the last question', [call('read_file', { path: 'a.txt' }), { files: [{ name: 'b.txt' }] }, {}], ['b.txt']],
  ['where something was moved', [call('move_file', { from: 'in/a.txt', to: 'old' })], ['old', 'old/a.txt', 'in/a.txt']],
  [
    'the one file of an answer',
    [{ files: [{ name: 'the folder' }] }, { role: 'assistant', content: 'It is contacts.csv.' }],
    ['contacts.csv'],
  ],
  [
    'what was written, not what the answer says of it',
    [{ ...call('write_file', { path: 'a.txt' }), role: 'assistant', content: 'Done.' }],
    ['a.txt'],
  ],
  ['no file of several', [call('read_file', { path: 'a.txt' }), { role: 'assistant', content: 'b.txt and c.txt' }], ['a.txt']],
  ['no file of the person', [{ role: 'user', content: 'see b.txt' }], []],
  ['nothing', [{}, call('system_info', {})], []],
])('%s is what a conversation was about last', (_, turns, paths) => {
  expect(lastPaths(turns)).toEqual(paths);
});

const folders = ['old'];
const files = ['a.txt', 'old/a.txt', 'old/party.txt'];
const workspace = {
  exists: async (path: string) => {
    if (path.startsWith('..')) throw new Error('outside');
    return [...files, ...folders].includes(path);
  },
  isFolder: async (path: string) => folders.includes(path),
} as Workspace;

test.each<[string, string[], string | undefined]>([
  ['delete it', ['a.txt'], 'a.txt'],
  ['how many lines does that file have?', ['a.txt'], 'a.txt'],
  ['rename it to b.txt', ['old', 'old/a.txt'], 'old/a.txt'],
  ['lösche die Datei', ['a.txt'], 'a.txt'],
  ['delete it', ['gone.txt', '../a.txt'], undefined],
  ['is there cake in the a.txt?', ['a.txt'], undefined],
  ['who comes to the party?', ['old/party.txt'], 'old/party.txt'],
  // Others than the last, or none.
  ['delete them', ['a.txt'], undefined],
  ['the other one', ['a.txt'], undefined],
  ['which files are there?', ['a.txt'], undefined],
  ['iterate', ['a.txt'], undefined],
])('%j after %j is about %j', async (words, recent, meant) => {
  expect(await pointedAt(words, recent, workspace)).toBe(meant);
});
