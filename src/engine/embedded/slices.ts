/**
 * How a prompt that must come out alike is cut into batches. What stands in one batch changes the last bits of what comes out, so the
 * cuts follow from the prompt alone; and they stand where its beginning may be another prompt's: behind the system prompt, and where
 * answers begin. Then the next turn of a conversation goes on where the last one stood, and nothing is read twice.
 */

/** Tokens of a slice at most. */
export const mostSliceTokens = 128;

/** Ends of the slices of the first `length` tokens, with an end at each of `cuts` and no slice too long. */
export function sliceEnds(length: number, cuts: readonly number[]): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const cut of [...cuts, length].filter((place) => place <= length).sort((a, b) => a - b))
    while (start < cut) {
      start = Math.min(cut, start + mostSliceTokens);
      ends.push(start);
    }
  return ends;
}

/** How far two lists of ends go together, at most to `most`. */
export function commonEnd(a: readonly number[], b: readonly number[], most: number): number {
  let common = 0;
  for (const [index, end] of a.entries()) {
    if (end !== b[index] || end > most) break;
    common = end;
  }
  return common;
}
