import type { Conversation } from '../conversation.ts';
import { club, home, office, photos, study } from '../worlds.ts';

/** Conversations that were written when the help for small models was finished: what it does was not fitted to them. */
export const later: readonly Conversation[] = [
  {
    world: home,
    turns: [
      { say: 'can you start a file packing.txt for me? first line: passport', changes: [{ write: 'packing.txt', content: 'passport' }] },
      { say: 'add sunscreen to it', changes: [{ write: 'packing.txt', content: 'passport\nsunscreen' }] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'what does the landlord letter say? its in the letters folder', answer: ['heating'] },
      { say: 'ok, we moved out. delete that letter please', changes: [{ delete: 'letters/landlord.txt' }] },
      { say: 'and write done into letters/state.txt', changes: [{ write: 'letters/state.txt', content: 'done' }] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'who was at the meeting in april? check minutes-april.txt', answer: ['Ines', 'Raul'] },
      { say: 'file it under archive', changes: [{ move: 'minutes-april.txt', to: 'archive/minutes-april.txt' }] },
    ],
  },
  {
    world: office,
    turns: [
      {
        say: 'the phone number of Tom in contacts.csv is wrong, it should be 555-0199',
        changes: [{ write: 'contacts.csv', content: 'Ines,555-0142\nTom,555-0199\nRaul,555-0163' }],
      },
      { say: 'thanks! what is the number of Raul?', answer: ['555-0163'] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'make a folder called old and put essay-old.txt in it', changes: [{ move: 'essay-old.txt', to: 'old/essay-old.txt' }] },
      { say: 'how many versions of the essay are still here in the main folder?', answer: ['1|one'] },
    ],
  },
  {
    world: study,
    turns: [
      { say: 'when do I have maths? timetable.csv knows', answer: ['Tuesday'] },
      { say: 'and in which room?', answer: ['B12'] },
      { say: 'write "maths: Tuesday, B12" into reminder.txt', changes: [{ write: 'reminder.txt', content: 'maths: Tuesday, B12' }] },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'we have the flyer twice, flyer.txt and flyer-copy.txt. throw the copy away', changes: [{ delete: 'flyer-copy.txt' }] },
      {
        say: 'in the one that is left, change 3 pm to 4 pm',
        changes: [{ write: 'flyer.txt', content: 'Summer party on 7 June, 4 pm.\nEverybody is welcome.' }],
      },
    ],
  },
  {
    world: club,
    turns: [
      { say: 'rename events/summer.txt to events/party.txt', changes: [{ move: 'events/summer.txt', to: 'events/party.txt' }] },
      { say: 'is there cake at the party?', answer: ['yes'] },
      { say: 'good. what files are in events?', answer: ['party.txt', 'winter.txt'] },
    ],
  },
  {
    world: photos,
    turns: [
      {
        say: 'copy captions.txt to captions-backup.txt',
        changes: [{ write: 'captions-backup.txt', content: photos['captions.txt'] ?? '' }],
      },
      {
        say: 'now remove the line about the cat from captions.txt',
        changes: [{ write: 'captions.txt', content: 'sea: Porto, 2023\nhill: Harz, 2021' }],
      },
    ],
  },
  {
    world: photos,
    turns: [
      {
        say: 'photos/IMG_0041.jpg needs a better name: photos/garden.jpg',
        changes: [{ move: 'photos/IMG_0041.jpg', to: 'photos/garden.jpg' }],
      },
      { say: 'which pictures are in photos?', answer: ['garden.jpg', 'sea.jpg', 'hill.jpg', 'cat.jpg'] },
    ],
  },
  {
    world: home,
    turns: [
      { say: 'do I need eggs for the cake? look into recipes/cake.txt', answer: ['yes'] },
      { say: 'put eggs on my shopping list then, shopping.txt', changes: [{ write: 'shopping.txt', content: 'milk\nbread\neggs' }] },
      { say: 'how many things are on the list now?', answer: ['3|three'] },
    ],
  },
  {
    world: office,
    turns: [
      { say: 'create a folder paid', changes: [{ folder: 'paid' }] },
      { say: 'invoice-081.txt goes in there', changes: [{ move: 'invoice-081.txt', to: 'paid/invoice-081.txt' }] },
      { say: 'who is that invoice for?', answer: ['Hansen'] },
    ],
  },
];
