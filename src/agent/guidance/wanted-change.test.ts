import { expect, test } from 'vitest';
import { changesTold, goesOn, isAllTold, isNameLeft, likelyNames, speaksOfFiles } from './wanted-change.ts';

test.each([
  ['delete it', ['delete']],
  ['rename flyer.txt to flyer-summer.txt', ['move']],
  ['make a folder photos-2024 and another one called photos-2025', ['make']],
  ['flyer.txt has the wrong date, it must be 14 June. can you fix that?', ['write']],
  ['in the second one create a readme.txt: nothing here yet', ['write']],
  ['Lösche bitte old.log.', ['delete']],
  ['supprime old.log', ['delete']],
])('%j tells to change something', (words, kinds) => {
  expect(changesTold(words)).toEqual(expect.arrayContaining(kinds));
});

test.each([
  ['remove the line about the rent from todo.txt', ['write']],
  ['in todo.txt please take out the line about the rent, its paid', ['write']],
  ['delete milk and eggs from shopping.txt', ['write']],
  ['in list.txt remove the second entry', ['write']],
  ['delete notes.txt from the folder old', ['delete']],
  ['remove todo.txt, it is all done', ['delete']],
  ['and todo.txt should be tasks.txt', ['move']],
  ['put sources.txt in the folder notes', ['move']],
  ['shopping.txt belongs into a folder lists. todo.txt as well', ['move']],
  ['both invoices should go into a new folder called invoices', ['move']],
  ['put the date into notes.txt', ['write', 'move']],
  // Each thing that is told by itself.
  ['todo.txt should be tasks.txt, and delete old.log', ['move', 'delete']],
  ['put a.txt into old and write done into b.txt', ['write', 'move']],
  ['remove milk from shopping.txt and delete old.log', ['write', 'delete']],
  ['do not move or delete a.txt', []],
  ['please call the file old.log system.log instead', ['move']],
])('%j: which change is told', (words, kinds) => {
  expect(changesTold(words)).toEqual(kinds);
});

test.each([
  "what's in recipes/soup.txt?",
  'how do I delete a file?',
  'should i delete it? no wait, keep it',
  'did you rename the file?',
  'which pictures are in the folder photos now?',
  "don't delete anything",
  'Wie lösche ich eine Datei?',
  'where is delete-me.txt',
  'hi there, how are you?',
  'I want to delete a recipe. which ones are there in the folder recipes?',
])('%j asks, and tells nothing', (words) => {
  expect(changesTold(words)).toEqual([]);
});

test.each([
  ['make a folder photos-2024 and another one called photos-2025', [{ path: 'photos-2024' }], true],
  ['make a folder photos-2024 and another one called photos-2025', [{ path: 'photos-2024' }, { path: 'photos-2025' }], false],
  ['move minutes-march.txt and minutes-april.txt into archive', [{ from: 'minutes-march.txt', to: 'archive/minutes-march.txt' }], true],
  ['rename a.txt to B.txt', [{ from: 'a.txt', to: 'b.txt' }], false],
  ['delete it', [{ path: 'old.log' }], false],
  ['write "see you at 12:45" to a.txt', [{ path: 'a.txt', content: 'see you at 12:45' }], false],
])('%j: whether a name is left', (words, calls, isLeft) => {
  expect(
    isNameLeft(
      words,
      calls.map((args) => ({ arguments: args })),
    ),
  ).toBe(isLeft);
});

test.each([
  ['and butter', true],
  ['the april one too', true],
  ['und die zweite auch', true],
  ['and how much is that?', false],
  ['now what is in it', false],
  ['and thank you', false],
  ['y', false],
  ['e', false],
  ['y la leche', true],
  ['and that is all?', false],
  ['which one too', false],
  ['thanks a lot', false],
  ['and then I went home and had a long talk with my brother about it', false],
])('%j goes on with what was told: %s', (words, expected) => {
  expect(goesOn(words)).toBe(expected);
});

test.each([
  'write a short poem about rain',
  'add 5 and 7',
  'Write an email to my boss that I am ill, i.e. at home.',
  'fix the grammar of my sentence: he go home',
  'mache einen Witz',
  'change the tone, e.g. more formal',
])('%j is meant for the answer: no file is', (words) => {
  expect([changesTold(words), speaksOfFiles(words)]).toEqual([[], false]);
});

test.each([
  ['rename the 2nd file to x.txt at 3pm', ['x.txt']],
  ['delete a.txt and/or b.md, e.g. today', ['a.txt', 'b.md']],
  ['make photos-2024 and notes_1 in recipes/soup.txt', ['photos-2024', 'notes_1', 'recipes/soup.txt']],
])('%j has likely names', (words, names) => {
  expect(likelyNames(words)).toEqual(names);
});

test('a text of 200,000 letters that was pasted keeps nobody waiting: its ends alone are looked at', () => {
  const pasted = 'create x '.repeat(20_000);
  expect(changesTold(`delete old.log\n${pasted}`)).toContain('delete');
  expect(changesTold(`${pasted}\ndelete old.log`)).toContain('delete');
  expect(changesTold(`${pasted}\ndelete old.log\n${pasted}`)).not.toContain('delete');
});

test.each([
  ['combine a.txt and b.txt into c.txt, then delete a.txt and b.txt', false],
  ['delete a.txt and merge b.txt and c.txt into d.txt', false],
  ['delete old.log', true],
  ['delete milk and eggs from shopping.txt', true],
  ['move a.txt and b.txt into archive', true],
  ['what is in a.txt?', true],
])('%j: whether what is told is all that is to be done: %s', (words, isAll) => {
  expect(isAllTold(words)).toBe(isAll);
});
