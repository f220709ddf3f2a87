import type { Random } from '../random.ts';
import { adjectives, nouns } from '../vocabulary.ts';

/** Texts of a given length with facts hidden in them. */

/** Letters a token in plain English, rounded down: a text has no more tokens than it is called by. */
const lettersPerToken = 4;

/** Verbs and places of sentences that say nothing a question could be about. */
const verbs = ['stood beside', 'was painted like', 'fell behind', 'was sold with', 'looked smaller than', 'lay under', 'was older than'];
const endings = [
  'in the long summer',
  'before the rain came',
  'as everybody knew',
  'while the band played',
  'after the market',
  'near the bridge',
];

/** One text of about so many tokens; the facts stand in it in their order, spread over its whole length. No line ends: no line of it is an answer. */
export function longText(random: Random, tokens: number, facts: readonly string[]): string {
  const sentences: string[] = [];
  let letters = facts.reduce((sum, fact) => sum + fact.length + 1, 0);
  while (letters < tokens * lettersPerToken) {
    const sentence = fillerSentence(random);
    sentences.push(sentence);
    letters += sentence.length + 1;
  }
  // Each fact has a part of the text of its own, and a place in it by chance.
  const part = sentences.length / facts.length;
  const places = facts.map((_, index) => Math.floor(index * part + random.next() * part));
  return sentences.flatMap((sentence, index) => [...facts.filter((_, fact) => places[fact] === index), sentence]).join(' ');
}

function fillerSentence(random: Random): string {
  const thing = (): string => `the ${random.pick(adjectives)} ${random.pick(nouns)}`;
  const sentence = `${thing()} ${random.pick(verbs)} ${thing()} ${random.pick(endings)}.`;
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}
