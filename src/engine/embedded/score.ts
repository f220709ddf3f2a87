import type { LlamaModel, Token } from 'node-llama-cpp';
import { throwIfAborted } from '../../base/abort.ts';
import { contextOverflow } from '../context-length.ts';
import type { ScoreRequest, TokenScore } from '../engine.ts';
import { distributionAt, type NativeSequence, nativeSequence } from './native.ts';
import { createTokenText } from './token-text.ts';
import { tokensIn, type Vocabulary } from './tokenize.ts';
import type { VectorOptions } from './vectors.ts';

/** How likely a model holds the tokens of a text to be, over its whole vocabulary. */

/** Tokens a batch: the logits of each take four bytes a token of the vocabulary. */
const batchTokens = 32;

/** Nothing is cut off the distribution: with the sampler's own defaults the numbers come out too high without a word. */
const wholeDistribution = { temperature: 1, topK: 0, topP: 1, minP: 0 } as const;

/** Probabilities are computed in single precision; less than its smallest is none. */
const minProbability = 2 ** -149;

/**
 * One score a token of the text, then one for the token that would come next: the likeliest. In a context as long as the text, beside the
 * slots, so that nobody's answer changes. @throws CONTEXT_OVERFLOW, USAGE for a number that is no token
 */
export async function scoreText(
  vocabulary: Vocabulary,
  request: ScoreRequest,
  { threads, contextLength, trainedContextLength, signal }: VectorOptions,
): Promise<readonly TokenScore[]> {
  const { model } = vocabulary;
  const { topCount } = request;
  const tokens = tokensIn(vocabulary, request);
  if (tokens.length === 0) return [];
  if (tokens.length > contextLength) throw contextOverflow({ promptTokens: tokens.length, contextLength, trainedContextLength });
  const context = await model.createContext({ threads, contextSize: tokens.length + 1, batchSize: batchTokens, sequences: 1 });
  const texts = textsOf(model, tokens);
  if ('text' in request && isBegunByMark(model, request.text)) texts[0] = '';
  try {
    const sequence = nativeSequence(context, model.llama);
    const scores: TokenScore[] = [{ text: texts[0] ?? '', logProbability: undefined, top: [] }];
    for (let begin = 0; begin < tokens.length; begin += batchTokens) {
      throwIfAborted(signal);
      const distributions = await distributionsAfter(sequence, begin, tokens.slice(begin, begin + batchTokens));
      for (const [index, distribution] of distributions.entries()) {
        const before = tokens.slice(0, begin + index + 1);
        const place = begin + index + 1;
        const next = tokens[place] ?? likeliest(distribution);
        const top = topOf(distribution, topCount).map(([token, log]) => ({ text: textAfter(model, before, token), logProbability: log }));
        scores.push({ text: texts[place] ?? textAfter(model, before, next), logProbability: logOf(distribution.get(next)), top });
      }
    }
    return scores;
  } finally {
    await context.dispose();
  }
}

/** After each of the tokens, what comes next how likely. */
async function distributionsAfter(
  sequence: NativeSequence,
  firstPosition: number,
  tokens: readonly Token[],
): Promise<readonly ReadonlyMap<Token, number>[]> {
  const { context, id } = sequence;
  const sampler = sequence.createSampler();
  try {
    sampler.applyConfig(sequence.samplerConfig(wholeDistribution));
    context.initBatch(tokens.length);
    const all = Uint32Array.from(tokens, (_, index) => index);
    const places = context.addToBatch(id, firstPosition, Uint32Array.from(tokens), all);
    await context.decodeBatch();
    const found: ReadonlyMap<Token, number>[] = [];
    for (const place of places) found.push(await distributionAt(context, place, sampler));
    return found;
  } finally {
    sampler.dispose();
  }
}

function likeliest(distribution: ReadonlyMap<Token, number>): Token {
  const [first] = topOf(distribution, 1);
  if (!first) throw new Error('no token could be chosen');
  return first[0];
}

function topOf(distribution: ReadonlyMap<Token, number>, count: number): readonly (readonly [Token, number])[] {
  const top: [Token, number][] = [];
  if (count === 0) return top;
  for (const [token, probability] of distribution) {
    if (top.length === count && probability <= (top.at(-1)?.[1] ?? 0)) continue;
    const place = top.findIndex(([, other]) => other < probability);
    top.splice(place === -1 ? top.length : place, 0, [token, probability]);
    top.length = Math.min(top.length, count);
  }
  return top.map(([token, probability]) => [token, logOf(probability)]);
}

function logOf(probability: number | undefined): number {
  return Math.log(Math.max(probability ?? 0, minProbability));
}

/** The texts of the tokens join to the text; one that ends inside a letter has none, and the last of the letter has all of it. */
function textsOf(model: LlamaModel, tokens: readonly Token[]): string[] {
  const reader = createTokenText(model, [], '');
  return tokens.map((token) => reader.push(token) || specialText(model, token));
}

function textAfter(model: LlamaModel, before: readonly Token[], token: Token): string {
  return createTokenText(model, before, '').push(token) || specialText(model, token);
}

function specialText(model: LlamaModel, token: Token): string {
  return model.isSpecialToken(token) ? model.detokenize([token], true) : '';
}

/** Whether the model wants a mark at the beginning that is no part of the text. */
function isBegunByMark({ tokens: { bos, bosString, shouldPrependBosToken } }: LlamaModel, text: string): boolean {
  return shouldPrependBosToken && bos !== null && !(bosString && text.startsWith(bosString));
}
