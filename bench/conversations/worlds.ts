import type { World } from './conversation.ts';

/** The folders that conversations begin with. */

/** What lies about at home. */
export const home: World = {
  'shopping.txt': 'milk\nbread\n',
  'todo.txt': 'water the plants\npay the rent\ncall Mara\n',
  'budget.csv': 'rent,700\nfood,310\nbus,45\n',
  'old.log': 'started\nstopped\n',
  'recipes/soup.txt': 'Leek, potato, cream. Cook for 25 minutes.\n',
  'recipes/cake.txt': 'Flour, eggs, sugar. Bake for 40 minutes at 180 degrees.\n',
  'letters/landlord.txt': 'Dear Mr Weber,\nthe heating has been broken since Monday.\n',
};

/** Pictures; what is in them is no matter here, so they are texts. */
export const photos: World = {
  'photos/sea.jpg': 'JPEG of the sea',
  'photos/hill.jpg': 'JPEG of a hill',
  'photos/cat.jpg': 'JPEG of a cat',
  'photos/IMG_0041.jpg': 'JPEG of a garden',
  'albums/readme.txt': 'Albums go here.\n',
  'captions.txt': 'sea: Porto, 2023\nhill: Harz, 2021\ncat: Minka\n',
  'print-list.txt': 'sea.jpg\n',
};

/** A small office. */
export const office: World = {
  'minutes-march.txt': 'March 9. There: Ines, Tom.\nTom repairs the printer.\nNext meeting: April 13.\n',
  'minutes-april.txt': 'April 13. There: Ines, Raul.\nRaul orders paper.\nNext meeting: May 12.\n',
  'invoice-081.txt': 'Invoice 081\nHansen Ltd\ntotal: 120\n',
  'invoice-082.txt': 'Invoice 082\nBloom Florists\ntotal: 240\n',
  'contacts.csv': 'Ines,555-0142\nTom,555-0117\nRaul,555-0163\n',
  'drafts/offer.txt': 'Offer for Hansen Ltd: 20 chairs at 45 each.\n',
  'archive/minutes-january.txt': 'January 12. There: Tom.\n',
};

/** Somebody who studies. */
export const study: World = {
  'essay.txt': 'Tides and the moon. Second version, 4 May.\n',
  'essay-old.txt': 'Tides and the moon. First version, 2 April.\n',
  'sources.txt': 'Newton 1687\nLaplace 1776\n',
  'timetable.csv': 'Tuesday,maths,room B12\nWednesday,biology,room A3\nFriday,history,room C7\n',
  'notes/biology.txt': 'Photosynthesis: light becomes sugar in the leaf.\n',
  'notes/history.txt': 'Rome was a republic before it had emperors.\n',
  'notes/maths.txt': 'A prime has two divisors: one and itself.\n',
};

/** A club. */
export const club: World = {
  'members.csv': 'Olga,Lund\nPer,Lund\nRavi,Malmo\nSara,Ystad\nTheo,Malmo\n',
  'fees.csv': 'Olga,15\nPer,40\nRavi,40\n',
  'rules.txt': 'Fees: 40 for adults, 15 for children.\nThe key hangs behind the door.\n',
  'flyer.txt': 'Summer party on 7 June, 3 pm.\nEverybody is welcome.\n',
  'flyer-copy.txt': 'Summer party on 7 June, 3 pm.\nEverybody is welcome.\n',
  'events/summer.txt': 'Sack race, cake, music.\n',
  'events/winter.txt': 'December 6 in the old hall: soup and songs.\n',
};
