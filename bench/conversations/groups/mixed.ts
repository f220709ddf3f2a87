import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Longer ones, with several things one after the other. */
export const mixed: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'what files do i have?', answer: ['shopping.txt', 'todo.txt', 'budget.csv', 'old.log'] },
      { say: 'make a folder called past', changes: [{ folder: 'past' }] },
      { say: 'move old.log in there', changes: [{ move: 'old.log', to: 'past/old.log' }] },
      { say: 'and budget.csv', changes: [{ move: 'budget.csv', to: 'past/budget.csv' }] },
      { say: "what's in past now?", answer: ['old.log', 'budget.csv'] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'what does Tom have to do according to minutes-march.txt?', answer: ['printer'] },
      { say: 'write that into a file tasks.txt', changes: [{ write: 'tasks.txt', holds: ['printer'] }] },
      { say: 'delete drafts/offer.txt', changes: [{ delete: 'drafts/offer.txt' }] },
      { say: 'rename tasks.txt to tom.txt', changes: [{ move: 'tasks.txt', to: 'tom.txt' }] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'on which day is biology? see timetable.csv', answer: ['Wednesday|Wednesdays'] },
      { say: 'and history?', answer: ['Friday|Fridays'] },
      { say: 'make exam.txt: biology on Wednesday', changes: [{ write: 'exam.txt', content: 'biology on Wednesday' }] },
      {
        say: 'add a second line to it: history on Friday',
        changes: [{ write: 'exam.txt', content: 'biology on Wednesday\nhistory on Friday' }],
      },
      { say: 'thx' },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'how much did Ravi pay? see fees.csv', answer: ['40'] },
      { say: 'and Olga?', answer: ['15'] },
      { say: "change Ravi's to 45", changes: [{ write: 'fees.csv', content: 'Olga,15\nPer,40\nRavi,45' }] },
      { say: 'now move fees.csv into a folder money', changes: [{ folder: 'money' }, { move: 'fees.csv', to: 'money/fees.csv' }] },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'how many files are in the folder photos?', answer: ['4|four'] },
      { say: 'delete photos/IMG_0041.jpg, its blurry', changes: [{ delete: 'photos/IMG_0041.jpg' }] },
      { say: 'how many are left?', answer: ['3|three'] },
      {
        say: 'make a folder print with a file info.txt in it: 10x15',
        changes: [{ folder: 'print' }, { write: 'print/info.txt', content: '10x15' }],
      },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'make draft.txt: Hello Mara', changes: [{ write: 'draft.txt', content: 'Hello Mara' }] },
      { say: 'no, not Hello. Dear Mara', changes: [{ write: 'draft.txt', content: 'Dear Mara' }] },
      { say: 'put it into the folder letters', changes: [{ move: 'draft.txt', to: 'letters/draft.txt' }] },
      { say: 'and rename it to mara.txt there', changes: [{ move: 'letters/draft.txt', to: 'letters/mara.txt' }] },
      { say: 'which letters are in the folder now?', answer: ['landlord.txt|landlord', 'mara.txt|mara'] },
    ],
  },
];
