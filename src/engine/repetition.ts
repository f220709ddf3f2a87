import type { ChatRequest } from './engine.ts';

/** Whether a text has come to repeat itself without end, as small models do. Knows texts, not models. */

/** Longer units are refrains and tables, and models do not loop over them. */
const maxUnitLength = 200;
const minRepeats = 8;
const minLength = 400;
/** Of units without a letter: blank tables, rulers and lists of zeros are meant. */
const minLengthWithoutLetters = 2_000;
const maxTailLength = Math.max(maxUnitLength * minRepeats, minLengthWithoutLetters);
/** Looking costs some thousand comparisons: once in so many characters, it costs nothing beside a token. */
const lookEveryCharacters = 100;

/** What the end of a text repeats, or undefined: 8 times or more, and 400 characters in all; 2,000 where it holds no letter. */
export function repeatedUnit(text: string): string | undefined {
  const end = text.length;
  for (let length = 1; length <= maxUnitLength && length * minRepeats <= end; length += 1) {
    let same = length;
    while (same < end && text[end - 1 - same] === text[end - 1 - same + length]) same += 1;
    const unit = text.slice(end - length);
    if (same >= Math.max(length * minRepeats, /\p{L}/u.test(unit) ? minLength : minLengthWithoutLetters)) return unit;
  }
  return undefined;
}

/** Whether an answer that repeats itself is ended. A grammar asks for what it lets through, and graded answers are graded as they are. */
export function endsRepetition({ jsonSchema, repeatable }: ChatRequest): boolean {
  return jsonSchema === undefined && repeatable !== true;
}

/** Follows an answer; true from the piece on with which it repeats itself. */
export function createRepetitionWatch(): (piece: string) => boolean {
  let tail = '';
  let unseen = 0;
  let repeats = false;
  return (piece) => {
    tail += piece;
    unseen += piece.length;
    if (repeats || unseen < lookEveryCharacters) return repeats;
    tail = tail.slice(-maxTailLength);
    unseen = 0;
    repeats = repeatedUnit(tail) !== undefined;
    return repeats;
  };
}
