/**
 * How a prompt that must come out alike is cut into batches. What stands in one batch changes the last bits of what comes out, so the
 * cuts follow from the prompt alone; and they stand where its beginning may be another prompt's: behind the system prompt, and where
 * answers begin. Then the next turn of a conversation goes on where the last one stood, and nothing is read twice.
 */

/** Tokens of a chunk at most. */
export const maxChunkTokens = 128;

/** Ends of the chunks of the first `length` tokens, with an end at each of `cuts` and no chunk too long. */
export function chunkEnds(length: number, cuts: readonly number[]): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const cut of [...cuts, length].filter((place) => place <= length).sort((a, b) => a - b))
    while (start < cut) {
      start = Math.min(cut, start + maxChunkTokens);
      ends.push(start);
    }
  return ends;
}

/** How far two lists of ends go together, at most to `maxEnd`. */
export function commonEnd(a: readonly number[], b: readonly number[], maxEnd: number): number {
  let common = 0;
  for (const [index, end] of a.entries()) {
    if (end !== b[index] || end > maxEnd) break;
    common = end;
  }
  return common;
}

/**
 * The ends up to the first token that was evaluated by itself: how many threads compute matters to single tokens alone, which look back
 * at what came before in as many pieces as there are threads.
 */
export function endsBeforeSingles(ends: readonly number[]): readonly number[] {
  const single = ends.findIndex((end, index) => end - (ends[index - 1] ?? 0) === 1);
  return single < 0 ? ends : ends.slice(0, single);
}
