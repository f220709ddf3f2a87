import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Reading, and questions about what was read. */
export const read: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: "what's in recipes/soup.txt?", answer: ['leek'] },
      { say: 'how long does it cook?', answer: ['25'] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'read minutes-april.txt please and tell me who was there', answer: ['Ines', 'Raul'] },
      { say: 'and when is the next meeting?', answer: ['May 12|12 May|12th of May|May 12th'] },
      { say: 'save just that date as next-meeting.txt', changes: [{ write: 'next-meeting.txt', holds: ['May', '12|12th'] }] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'when do i have maths this week? its in timetable.csv', answer: ['Tuesday|Tuesdays'] },
      { say: 'and in which room?', answer: ['B12'] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'look at rules.txt. how much is the fee for children?', answer: ['15'] },
      { say: 'and for grown ups?', answer: ['40'] },
    ],
  },
  {
    world: photos,
    turns: [
      { say: 'what does captions.txt say about the cat?', answer: ['Minka'] },
      { say: 'and where was the sea picture taken?', answer: ['Porto'] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'tell me what I wrote to the landlord, in letters/landlord.txt', answer: ['heating'] },
      { say: 'since when is it broken?', answer: ['Monday'] },
      {
        say: 'add this line at the end of the letter: Please call me.',
        changes: [{ write: 'letters/landlord.txt', content: 'Dear Mr Weber,\nthe heating has been broken since Monday.\nPlease call me.' }],
      },
    ],
  },
];
