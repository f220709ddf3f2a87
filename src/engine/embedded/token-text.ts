import type { LlamaModel, Token } from 'node-llama-cpp';

/** Tokens made into text one by one: a letter may take several of them, and marks that are control tokens are told as text too. */
export interface TokenText {
  push(token: Token): string;
  /** What never became a whole letter. */
  end(): string;
}

/** Tokens before that decide whether a blank belongs to the next one. */
const contextTokens = 4;
const replacement = '\ufffd';
/** A letter of four bytes, one token each. */
const maxHeld = 4;

/** For one answer; `marks` are texts of control tokens that mean something. */
export function createTokenText(model: LlamaModel, before: readonly Token[], marks: string): TokenText {
  const last = before.slice(-contextTokens);
  let held: Token[] = [];

  function textOf(tokens: readonly Token[]): string {
    const text = model.detokenize(tokens, false, last);
    if (text !== '') return text;
    const special = model.detokenize(tokens, true);
    return special !== '' && marks.includes(special) ? special : '';
  }

  function release(): string {
    const text = textOf(held);
    last.push(...held);
    last.splice(0, Math.max(0, last.length - contextTokens));
    held = [];
    return text;
  }

  return {
    push(token) {
      held.push(token);
      return held.length < maxHeld && model.detokenize(held, false, last).endsWith(replacement) ? '' : release();
    },
    end: () => (held.length === 0 ? '' : release()),
  };
}
