import { textFilter } from './safe-text.ts';
import { widthOf } from './text.ts';

/** An answer as it comes, made fit for a terminal: nothing of it is obeyed, and its lines end between words. */

/** Takes pieces and gives back what can be shown of them; a word is shown when it is whole. */
export interface AnswerFlow {
  push(piece: string): string;
  /** What is still held back. */
  flush(): string;
}

/** A flow for a terminal whose width may change meanwhile. */
export function answerFlow(columns: () => number): AnswerFlow {
  const filter = textFilter();
  let column = 0;
  let gap = '';
  let word = '';

  /** The word that is whole, on this line or, without its gap, on the next. */
  function placeWord(): string {
    const room = columns();
    if (word === '') return '';
    const fits = column + gap.length + widthOf(word) <= room;
    const lead = fits || column === 0 ? gap : '\n';
    if (lead === '\n') column = 0;
    else column += gap.length;
    let shown = lead;
    for (const char of word) {
      const width = widthOf(char);
      if (column + width > room) {
        shown += '\n';
        column = 0;
      }
      shown += char;
      column += width;
    }
    gap = '';
    word = '';
    return shown;
  }

  function take(char: string): string {
    if (char === '\n') {
      const shown = placeWord();
      gap = '';
      column = 0;
      return `${shown}\n`;
    }
    if (char === ' ' || char === '\t') {
      const shown = placeWord();
      // A tab as spaces: where it ends must be known.
      gap += char === ' ' ? char : ' '.repeat(8 - ((column + gap.length) % 8));
      return shown;
    }
    // Between wide characters, as those of Chinese, a line may end anywhere.
    const shown = widthOf(char) > 1 ? placeWord() : '';
    word += char;
    return word.length > columns() * 2 ? shown + placeWord() : shown;
  }

  return {
    push: (piece) => [...filter(piece)].map(take).join(''),
    flush: placeWord,
  };
}
