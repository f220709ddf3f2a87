import type { LlamaModel, Token } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';
import type { TextOrTokens, Tokenized, TokenizeRequest } from '../engine.ts';
import { tokensOf } from './prompt-tokens.ts';

/** Texts as tokens of a model, and back. Marks of the template in a text become control tokens. */

/** A model with the number of its tokens, which its header tells. */
export interface Vocabulary {
  readonly model: LlamaModel;
  readonly vocabularySize: number;
}

/** Both sides of a text. @throws USAGE for a number that is no token of the model */
export function tokenize(vocabulary: Vocabulary, request: TokenizeRequest): Tokenized {
  const { model } = vocabulary;
  const { bosString: bosText, eosString: eosText } = model.tokens;
  const marks = { bosText: bosText || undefined, eosText: eosText || undefined };
  if ('text' in request && request.begins === false) return { ...marks, text: request.text, tokens: model.tokenize(request.text, true) };
  const tokens = tokensIn(vocabulary, request);
  return { ...marks, text: 'text' in request ? request.text : model.detokenize(tokens, true), tokens };
}

/** The tokens a model is told. Numbers are checked: native code reads past its tables for one that is too high. */
export function tokensIn({ model, vocabularySize }: Vocabulary, asked: TextOrTokens): readonly Token[] {
  if ('text' in asked) return tokensOf(model, [{ text: asked.text, isPlain: false }]);
  const wrong = asked.tokens.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabularySize));
  if (wrong !== undefined) throw new LuciError('USAGE', `${wrong} is no token of this model, which has ${vocabularySize}, counted from 0.`);
  return asked.tokens as readonly Token[];
}
