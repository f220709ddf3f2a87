import { expect, test } from 'vitest';
import { scriptedSession } from '../../test/fixtures/scripted-session.ts';
import type { ChatMessage } from '../engine/engine.ts';
import { createAgent } from './agent.ts';
import { toldTools } from './told-tools.ts';
import type { Tool } from './tool.ts';
import { builtInTools } from './tools/built-in-tools.ts';

const offered = builtInTools({} as Parameters<typeof builtInTools>[0], async () => ({}));
const user = (content: string): ChatMessage => ({ role: 'user', content });
const called = (...names: readonly string[]): ChatMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: names.map((name, index) => ({ id: `${index}`, name, arguments: {} })),
});
const answered: ChatMessage = { role: 'assistant', content: 'Done.' };
const toldFor = (...messages: readonly ChatMessage[]): readonly string[] => toldTools(offered, messages).map(({ name }) => name);

const core = ['list_files', 'read_file', 'write_file'];
const usual = [...core, 'move_file', 'make_folder', 'delete_file', 'system_info'];

test.each([
  ['Hi'],
  ['What does notes.txt say?'],
  ['Which files are in the folder recipes?'],
  ['Create a file milk.txt that says: buy milk'],
  ['Lösche bitte die Datei old.log und benenne notes.txt um'],
  ['Wo steht etwas über Mara?'],
  ['¿Qué hay en esta carpeta?'],
  ['把 notes.txt 复制到 b.txt'],
  ['Скопируй файл'],
  ['Read todo.txt and tell me what is in it.'],
])('%s: the usual tools', (question) => {
  expect(toldFor(user(question))).toEqual(usual);
});

test.each<readonly [question: string, ...wanted: readonly string[]]>([
  ['Rename notes.txt to mara.txt', 'move_file'],
  ['Put all photos into the folder archive', 'move_file'],
  ['Make a folder letters', 'make_folder'],
  ['Please create two new directories', 'make_folder'],
  ['Delete old.log', 'delete_file'],
  ['Get rid of the file recipes/soup.txt', 'delete_file'],
  ['throw the old logs away', 'delete_file'],
  ['How much RAM does this computer have?', 'system_info'],
  ['Is there enough disk space left?', 'system_info'],
  ['Append "milk" to shopping.txt', 'append_file'],
  ['Add a line to todo.txt: call Tom', 'append_file'],
  ['Write "the end" at the end of story.md', 'append_file'],
  ['Replace Mara by Maria in notes.txt', 'replace_text'],
  ['Fix the typo in README.md', 'replace_text'],
  ['Change the rent in budget.csv to 750', 'replace_text'],
  ['Update the date in notes.txt', 'replace_text'],
  ['Copy notes.txt to backup.txt', 'copy_file'],
  ['make a backup of budget.csv', 'copy_file'],
  ['Duplicate the folder recipes', 'copy_file'],
  ['Find all files that mention Mara', 'search_files'],
  ['Where is the word invoice?', 'search_files'],
  ['Which files have something about tax?', 'search_files'],
  ['search for *.csv', 'search_files'],
  ['look for my password list', 'search_files'],
  ['What is the largest file here?', 'list_all'],
  ['Which photo is the newest?', 'list_all'],
  ['How many PDFs are there, subfolders too?', 'list_all'],
  ['List all files with their sizes', 'list_all'],
  ['Show the last 5 lines of server.log', 'read_lines'],
  ['What are the first three entries of data.csv?', 'read_lines'],
  ['Read lines 100 to 120 of main.c', 'read_lines'],
  ['Tail of the log please', 'read_lines'],
  ['Find "Mara" and replace it by "Maria"', 'search_files', 'replace_text'],
  ['Copy a.txt to b.txt, then delete a.txt and add a line to b.txt', 'copy_file', 'delete_file', 'append_file'],
])('%s: %s %s %s', (question, ...wanted) => {
  const told = toldFor(user(question));
  expect(told).toEqual(expect.arrayContaining([...core, ...wanted.filter((name) => name !== undefined)]));
  expect(told.length).toBeLessThanOrEqual(usual.length);
});

test('words that are only near mean nothing', () => {
  expect(toldFor(user('Send it to this address, and sum up: Adding up is no art, discopy neither.'))).toEqual(usual);
});

test('what was told stays told while there is room, and what was called before what was not', () => {
  const first = [user('Find Mara'), answered];
  expect(toldFor(...first)).toContain('search_files');
  const second = toldFor(...first, user('And what else?'));
  expect(second).toEqual(toldFor(...first));
  const third = toldFor(...first, called('search_files'), answered, user('Copy it to b.txt'));
  expect(third).toEqual(expect.arrayContaining(['search_files', 'copy_file']));
});

test('a tool that was called without being told is told from then on', () => {
  const before = [user('Do it')];
  expect(toldFor(...before)).not.toContain('copy_file');
  expect(toldFor(...before, called('copy_file'))).toContain('copy_file');
});

test('what is new stands first, and what is known keeps its place', () => {
  const messages = [user('Find it and copy it'), called('search_files'), answered];
  expect(toldFor(...messages).slice(0, 5)).toEqual(['copy_file', 'search_files', ...core]);
  expect(toldFor(user('Delete old.log'))).toEqual(usual);
  expect(toldFor(...messages, user('and delete the old one'))).toEqual(['delete_file', 'copy_file', 'search_files', ...core]);
});

test('a long file in the question asks for nothing from its middle', () => {
  const file = `${'x '.repeat(2000)} copy and search and append ${'x '.repeat(2000)}`;
  expect(toldFor(user(`What is this?\n\n${file}`))).toEqual(usual);
  expect(toldFor(user(`${file}\n\nCopy it to b.txt`))).toContain('copy_file');
});

test('tools of a program’s own are always told, whatever room they take; one with words is told when they are said', () => {
  const own = (name: string, wantedBy?: RegExp): Tool => ({
    name,
    description: 'x'.repeat(3000),
    parameters: { type: 'object' },
    wantedBy,
    run: async () => '',
  });
  const tools = [...offered, own('mine'), own('mail', /\bmail\b/g)];
  const names = (question: string): readonly string[] => toldTools(tools, [user(question)]).map(({ name }) => name);
  expect(names('Hi')).toEqual([...usual, 'mine']);
  expect(names('mail it')).toEqual(['mail', 'list_files', 'read_file', 'write_file', 'mine']);
  expect(names('mail it')).toContain('mail'); // A pattern with a state of its own has none here.
});

test.each([
  ['in the model’s own way', true],
  ['told as text', false],
])('%s: a call of a tool that was not told is carried out, and the model is told of it from then on', async (_, native) => {
  const copies: unknown[] = [];
  const tools = offered.map((tool) =>
    tool.name === 'copy_file'
      ? {
          ...tool,
          isDestructive: undefined,
          isLoss: undefined,
          warning: undefined,
          run: async (args: unknown) => {
            copies.push(args);
            return 'copied';
          },
        }
      : tool,
  );
  const call = JSON.stringify({ name: 'copy_file', arguments: { from: 'a.txt', to: 'b.txt' } });
  const session = scriptedSession((_request, count) => (count === 1 ? call : 'Done.'), { tools: native });
  await createAgent({ openModel: async () => session }).query('Do it', { tools });
  expect(copies).toEqual([{ from: 'a.txt', to: 'b.txt' }]);
  const [first, second] = session.requests.map((request) => JSON.stringify(native ? request.tools : request.messages[0]));
  expect(first).toContain('delete_file');
  expect(first).not.toContain('copy_file');
  expect(second).toContain('copy_file');
});
