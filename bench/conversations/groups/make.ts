import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** New files and folders. */
export const make: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'can you make me a file called gifts.txt with: book for Ana', changes: [{ write: 'gifts.txt', content: 'book for Ana' }] },
      {
        say: 'thanks! and one more, cards.txt, it should say: 12 Christmas cards',
        changes: [{ write: 'cards.txt', content: '12 Christmas cards' }],
      },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'I need a folder for bills, call it bills', changes: [{ folder: 'bills' }] },
      { say: 'put a file june.txt in there that says: electricity 54', changes: [{ write: 'bills/june.txt', content: 'electricity 54' }] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'hi, what can you do for me here?' },
      {
        say: 'ok. write a file welcome.txt with the text Welcome to the office',
        changes: [{ write: 'welcome.txt', content: 'Welcome to the office' }],
      },
      { say: 'how many lines does that file have?', answer: ['1|one'] },
    ],
  },
  {
    world: club,
    turns: [
      {
        say: 'make a folder photos-2024 and another one called photos-2025',
        changes: [{ folder: 'photos-2024' }, { folder: 'photos-2025' }],
      },
      {
        say: 'in the second one create a readme.txt: nothing here yet',
        changes: [{ write: 'photos-2025/readme.txt', content: 'nothing here yet' }],
      },
    ],
  },
  {
    world: study,
    turns: [
      {
        say: 'write a short poem about rain and save it as rain.txt',
        changes: [{ write: 'rain.txt', holds: ['rain|rains|rainy|raining|raindrop|raindrops|rainfall'] }],
      },
      { say: 'what is the file called again?', answer: ['rain.txt'] },
    ],
  },
  {
    world: photos,
    turns: [
      {
        say: 'make a new file wishlist.txt with three lines: frame, glue, paper',
        changes: [{ write: 'wishlist.txt', content: 'frame\nglue\npaper' }],
      },
      { say: 'also albums/holiday.txt with the word Porto in it', changes: [{ write: 'albums/holiday.txt', content: 'Porto' }] },
      { say: 'great, that was all' },
    ],
  },
];
