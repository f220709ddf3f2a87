/** Words that cases are made of. */

export const names = [
  'Anton',
  'Bea',
  'Carlo',
  'Dunja',
  'Edda',
  'Florin',
  'Greta',
  'Hugo',
  'Irma',
  'Jonas',
  'Kira',
  'Lorenz',
  'Mila',
  'Noor',
];

export const nouns = [
  'anchor',
  'basket',
  'candle',
  'desert',
  'engine',
  'feather',
  'glacier',
  'hammer',
  'island',
  'jacket',
  'kettle',
  'ladder',
  'magnet',
  'needle',
  'orchard',
  'pepper',
];

export const adjectives = ['amber', 'brisk', 'calm', 'dusty', 'eager', 'frosty', 'gentle', 'hasty', 'ivory', 'jolly', 'keen', 'lively'];

/** Things one can count, in the plural. */
export const things = ['apples', 'bricks', 'coins', 'drums', 'flags', 'gloves', 'helmets', 'jars', 'keys', 'lamps', 'mirrors', 'pencils'];

/** Words of ten kinds. */
export const kinds: Readonly<Record<string, readonly string[]>> = {
  animals: ['badger', 'heron', 'lizard', 'otter', 'walrus', 'weasel'],
  colours: ['crimson', 'indigo', 'beige', 'turquoise', 'magenta', 'maroon'],
  fruits: ['apricot', 'papaya', 'cherry', 'mango', 'pear', 'plum'],
  instruments: ['cello', 'oboe', 'trumpet', 'violin', 'harp', 'tuba'],
  countries: ['Norway', 'Kenya', 'Chile', 'Portugal', 'Vietnam', 'Canada'],
  professions: ['plumber', 'dentist', 'carpenter', 'librarian', 'farmer', 'judge'],
  vehicles: ['tractor', 'bicycle', 'ferry', 'tram', 'scooter', 'lorry'],
  tools: ['chisel', 'screwdriver', 'shovel', 'wrench', 'saw', 'drill'],
  garments: ['sweater', 'scarf', 'mitten', 'blouse', 'apron', 'sock'],
  buildings: ['castle', 'cathedral', 'barn', 'cottage', 'lighthouse', 'museum'],
};

/** Towns whose names are no other words. */
export const towns = ['Lund', 'Porto', 'Graz', 'Turku', 'Bergen', 'Ghent', 'Vilnius', 'Zadar'];
