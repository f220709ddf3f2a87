import { editDistance } from '../base/edit-distance.ts';

/** Did you mean: words close to a mistyped one. */

/** Up to `count` candidates by edit distance, none farther than a third of the word's length (at least 2; 1 for words of three letters or fewer). */
export function nearest(word: string, candidates: readonly string[], count: number): string[] {
  const limit = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
