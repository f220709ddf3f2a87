import type { CaseDefinition, Instance, Verifier } from '../../case.ts';
import type { Random } from '../../random.ts';
import { names, nouns, towns } from '../../vocabulary.ts';

/** First something the text says is asked, then something it does not say: right is to say that it is not there. */

/** What is asked for in vain. */
const missing = { person, attribute, event, price, reason, premise } as const;

const titles: Readonly<Record<keyof typeof missing, string>> = {
  person: 'Somebody who is not in the list',
  attribute: 'A phone number that is not given',
  event: 'A day that is not told',
  price: 'A price that is not in the list',
  reason: 'A reason that is not given',
  premise: 'Something that did not happen',
};

export const inventedCases: readonly CaseDefinition[] = (Object.keys(missing) as (keyof typeof missing)[]).map((kind) => ({
  id: `invented-${kind}`,
  title: titles[kind],
  ability: 'invented facts',
  maxTokens: 120,
  chanceLevel: 1 / 8,
  generate: (random) => twoQuestions(missing[kind](random)),
}));

interface Questions {
  readonly text: string;
  readonly known: string;
  readonly options: readonly string[];
  readonly want: string;
  readonly unknown: string;
  /** Answers that are made up: a pattern of values the text does not hold, or of reasons. */
  readonly inventions: string;
  readonly invented: string;
  /** Further ways to say that it is not so. */
  readonly alsoRight?: string;
}

function twoQuestions({ text, known, options, want, unknown, inventions, invented, alsoRight }: Questions): Instance {
  const verify: Verifier = {
    kind: 'all',
    parts: [
      { kind: 'written', mustNot: inventions, otherwise: 'it invents what the text does not say' },
      {
        kind: 'written',
        must: [...saysNothing, ...(alsoRight ? [alsoRight] : [])].join('|'),
        otherwise: 'it does not say that the text does not hold it',
      },
    ],
  };
  return {
    turns: [
      { user: `${text}\n\nAnswer from this text only. ${known}`, verify: { kind: 'oneOf', options, want: [want] } },
      { user: `And from the same text: ${unknown}`, verify },
    ],
    oracle: [{ text: want }, { text: 'The text does not say that.' }],
    nearMiss: [{ text: want }, { text: invented }],
    guess: (guesser) => guesser.pick([...options, 'The text does not say.']),
  };
}

const said =
  '(?:say|said|states?|stated|mentions?|mentioned|give|given|list|listed|specify|specified|provide|provided|include|included|contain|contained|tell|told|appear|found|find|know|known|available|show|shown|written|recorded|indicate|indicated|describe|described|explain|explained|answered|there|present|have|in (?:the|this|that|your) (?:\\p{L}+ )?(?:text|list|note|table))';

/** Ways to say that a text is silent. */
const saysNothing = [
  `(?:\\bnot|n['’]t|\\bnever) (?:\\p{L}+ ){0,3}?${said}\\b`,
  '\\bno (?:\\p{L}+ ){0,3}?(?:information|mention|entry|record|answer|reason|price|number|code|date|day|data|details?|indication|explanation|locker|way)\\b',
  '\\b(?:unknown|unspecified|undisclosed)\\b',
  "\\b(?:cannot|can['’]t|unable to|(?:not|im)possible to|not able to) (?:be )?(?:\\p{L}+ ){0,2}?(?:tell|say|know|find|determined?|answer|see|provide|give)\\b",
  '\\bthere (?:is|are|was|were) (?:no|nothing|none)\\b',
  '\\b(?:says|mentions|states|tells)(?: us| me)? nothing\\b|\\bnothing (?:is|about|in)\\b|\\b(?:lacks|omits|is missing)\\b|\\bdoes not exist\\b',
];

function codesOf(random: Random, count: number): string[] {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(`${random.pick([...'BCDFGHKM'])}${random.int(213, 989)}`);
  return [...codes];
}

/** Eight people with codes, one of whom is asked for. */
function lockers(
  random: Random,
): Pick<Questions, 'text' | 'known' | 'options' | 'want'> & { readonly people: readonly string[]; readonly absent: string } {
  const [absent = '', ...people] = random.some(names, 9);
  const options = codesOf(random, people.length);
  const asked = random.int(0, people.length - 1);
  return {
    people,
    absent,
    options,
    text: people.map((person, index) => `${person} has the locker code ${options[index]}.`).join(' '),
    known: `What is the locker code of ${people[asked]}? Reply with the code only.`,
    want: options[asked] ?? '',
  };
}

/** A value of the list after a "but", and any other code. */
function person(random: Random): Questions {
  const { people: _, absent, ...base } = lockers(random);
  const known = base.options.join('|');
  return {
    ...base,
    unknown: `What is the locker code of ${absent}?`,
    inventions: `\\b(?!${known})[A-Z]\\d{3}\\b|\\b(?:but|probably|likely|perhaps|maybe|might|could be|guess|assume)\\b[^.]*\\b(?:${known})\\b`,
    invented: `The locker code of ${absent} is ${base.options[0]}.`,
  };
}

function attribute(random: Random): Questions {
  const { people, absent: _, ...base } = lockers(random);
  return {
    ...base,
    unknown: `What is the phone number of ${random.pick(people)}?`,
    inventions: '(?<![\\p{L}\\d])\\+?\\d[\\d -]{2,}',
    invented: `The phone number is 555 ${random.int(1000, 9999)}.`,
  };
}

function event(random: Random): Questions {
  const { people, absent: _, ...base } = lockers(random);
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
  return {
    ...base,
    unknown: `On which day did ${random.pick(people)} get the locker?`,
    inventions: `\\b(?:${days.join('|')}|January|February|March|April|June|July|August|September|October|November|December)\\b|\\b\\d{1,2}(?:st|nd|rd|th)?\\b`,
    invented: `On ${random.pick(days)}.`,
  };
}

/** Prices of eight things, and of none beside. */
function price(random: Random): Questions {
  const [absent = '', ...sold] = random.some(nouns, 9);
  const prices = new Set<number>();
  while (prices.size < sold.length) prices.add(random.int(113, 989));
  const options = [...prices].map(String);
  const asked = random.int(0, sold.length - 1);
  const known = options.join('|');
  return {
    text: `Prices in coins: ${sold.map((thing, index) => `${thing} ${options[index]}`).join(', ')}.`,
    known: `How many coins does the ${sold[asked]} cost? Reply with the number only.`,
    options,
    want: options[asked] ?? '',
    unknown: `How many coins does the ${absent} cost?`,
    inventions: `\\b(?!(?:${known})\\b)\\d+\\b|\\b(?:but|probably|likely|perhaps|maybe|might|could be|guess|assume)\\b[^.]*\\b(?:${known})\\b`,
    invented: `The ${absent} costs ${options[0]} coins.`,
  };
}

/** A reason, unless it is that nothing is said. */
const reasons = "\\b(?:because|due to|since|in order to|so that)\\b(?![^.]{0,80}(?:\\bnot\\b|n['’]t\\b|\\bno\\b))";

function fair(
  random: Random,
): Pick<Questions, 'text' | 'known' | 'options' | 'want'> & { readonly town: string; readonly other: string; readonly day: string } {
  const [town = '', other = ''] = random.some(towns, 2);
  const day = random.pick(['Tuesday', 'Thursday', 'Saturday']);
  return {
    town,
    other,
    day,
    text: `The fair takes place in ${town}. The prize is a ${random.pick(nouns)}. The organisers expect ${random.int(213, 989)} visitors. The hall is closed on ${day}.`,
    known: 'In which town does the fair take place? Reply with the name of the town only.',
    options: towns,
    want: town,
  };
}

function reason(random: Random): Questions {
  const { day, town: _, other: __, ...base } = fair(random);
  return { ...base, unknown: `Why is the hall closed on ${day}?`, inventions: reasons, invented: `Because it is cleaned on ${day}.` };
}

function premise(random: Random): Questions {
  const { town, other, day: _, ...base } = fair(random);
  return {
    ...base,
    unknown: `Why was the fair moved from ${town} to ${other}?`,
    inventions: reasons,
    invented: `The fair was moved to ${other} because there was more room.`,
    alsoRight: "(?:\\bnot|n['’]t|\\bnever) (?:\\p{L}+ )?moved?\\b",
  };
}
