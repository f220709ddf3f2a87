import type { CaseDefinition } from '../case.ts';
import { plain } from '../case.ts';
import { names } from '../vocabulary.ts';

/** A sentence to translate, with parts that can be checked: every part has all of its usual translations. */

interface Lexicon {
  readonly language: string;
  /** Parts by their English words; the first form is used in the right answer. */
  readonly nouns: Readonly<Record<string, readonly string[]>>;
  readonly days: Readonly<Record<string, readonly string[]>>;
  readonly colours: Readonly<Record<string, readonly string[]>>;
  readonly kitchen: readonly string[];
  readonly table: readonly string[];
  readonly brother: readonly string[];
  readonly put: readonly string[];
  readonly left: readonly string[];
  readonly write: (noun: string, day: string, colour: string, count: number, name: string) => string;
}

const lexicons: Readonly<Record<'es' | 'fr' | 'de', Lexicon>> = {
  es: {
    language: 'Spanish',
    nouns: { books: ['libros'], cups: ['tazas', 'copas'], plates: ['platos'], letters: ['cartas'] },
    days: { Monday: ['lunes'], Wednesday: ['miércoles', 'miercoles'], Friday: ['viernes'], Sunday: ['domingo'] },
    colours: { red: ['roj'], white: ['blanc'], yellow: ['amarill'], black: ['negr'] },
    kitchen: ['cocina'],
    table: ['mesa'],
    brother: ['hermano'],
    put: ['puso', 'colocó', 'coloco', 'dejó', 'dejo', 'ponía', 'depositó'],
    left: ['salió', 'salio', 'abandonó', 'abandono', 'dejó', 'dejo', 'marchó', 'fue', 'partió'],
    write: (noun, day, colour, count, name) =>
      `El ${day}, ${name} puso ${count} ${noun} ${colour}os en la mesa de la cocina y salió de la casa con su hermano.`,
  },
  fr: {
    language: 'French',
    nouns: { books: ['livres'], cups: ['tasses', 'coupes'], plates: ['assiettes', 'plats'], letters: ['lettres'] },
    days: { Monday: ['lundi'], Wednesday: ['mercredi'], Friday: ['vendredi'], Sunday: ['dimanche'] },
    colours: { red: ['rouge'], white: ['blanc'], yellow: ['jaune'], black: ['noir'] },
    kitchen: ['cuisine'],
    table: ['table'],
    brother: ['frère', 'frere'],
    put: ['posé', 'posa', 'mis', 'mit', 'placé', 'plaça', 'déposé', 'déposa', 'disposé'],
    left: ['quitt', 'sorti', 'parti'],
    write: (noun, day, colour, count, name) =>
      `Le ${day}, ${name} a posé ${count} ${noun} ${colour}s sur la table de la cuisine et a quitté la maison avec son frère.`,
  },
  de: {
    language: 'German',
    nouns: { books: ['büch', 'buch'], cups: ['tasse', 'becher'], plates: ['teller'], letters: ['brief', 'schreiben'] },
    days: { Monday: ['montag'], Wednesday: ['mittwoch'], Friday: ['freitag'], Sunday: ['sonntag'] },
    colours: { red: ['rot'], white: ['weiß', 'weiss'], yellow: ['gelb'], black: ['schwarz'] },
    kitchen: ['küche', 'kuche'],
    table: ['tisch', 'küchentisch'],
    brother: ['bruder', 'brüder'],
    put: ['stellte', 'gestellt', 'legte', 'gelegt', 'setzte', 'gesetzt', 'tat', 'getan', 'platziert', 'packte', 'deponiert'],
    left: ['verließ', 'verlass', 'ging', 'gegangen', 'trat'],
    write: (noun, day, colour, count, name) =>
      `Am ${day} stellte ${name} ${count} ${colour}e ${noun}n auf den Tisch in der Küche und verließ das Haus mit ihrem Bruder.`,
  },
};

export const translate: CaseDefinition = {
  id: 't2-translate',
  title: 'Translate a sentence',
  ability: 'languages',
  maxTokens: 200,
  chanceLevel: 0,
  generate(random) {
    const key = random.pick(['es', 'fr', 'de'] as const);
    const { language, nouns, days, colours, kitchen, table, brother, put, left, write } = lexicons[key];
    const [noun, day, colour] = [random.pick(Object.keys(nouns)), random.pick(Object.keys(days)), random.pick(Object.keys(colours))];
    const [count, name] = [random.int(23, 89), random.pick(names)];
    const [ofNoun, ofDay, ofColour] = [nouns[noun] ?? [], days[day] ?? [], colours[colour] ?? []];
    const source = `On ${day}, ${name} put ${count} ${colour} ${noun} on the table in the kitchen and left the house with her brother.`;
    return plain(
      `Translate this sentence into ${language} and reply with the translation only (keep the number in digits): "${source}"`,
      {
        kind: 'slots',
        language: key,
        need: [ofNoun, ofDay, ofColour, kitchen, [String(count)], [name], table, brother, put, left],
        ordered: [put, left],
        forbid: [noun, 'kitchen', 'the', 'brother', day, colour, 'and', 'with', 'house', 'put'],
        minWords: 14,
        mostWords: 40,
      },
      write(ofNoun[0] ?? '', ofDay[0] ?? '', ofColour[0] ?? '', count, name),
      `${ofNoun[0]} ${ofDay[0]} ${ofColour[0]} ${count} ${name} ${source}`,
    );
  },
};
