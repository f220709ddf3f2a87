import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Counting and finding. */
export const count: readonly Conversation[] = [
  {
    world: photos,
    turns: [
      { say: 'how many pictures are in the folder photos?', answer: ['4|four'] },
      { say: 'make a file count.txt with just that number', changes: [{ write: 'count.txt', content: '4' }] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'which file in the folder notes is about photosynthesis?', answer: ['biology.txt|biology'] },
      { say: 'write the name of that file into found.txt', changes: [{ write: 'found.txt', holds: ['biology.txt|biology'] }] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'in which file is the phone number of Ines?', answer: ['contacts.csv'] },
      { say: 'and what is the number?', answer: ['555-0142'] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'how much do I spend on rent and food together, see budget.csv', answer: ['1010|1,010'] },
      { say: 'write that sum into sum.txt', changes: [{ write: 'sum.txt', holds: ['1010|1,010'] }] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'how many members do we have? they are in members.csv', answer: ['5|five'] },
      { say: 'who of them lives in Lund?', answer: ['Olga', 'Per'] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'in which event is there a sack race? look into the folder events', answer: ['summer.txt|summer'] },
      {
        say: 'copy what that file says into a new file sack-race.txt',
        changes: [{ write: 'sack-race.txt', content: 'Sack race, cake, music.' }],
      },
    ],
  },
];
