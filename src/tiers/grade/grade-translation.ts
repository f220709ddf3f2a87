import type { Verifier } from '../case.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** The grader of translations: words that must stand, whole and in order, and those that must not. */

const functionWords = {
  es: ['el', 'la', 'los', 'las', 'en', 'de', 'y', 'con', 'su', 'una', 'un', 'sobre'],
  fr: ['le', 'la', 'les', 'sur', 'de', 'du', 'et', 'avec', 'son', 'une', 'un', 'dans', 'des'],
  de: ['der', 'die', 'das', 'den', 'auf', 'und', 'mit', 'in', 'dem', 'am', 'ihrem', 'ein'],
} as const;

export function gradeSlots(verifier: Extract<Verifier, { readonly kind: 'slots' }>, text: string): Grade {
  const { language, need, forbid, mostWords, minWords = 2 * need.length + 3, ordered = [] } = verifier;
  const words = (text.toLowerCase().match(/[\p{L}\p{N}’'-]+/gu) ?? []).map(folded);
  if (words.length > mostWords) return failed(`${words.length} words, at most ${mostWords} are needed`);
  if (words.length < minWords) return failed(`${words.length} words are no whole translation`);
  if (functionWords[language].filter((word) => words.includes(word)).length < 3) return failed('it is not in the language asked for');
  const left = forbid.find((word) => words.includes(folded(word.toLowerCase())));
  if (left !== undefined) return failed('a word of the source is left', left);
  const placeOf = (slot: readonly string[]): number => words.findIndex((word) => slot.some((form) => isFormOf(word, form)));
  const missing = need.find((slot) => placeOf(slot) < 0);
  if (missing) return failed('a part is missing', missing.join(' or '));
  const places = ordered.map(placeOf);
  return places.some((place, index) => place < (places[index - 1] ?? 0)) ? failed('the parts are in another order') : passed;
}

/** Umlauts as they are written without the keys for them. */
function folded(word: string): string {
  return word.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss');
}

/** A form with an ending of at most three letters, or as the first half of a "kitchen table"; a number as a whole. */
function isFormOf(word: string, form: string): boolean {
  const stem = folded(form.normalize('NFC').toLowerCase());
  if (!word.startsWith(stem)) return false;
  return /^\d/.test(stem) ? word === stem : /^(?:\p{L}{0,3}|n?tisch\p{L}{0,2})$/u.test(word.slice(stem.length));
}
