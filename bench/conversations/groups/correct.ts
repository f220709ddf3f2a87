import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Second thoughts: the last thing is to be another one. */
export const correct: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'make a file meeting.txt: dentist at 5 pm', changes: [{ write: 'meeting.txt', content: 'dentist at 5 pm' }] },
      { say: 'no, at 6 pm', changes: [{ write: 'meeting.txt', content: 'dentist at 6 pm' }] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'what is the total of invoice-081.txt?', answer: ['120'] },
      { say: 'no, the other one, 082', answer: ['240'] },
      {
        say: 'yes that one. rename it to invoice-082-paid.txt',
        changes: [{ move: 'invoice-082.txt', to: 'invoice-082-paid.txt' }],
      },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'move photos/sea.jpg into albums', changes: [{ move: 'photos/sea.jpg', to: 'albums/sea.jpg' }] },
      {
        say: 'oh sorry, I meant the cat. put sea.jpg back into photos and move cat.jpg',
        changes: [
          { move: 'albums/sea.jpg', to: 'photos/sea.jpg' },
          { move: 'photos/cat.jpg', to: 'albums/cat.jpg' },
        ],
      },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'rename notes/history.txt to notes/rome.txt', changes: [{ move: 'notes/history.txt', to: 'notes/rome.txt' }] },
      { say: 'no, call it notes/ancient-rome.txt', changes: [{ move: 'notes/rome.txt', to: 'notes/ancient-rome.txt' }] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'make a file treasurer.txt: Olga', changes: [{ write: 'treasurer.txt', content: 'Olga' }] },
      { say: "wait no. it's Per", changes: [{ write: 'treasurer.txt', content: 'Per' }] },
      { say: 'so who is the treasurer?', answer: ['Per'] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'I want to delete a recipe. which ones are there in the folder recipes?', answer: ['soup.txt|soup', 'cake.txt|cake'] },
      { say: 'the cake. no, wait, the soup!', changes: [{ delete: 'recipes/soup.txt' }] },
      { say: 'and make a file menu.txt: cake', changes: [{ write: 'menu.txt', content: 'cake' }] },
    ],
  },
];
