import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Small talk, alone and in between. */
export const talk: readonly Conversation[] = [
  {
    world: home,
    turns: [{ say: 'hello!' }, { say: "what's the capital of France?", answer: ['Paris'] }, { say: 'and of Italy?', answer: ['Rome'] }],
  },
  {
    world: office,
    turns: [
      { say: 'good morning' },
      { say: 'I feel a bit tired today' },
      { say: 'anyway, make a file agenda.txt with: coffee', changes: [{ write: 'agenda.txt', content: 'coffee' }] },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'which colour do blue and yellow make?', answer: ['green'] },
      { say: 'do you like cats?' },
      { say: 'is there a picture of a cat in the folder photos?', answer: ['yes|cat.jpg'] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'my exam is tomorrow, wish me luck' },
      {
        say: 'on which subjects are there notes in the folder notes?',
        answer: ['biology|biology.txt', 'history|history.txt', 'maths|maths.txt'],
      },
      { say: 'thanks, you are great' },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'tell me a joke' },
      { say: 'haha. rename rules.txt to club-rules.txt', changes: [{ move: 'rules.txt', to: 'club-rules.txt' }] },
      { say: 'another joke please' },
    ],
  },
  {
    world: home,
    turns: [
      { say: "don't change anything, just tell me: is there milk in shopping.txt?", answer: ['yes|milk'] },
      { say: 'good, leave it as it is' },
      { say: 'how much is the bus in budget.csv?', answer: ['45'] },
    ],
  },
];
