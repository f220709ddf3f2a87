import { expect, test } from 'vitest';
import { namedThings } from './named-things.ts';

const folders: Readonly<Record<string, readonly string[]>> = {
  '.': ['Budget 2024.csv', 'notes.txt', 'photos/', 'plan.md', 'plan.txt', 'recipes/', 'rules.txt'],
  photos: ['IMG_0041.jpg'],
  recipes: ['soup.txt'],
};
const list = async (path: string): Promise<readonly string[]> => {
  const names = folders[path];
  if (!names) throw new Error('no folder');
  return names;
};

test.each([
  ["what's in recipes/soup.txt?", ['recipes/soup.txt'], []],
  ['read NOTES.TXT, please.', ['notes.txt'], []],
  ['look at the rules: how much is the fee?', ['rules.txt'], []],
  ['which pictures are in the folder photos now?', [], ['photos']],
  ['show me "Budget 2024.csv"', ['Budget 2024.csv'], []],
  ['no, the other one, 2024', ['Budget 2024.csv'], []],
  ['what is in the soup? its in recipes', ['recipes/soup.txt'], ['recipes']],
  // Two files have that name without its ending.
  ['read the plan', [], []],
  ['read ./plan.md', ['plan.md'], []],
  ['../notes.txt and /etc/passwd and recipes/../notes.txt', [], []],
  ['photos/nothing.jpg', [], []],
  ['hi', [], []],
])('%j names what is there', async (words, files, named) => {
  expect(await namedThings(words, { list })).toEqual({ files, folders: named });
});

test('a question of any length asks for few folders', async () => {
  let asked = 0;
  const counting = async (path: string): Promise<readonly string[]> => {
    asked += 1;
    return list(path);
  };
  await namedThings(Array.from({ length: 5000 }, (_, index) => `a${index}/b`).join(' '), { list: counting });
  expect(asked).toBeLessThanOrEqual(60);
});
