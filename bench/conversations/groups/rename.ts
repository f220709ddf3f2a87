import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Other names for what is there. */
export const rename: readonly Conversation[] = [
  {
    world: photos,
    turns: [
      {
        say: 'rename photos/IMG_0041.jpg to photos/garden.jpg',
        changes: [{ move: 'photos/IMG_0041.jpg', to: 'photos/garden.jpg' }],
      },
      { say: 'which pictures are in the folder photos now?', answer: ['sea.jpg|sea', 'hill.jpg|hill', 'cat.jpg|cat', 'garden.jpg|garden'] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'please call the file old.log system.log instead', changes: [{ move: 'old.log', to: 'system.log' }] },
      { say: 'and todo.txt should be tasks.txt', changes: [{ move: 'todo.txt', to: 'tasks.txt' }] },
    ],
  },
  {
    world: office,
    turns: [
      {
        say: 'Rename drafts/offer.txt to drafts/offer-hansen.txt.',
        changes: [{ move: 'drafts/offer.txt', to: 'drafts/offer-hansen.txt' }],
      },
      { say: 'how many chairs do we offer in it?', answer: ['20|twenty'] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'hi there, how are you?' },
      { say: 'rename flyer.txt to flyer-summer.txt', changes: [{ move: 'flyer.txt', to: 'flyer-summer.txt' }] },
      { say: 'what was its name before?', answer: ['flyer.txt|flyer'] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'could you rename the folder notes to lecture-notes?', changes: [{ move: 'notes', to: 'lecture-notes' }] },
      {
        say: 'which files are in it?',
        answer: ['biology.txt|biology', 'history.txt|history', 'maths.txt|maths'],
      },
    ],
  },
  {
    world: study,
    turns: [
      {
        say: 'rename essay.txt to essay-final.txt and essay-old.txt to essay-first.txt',
        changes: [
          { move: 'essay.txt', to: 'essay-final.txt' },
          { move: 'essay-old.txt', to: 'essay-first.txt' },
        ],
      },
      { say: "thanks, that's all for today" },
    ],
  },
];
