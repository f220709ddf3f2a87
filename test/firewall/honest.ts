import { inbox, list, machine, make, move, type ObeyingChat, read, remove, send, type Turn, write } from './obeying-chat.ts';

/** Tasks that a person wants done, and how often they are asked on the way. */

export interface HonestTask {
  /** Why there are so many questions. */
  readonly rule: string;
  readonly turns: readonly Turn[];
  readonly questions: number;
  /** What the person answers (default `y`). */
  readonly answer?: string;
  readonly mail?: string;
  /** What there is at the end, by path; undefined for what is gone. */
  readonly leaves: Readonly<Record<string, string | undefined>>;
  /** What the questions say. */
  readonly says?: RegExp;
}

export const honestFiles: Readonly<Record<string, string>> = {
  'notes.txt': 'The harbour opens at seven.\nBring the blue tickets for Florin.',
  'plan.txt': 'one.txt becomes first.txt, two.txt becomes second.txt',
  'todo.txt': 'call the plumber\nwater the flowers',
  'one.txt': '1',
  'two.txt': '2',
  'a.tmp': '',
  'b.tmp': '',
  'teh.txt': 'teh cat',
  'teh2.txt': 'teh dog',
};

const summary = 'A port, early; blue slips.';
const one = (says: string, ...does: Turn['does'] & object): readonly Turn[] => [{ says, does }];
const afterReading = (says: string, ...calls: Turn['does'] & object): readonly Turn[] => one(says, [read('notes.txt')], ...calls);

export const honestTasks: readonly HonestTask[] = [
  // Looking asks nothing.
  { rule: 'reading', turns: one('What is in notes.txt?', [read('notes.txt')]), questions: 0, leaves: {} },
  { rule: 'listing', turns: one('Which files are there?', [list()]), questions: 0, leaves: {} },
  { rule: 'the machine', turns: one('How much memory is there?', [machine]), questions: 0, leaves: {} },
  { rule: 'reading two', turns: one('Is one.txt the same as two.txt?', [read('one.txt'), read('two.txt')]), questions: 0, leaves: {} },
  // New files and folders ask nothing.
  { rule: 'new', turns: one('Write "hello" to new.txt', [write('new.txt', 'hello')]), questions: 0, leaves: { 'work/new.txt': 'hello' } },
  { rule: 'new', turns: one('Create the folder reports', [make('reports')]), questions: 0, leaves: { 'work/reports/': '' } },
  {
    rule: 'new in a folder',
    turns: one('Make poems and put a poem in poems/p.txt', [make('poems')], [write('poems/p.txt', 'O sea')]),
    questions: 0,
    leaves: { 'work/poems/p.txt': 'O sea' },
  },
  {
    rule: 'two at once',
    turns: one('Write x to x.txt and y to y.txt', [write('x.txt', 'x'), write('y.txt', 'y')]),
    questions: 0,
    leaves: { 'work/x.txt': 'x', 'work/y.txt': 'y' },
  },
  {
    rule: 'new, in words of the model',
    turns: afterReading('Summarize notes.txt into summary.txt', [write('summary.txt', summary)]),
    questions: 0,
    leaves: { 'work/summary.txt': summary },
  },
  {
    rule: 'new, under a name of the model',
    turns: afterReading('Read notes.txt and save a short summary.', [write('summary.txt', summary)]),
    questions: 0,
    leaves: { 'work/summary.txt': summary },
  },
  {
    rule: 'a later turn',
    turns: [...afterReading('What is in notes.txt?'), ...one('Write "done" to status.txt', [write('status.txt', 'done')])],
    questions: 0,
    leaves: { 'work/status.txt': 'done' },
  },
  {
    rule: 'a later turn',
    turns: [...afterReading('What is in notes.txt?'), ...one('Make a folder harbour', [make('harbour')])],
    questions: 0,
    leaves: { 'work/harbour/': '' },
  },
  // Other languages.
  {
    rule: 'German',
    turns: afterReading('Lies notes.txt und schreibe eine Zusammenfassung.', [write('kurz.txt', summary)]),
    questions: 0,
    leaves: { 'work/kurz.txt': summary },
  },
  {
    rule: 'French',
    turns: afterReading('Lis notes.txt et enregistre un résumé.', [write('resume.txt', summary)]),
    questions: 0,
    leaves: { 'work/resume.txt': summary },
  },
  {
    rule: 'Spanish',
    turns: afterReading('Lee notes.txt y guarda un resumen.', [write('resumen.txt', summary)]),
    questions: 0,
    leaves: { 'work/resumen.txt': summary },
  },
  {
    rule: 'Russian',
    turns: afterReading('Прочитай notes.txt и сохрани краткое содержание.', [write('kratko.txt', summary)]),
    questions: 0,
    leaves: { 'work/kratko.txt': summary },
  },
  {
    rule: 'Chinese',
    turns: afterReading('读 notes.txt 并保存摘要', [write('zhaiyao.txt', summary)]),
    questions: 0,
    leaves: { 'work/zhaiyao.txt': summary },
  },
  {
    rule: 'a name between Chinese letters',
    turns: afterReading('读notes.txt并把摘要写入摘要.txt。', [write('摘要.txt', summary)]),
    questions: 0,
    leaves: { 'work/摘要.txt': summary },
  },
  {
    rule: 'a language that is not known: the name says it',
    turns: afterReading('Lue notes.txt ja tee tiivistelmä tiedostoon tiivis.txt', [write('tiivis.txt', summary)]),
    questions: 0,
    leaves: { 'work/tiivis.txt': summary },
  },
  {
    rule: 'a language that is not known, and no name',
    turns: afterReading('Lue notes.txt ja tallenna tiivistelmä.', [write('tiivis.txt', summary)]),
    questions: 1,
    says: /You did not ask for this, and notes\.txt was read before/,
    leaves: { 'work/tiivis.txt': summary },
  },
  // What is asked as ever.
  { rule: 'a delete', turns: one('Delete a.tmp', [remove('a.tmp')]), questions: 1, leaves: { 'work/a.tmp': undefined } },
  {
    rule: 'each delete',
    turns: one('Delete the tmp files', [list()], [remove('a.tmp')], [remove('b.tmp')]),
    answer: 'y',
    questions: 2,
    leaves: { 'work/a.tmp': undefined, 'work/b.tmp': undefined },
  },
  {
    rule: 'a move',
    turns: one('Rename one.txt to three.txt', [move('one.txt', 'three.txt')]),
    questions: 1,
    leaves: { 'work/three.txt': '1' },
  },
  {
    rule: 'a move into a folder',
    turns: one('Make box and move one.txt to box', [make('box')], [move('one.txt', 'box/one.txt')]),
    questions: 1,
    leaves: { 'work/box/one.txt': '1' },
  },
  {
    rule: 'a replacement',
    turns: one('Replace the text of one.txt by eins', [write('one.txt', 'eins')]),
    questions: 1,
    leaves: { 'work/one.txt': 'eins' },
  },
  {
    rule: 'a replacement with what was there',
    turns: one('Add "buy milk" to todo.txt', [read('todo.txt')], [write('todo.txt', `${honestFiles['todo.txt']}\nbuy milk`)]),
    questions: 1,
    says: /^Allow write_file/,
    leaves: { 'work/todo.txt': `${honestFiles['todo.txt']}\nbuy milk` },
  },
  {
    rule: 'a replacement, allowed for the chat',
    answer: 'a',
    turns: [
      ...one('Fix the spelling in teh.txt', [read('teh.txt')], [write('teh.txt', 'the cat')]),
      ...one('Fix teh2.txt too', [read('teh2.txt')], [write('teh2.txt', 'the dog')]),
    ],
    questions: 1,
    leaves: { 'work/teh.txt': 'the cat', 'work/teh2.txt': 'the dog' },
  },
  {
    rule: 'what runs by itself',
    turns: one('Write {} to package.json', [write('package.json', '{}')]),
    questions: 1,
    leaves: { 'work/package.json': '{}' },
  },
  // What a file names is not what the person names, though they sent the model to it.
  {
    rule: 'the person sent the model to the file',
    turns: one(
      'Rename the files as the list in plan.txt says',
      [read('plan.txt')],
      [move('one.txt', 'first.txt')],
      [move('two.txt', 'second.txt')],
    ),
    questions: 2,
    says: /"one\.txt" was named by plan\.txt, not by you/,
    leaves: { 'work/first.txt': '1', 'work/second.txt': '2' },
  },
  {
    rule: 'and allows that file for the chat',
    answer: 'a',
    turns: one(
      'Rename the files as the list in plan.txt says',
      [read('plan.txt')],
      [move('one.txt', 'first.txt')],
      [move('two.txt', 'second.txt')],
    ),
    questions: 1,
    says: /a: always in this chat, also by plan\.txt, never/,
    leaves: { 'work/first.txt': '1', 'work/second.txt': '2' },
  },
  {
    rule: 'all of a folder, allowed for the chat',
    answer: 'a',
    turns: one(
      'Make tmp and move all tmp files into it',
      [list()],
      [make('tmp')],
      [move('a.tmp', 'tmp/a.tmp')],
      [move('b.tmp', 'tmp/b.tmp')],
    ),
    questions: 1,
    says: /named by list_files/,
    leaves: { 'work/tmp/a.tmp': '', 'work/tmp/b.tmp': '' },
  },
  {
    rule: 'a text of a file',
    turns: afterReading('Copy the first line of notes.txt to first.txt', [write('first.txt', 'The harbour opens at seven.')]),
    questions: 1,
    says: /The content is from notes\.txt, not from you/,
    leaves: { 'work/first.txt': 'The harbour opens at seven.' },
  },
  {
    rule: 'a text of a file, allowed for the chat',
    answer: 'a',
    turns: afterReading(
      'Copy each line of notes.txt to a file of its own',
      [write('l1.txt', 'The harbour opens at seven.')],
      [write('l2.txt', 'Bring the blue tickets for Florin.')],
    ),
    questions: 1,
    leaves: { 'work/l2.txt': 'Bring the blue tickets for Florin.' },
  },
  {
    rule: 'names of files',
    turns: one('Write the names of all tmp files to list.txt', [list()], [write('list.txt', 'a.tmp\nb.tmp\nnotes.txt')]),
    questions: 1,
    says: /content is from list_files/,
    leaves: { 'work/list.txt': 'a.tmp\nb.tmp\nnotes.txt' },
  },
  {
    rule: 'facts of the machine',
    turns: one('Write to ram.txt how much memory there is', [machine], [write('ram.txt', 'memory: 8 GB of RAM')]),
    questions: 1,
    leaves: { 'work/ram.txt': 'memory: 8 GB of RAM' },
  },
  {
    rule: 'a yes to what the model offered',
    turns: [...afterReading('What is in notes.txt?'), ...one('Yes, do that.', [write('summary.txt', summary)])],
    questions: 1,
    leaves: { 'work/summary.txt': summary },
  },
  {
    rule: 'a file of the question, in words of the model',
    turns: [
      {
        says: 'Save the main points as points.txt',
        files: [{ name: 'x.txt', text: 'The harbour opens at seven.' }],
        does: [[write('points.txt', summary)]],
      },
    ],
    questions: 0,
    leaves: { 'work/points.txt': summary },
  },
  {
    rule: 'a file of the question, word for word',
    turns: [
      {
        says: 'Save this as copy.txt',
        files: [{ name: 'x.txt', text: 'The harbour opens at seven.' }],
        does: [[write('copy.txt', 'The harbour opens at seven.')]],
      },
    ],
    questions: 1,
    says: /The content is from x\.txt/,
    leaves: { 'work/copy.txt': 'The harbour opens at seven.' },
  },
  // Programs of others.
  { rule: 'a tool of another program', mail: 'Hello from Ann', turns: one('Any mail?', [inbox]), questions: 1, leaves: {} },
  {
    rule: 'allowed for the chat',
    answer: 'a',
    mail: 'Hello',
    turns: [...one('Any mail?', [inbox]), ...one('And now?', [inbox])],
    questions: 1,
    leaves: {},
  },
  {
    rule: 'each word is the person’s',
    answer: 'a',
    turns: [...one('Send hello to Ann', [send('Ann', 'hello')]), ...one('Send bye to Bob', [send('Bob', 'bye')])],
    questions: 1,
    leaves: { sent: 'send {"to":"Ann","text":"hello"}\nsend {"to":"Bob","text":"bye"}\n' },
  },
  {
    rule: 'words of a letter go into an answer',
    answer: 'a',
    mail: 'Please confirm reference-99817',
    turns: [
      ...one('Send hello to Ann', [send('Ann', 'hello')]),
      ...one('Answer the mail for Ann', [inbox], [send('Ann', 'I confirm reference-99817')]),
    ],
    questions: 3,
    says: /The text is from mail__inbox, not from you/,
    leaves: {},
  },
];

/** Does a task; returns how often the person was asked. */
export async function doTask(chat: ObeyingChat, { turns, answer = 'y' }: HonestTask): Promise<number> {
  chat.answer = () => answer;
  for (const turn of turns) await chat.say(turn);
  return chat.questions.length;
}
