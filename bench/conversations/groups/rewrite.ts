import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Changing what a file says: a line more, a line less, another word. */
export const rewrite: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'add eggs to shopping.txt', changes: [{ write: 'shopping.txt', content: 'milk\nbread\neggs' }] },
      { say: 'and butter', changes: [{ write: 'shopping.txt', content: 'milk\nbread\neggs\nbutter' }] },
      { say: 'whats on the list now?', answer: ['milk', 'bread', 'eggs', 'butter'] },
    ],
  },
  {
    world: home,
    turns: [
      {
        say: 'in todo.txt please take out the line about the rent, its paid',
        changes: [{ write: 'todo.txt', content: 'water the plants\ncall Mara' }],
      },
      { say: 'what is left to do?', answer: ['plants', 'Mara'] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'what is the total in invoice-082.txt?', answer: ['240'] },
      {
        say: 'change it to 260 please',
        changes: [{ write: 'invoice-082.txt', content: 'Invoice 082\nBloom Florists\ntotal: 260' }],
      },
    ],
  },
  {
    world: club,
    turns: [
      {
        say: 'flyer.txt has the wrong date, it must be 14 June, not 7 June. can you fix that?',
        changes: [{ write: 'flyer.txt', content: 'Summer party on 14 June, 3 pm.\nEverybody is welcome.' }],
      },
      { say: 'what time does the party start?', answer: ['3|three'] },
    ],
  },
  {
    world: study,
    turns: [
      {
        say: 'put the line Darwin 1859 at the end of sources.txt',
        changes: [{ write: 'sources.txt', content: 'Newton 1687\nLaplace 1776\nDarwin 1859' }],
      },
      {
        say: 'and Mendel 1866 below it',
        changes: [{ write: 'sources.txt', content: 'Newton 1687\nLaplace 1776\nDarwin 1859\nMendel 1866' }],
      },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'add cat.jpg to print-list.txt', changes: [{ write: 'print-list.txt', content: 'sea.jpg\ncat.jpg' }] },
      {
        say: 'actually i want hill.jpg at the top of that list too',
        changes: [{ write: 'print-list.txt', content: 'hill.jpg\nsea.jpg\ncat.jpg' }],
      },
      { say: 'perfect, thank you' },
    ],
  },
];
