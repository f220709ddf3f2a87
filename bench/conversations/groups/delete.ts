import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** What is no longer wanted, and what is to stay. Each asks for something else as well, so that a model which deletes all is never right. */
export const deletion: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'what does old.log say?', answer: ['started', 'stopped'] },
      { say: 'delete it', changes: [{ delete: 'old.log' }] },
      {
        say: 'and make a file cleaned.txt that says: the log is gone',
        changes: [{ write: 'cleaned.txt', content: 'the log is gone' }],
      },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'there are two flyers here, delete the copy', changes: [{ delete: 'flyer-copy.txt' }] },
      { say: 'and rename the other one to flyer-2024.txt', changes: [{ move: 'flyer.txt', to: 'flyer-2024.txt' }] },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'delete the photo of the hill, photos/hill.jpg', changes: [{ delete: 'photos/hill.jpg' }] },
      {
        say: 'and take the hill out of captions.txt too',
        changes: [{ write: 'captions.txt', content: 'sea: Porto, 2023\ncat: Minka' }],
      },
    ],
  },
  {
    world: study,
    turns: [
      {
        say: 'I have two versions of my essay, essay.txt and essay-old.txt. which is the first version?',
        answer: ['essay-old.txt|essay-old'],
      },
      { say: 'should i delete it? no wait, keep it' },
      {
        say: 'just put it into a folder called attic',
        changes: [{ folder: 'attic' }, { move: 'essay-old.txt', to: 'attic/essay-old.txt' }],
      },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'Remove invoice-081.txt', changes: [{ delete: 'invoice-081.txt' }] },
      { say: 'then make invoice-083.txt with the text: total 90', changes: [{ write: 'invoice-083.txt', content: 'total 90' }] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'throw away the folder letters with everything in it', changes: [{ delete: 'letters' }] },
      { say: 'now make a new empty folder with the same name', changes: [{ folder: 'letters' }] },
    ],
  },
];
