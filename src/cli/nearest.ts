import { editDistance } from '../base/edit-distance.ts';

/** Did you mean: words close to a mistyped one. */

/**
 * Up to `count` candidates. One that begins with the word comes first, then those one slip away, from six letters on two or a third of its length.
 * Of a word of two letters nothing but a beginning is recognized: a wrong guess is worse than none.
 */
export function nearest(word: string, candidates: readonly string[], count: number): string[] {
  const typed = word.toLowerCase();
  const isBeginning = (candidate: string): boolean => typed.length >= 2 && candidate.toLowerCase().startsWith(typed);
  const limit = typed.length < 3 ? 0 : typed.length < 6 ? 1 : Math.max(2, Math.floor(typed.length / 3));
  return candidates
    .map((candidate) => ({ candidate, slips: isBeginning(candidate) ? 0 : slips(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, slips: found }) => isBeginning(candidate) || found <= limit)
    .sort((a, b) => a.slips - b.slips || b.candidate.length - a.candidate.length)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Slips of the fingers between two words; two letters in each other's place are one. */
function slips(typed: string, candidate: string): number {
  const distance = editDistance(typed, candidate);
  return distance === 2 && sorted(typed) === sorted(candidate) ? 1 : distance;
}

function sorted(word: string): string {
  return [...word].sort().join('');
}
