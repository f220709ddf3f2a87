import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Other folders for what is there. */
export const move: readonly Conversation[] = [
  {
    world: office,
    turns: [
      { say: 'move minutes-march.txt into archive', changes: [{ move: 'minutes-march.txt', to: 'archive/minutes-march.txt' }] },
      { say: 'the april one too', changes: [{ move: 'minutes-april.txt', to: 'archive/minutes-april.txt' }] },
    ],
  },
  {
    world: photos,
    turns: [
      {
        say: 'make a folder best and move photos/sea.jpg into it',
        changes: [{ folder: 'best' }, { move: 'photos/sea.jpg', to: 'best/sea.jpg' }],
      },
      { say: 'and the cat', changes: [{ move: 'photos/cat.jpg', to: 'best/cat.jpg' }] },
    ],
  },
  {
    world: home,
    turns: [
      {
        say: 'shopping.txt belongs into a folder lists. todo.txt as well',
        changes: [{ folder: 'lists' }, { move: 'shopping.txt', to: 'lists/shopping.txt' }, { move: 'todo.txt', to: 'lists/todo.txt' }],
      },
      { say: 'what is in the folder lists now?', answer: ['shopping.txt|shopping', 'todo.txt|todo'] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'put sources.txt in the folder notes', changes: [{ move: 'sources.txt', to: 'notes/sources.txt' }] },
      { say: 'how many files are in notes now?', answer: ['4|four'] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'please move events/winter.txt out into the main folder', changes: [{ move: 'events/winter.txt', to: 'winter.txt' }] },
      { say: 'and what is there to eat, does it say?', answer: ['soup'] },
    ],
  },
  {
    world: office,
    turns: [
      {
        say: 'both invoices should go into a new folder called invoices',
        changes: [
          { folder: 'invoices' },
          { move: 'invoice-081.txt', to: 'invoices/invoice-081.txt' },
          { move: 'invoice-082.txt', to: 'invoices/invoice-082.txt' },
        ],
      },
      { say: 'nice. contacts.csv stays where it is!' },
      { say: 'in which folder are the invoices now?', answer: ['invoices'] },
    ],
  },
];
