/** A text that comes in pieces, handed on sentence by sentence, so that it can be ended after a whole one. */
export interface WholeSentences {
  /** Takes a piece; what is whole by now. */
  push(piece: string): string;
  /** What is left after the last whole sentence. */
  readonly rest: string;
}

/** None has come yet. Ends of lines end sentences too. */
export function wholeSentences(): WholeSentences {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  let rest = '';
  return {
    push(piece) {
      rest += piece;
      const sentences = [...segmenter.segment(rest)];
      const last = sentences.at(-1);
      // The last one may go on: "3." is the beginning of "3.5".
      const at = last === undefined ? 0 : last.index;
      const whole = rest.slice(0, at);
      rest = rest.slice(at);
      return whole;
    },
    get rest() {
      return rest;
    },
  };
}
