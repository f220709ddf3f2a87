import { type CaseDefinition, type Instance, plain } from '../case.ts';
import type { Random } from '../random.ts';
import { names, towns } from '../vocabulary.ts';
import { longText } from './long-text.ts';

/** How much of a long text a model can use: a fact found, two facts joined, facts counted, in texts of 2k to 32k tokens. */

/** Lengths of the texts, in thousands of tokens. */
export const textLengths = [2, 4, 8, 16, 32] as const;

/** Tokens of the question, the template and the answer beside the text. */
const roomBesides = 500;

/** Texts have up to a sixth more tokens than they are called by, as tokenizers differ. */
function contextOf(thousands: number): number {
  return Math.ceil((thousands * 1000 * 7) / 6) + roomBesides;
}

/** The context all of it takes. */
export const wholeContext = contextOf(32);

/** All cases, the shortest texts first. */
export const contextCases: readonly CaseDefinition[] = textLengths.flatMap((thousands) => {
  const common = { ability: abilityOf(thousands), maxTokens: 240, chanceLevel: 1 / 8, contextTokens: contextOf(thousands) };
  const kinds = { find, join, count } as const;
  const titles = { find: 'Find a fact', join: 'Join two facts', count: 'Count facts' } as const;
  return (['find', 'join', 'count'] as const).map((kind) => ({
    ...common,
    id: `${thousands}k-${kind}`,
    title: `${titles[kind]} in ${thousands}k tokens`,
    generate: (random: Random) => kinds[kind](random, thousands * 1000),
  }));
});

/** What a length is called among abilities: `context 2k`. */
export function abilityOf(thousands: number): string {
  return `context ${thousands}k`;
}

function find(random: Random, tokens: number): Instance {
  const people = random.some(names, 8);
  const codes = codesOf(random, 8);
  const [asked = 0, other = 0] = random.some([...people.keys()], 2);
  const text = longText(
    random,
    tokens,
    people.map((person, index) => `The locker code of ${person} is ${codes[index]}.`),
  );
  const [want = '', near = ''] = [codes[asked], codes[other]];
  const question = `What is the locker code of ${people[asked]}? Reply with the code only.`;
  return plain(`${text}\n\n${question}`, { kind: 'oneOf', options: codes, want: [want] }, want, near);
}

/** Who has which shed, and where the key of the shed hangs: the second half stands somewhere else, in another order. */
function join(random: Random, tokens: number): Instance {
  const people = random.some(names, 8);
  const sheds = numbersOf(random, 8);
  const places = random.shuffle(towns);
  const [asked = 0, other = 0] = random.some([...people.keys()], 2);
  const first = people.map((person, index) => `The bicycle of ${person} is in shed ${sheds[index]}.`);
  const second = sheds.map((shed, index) => `The key of shed ${shed} hangs in ${places[index]}.`);
  const text = longText(random, tokens, random.shuffle([...first, ...second]));
  const [want = '', near = ''] = [places[asked], places[other]];
  const question = `In which town hangs the key of the shed with the bicycle of ${people[asked]}? Reply with the name of the town only.`;
  return plain(`${text}\n\n${question}`, { kind: 'oneOf', options: towns, want: [want] }, want, near);
}

/** Counts that no constant hits. */
const counts = [4, 6, 8, 9, 11, 13, 14, 15];

function count(random: Random, tokens: number): Instance {
  const [person = '', ...others] = random.some(names, 4);
  const want = random.pick(counts);
  const parcel = (whose: string): string => `A parcel for ${whose} came by train.`;
  const theirs = Array.from({ length: random.int(6, 12) }, () => parcel(random.pick(others)));
  const text = longText(random, tokens, random.shuffle([...Array.from({ length: want }, () => parcel(person)), ...theirs]));
  const question = `How many parcels for ${person} came by train? End with "Answer: <number>".`;
  return {
    ...plain(`${text}\n\n${question}`, { kind: 'number', value: want }, `Answer: ${want}`, `Answer: ${want + 1}`),
    guess: (guesser) => `Answer: ${guesser.pick(counts)}`,
  };
}

function codesOf(random: Random, count: number): string[] {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(`${random.pick([...'BCDFGHKM'])}${random.int(213, 989)}`);
  return [...codes];
}

function numbersOf(random: Random, count: number): number[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(random.int(213, 989));
  return [...numbers];
}
