import { LuciError } from '../base/errors.ts';

/** A text that is too long for a context: its beginning, its end, or all of it in parts. Knows characters; what fits is told to it. */

/** What is done with a text that does not fit. */
export type FitWay = 'head' | 'tail' | 'map';

/** Whether a question about this much text fits into the context. */
export type Fits = (text: string) => Promise<boolean>;

/** A text that was cut, with a line in it that says so. */
export interface CutText {
  readonly text: string;
  readonly leftOutCharacters: number;
  readonly allCharacters: number;
}

/** The longest beginning or end that fits; it is cut between lines where there is one near. Throws CONTEXT_OVERFLOW where not even a word fits. */
export async function cutToFit(text: string, keep: 'head' | 'tail', fits: Fits, maxCharacters: number): Promise<CutText> {
  const told = (kept: string): string => {
    const notice = `[left out here: ${text.length - kept.length} of ${text.length} characters]`;
    return keep === 'head' ? `${kept}\n${notice}` : `${notice}\n${kept}`;
  };
  const slice = (length: number): string => (keep === 'head' ? headOf(text, length) : tailOf(text, length));
  const length = await longest(Math.min(text.length, maxCharacters), async (tried) => fits(told(slice(tried))));
  const kept = slice(length);
  if (kept === '') throw nothingFits();
  return { text: told(kept), leftOutCharacters: text.length - kept.length, allCharacters: text.length };
}

/** The text in pieces that each fit; joined they are the text again, to the last character. Throws CONTEXT_OVERFLOW as {@link cutToFit}. */
export async function splitToFit(text: string, fits: Fits, maxCharacters: number): Promise<readonly string[]> {
  const pieces: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const left = rest;
    const length = await longest(Math.min(left.length, maxCharacters), async (tried) => fits(headOf(left, tried)));
    const piece = headOf(left, length);
    if (piece === '') throw nothingFits();
    pieces.push(piece);
    rest = left.slice(piece.length);
  }
  return pieces;
}

/** The largest length that passes; 0 where none does. */
async function longest(most: number, passes: (length: number) => Promise<boolean>): Promise<number> {
  if (await passes(most)) return most;
  let [good, bad] = [0, most];
  // A few characters more or less are not worth counting tokens for.
  while (bad - good > Math.max(1, good / 64)) {
    const middle = Math.floor((good + bad) / 2);
    if (await passes(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** The first characters, back to the end of a line where one is in the last quarter; never half a character. */
function headOf(text: string, length: number): string {
  if (length >= text.length) return text;
  const lineEnd = text.lastIndexOf('\n', length - 1) + 1;
  const at = lineEnd > length * 0.75 ? lineEnd : length;
  return text.slice(0, isInsideCharacter(text, at) ? at - 1 : at);
}

function tailOf(text: string, length: number): string {
  if (length >= text.length) return text;
  const from = text.length - length;
  const lineEnd = text.indexOf('\n', from) + 1;
  const at = lineEnd > 0 && lineEnd - from < length * 0.25 ? lineEnd : from;
  return text.slice(isInsideCharacter(text, at) ? at + 1 : at);
}

/** Between the two halves of a character beyond 16 bits. */
function isInsideCharacter(text: string, at: number): boolean {
  return /^[\udc00-\udfff]/.test(text.slice(at, at + 1)) && /[\ud800-\udbff]$/.test(text.slice(0, at).slice(-1));
}

function nothingFits(): LuciError {
  return new LuciError('CONTEXT_OVERFLOW', 'The question alone fills the context: none of the text fits beside it.', {
    hint: 'Ask a shorter question, or give more room with --context.',
  });
}
