import { expect, test } from 'vitest';
import { searchedTexts } from './searched-texts.ts';

test.each<[string, string[]]>([
  ['in which file is the phone number of Ines?', ['Ines']],
  ['Which files mention "the old hall"?', ['the old hall']],
  ['which document has 555-0142 in it?', ['555-0142']],
  ['In what file do Olga, Per and Ravi stand?', ['Olga', 'Per']],
  ['in welcher Datei steht Ines?', ['Ines']],
  ['dans quel fichier est Ines ?', ['Ines']],
  // Nothing that is rare enough, or no question for a file.
  ['which file is about photosynthesis?', []],
  ['how is Ines?', []],
  ['which file is larger, Notes.txt or plan.md?', []],
])('%j asks for files with %j', (words, texts) => {
  expect(searchedTexts(words)).toEqual(texts);
});
