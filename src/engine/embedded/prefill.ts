import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { throwIfAborted } from '../../base/abort.ts';

/** Evaluation of a prompt in slices, so that a stop is heard in the middle of it. */

const firstSlice = 128;
const wantedSliceMs = 200;

/**
 * Brings the sequence to all tokens but the last, keeping the prefix it already has.
 * The engine itself cannot be stopped inside an evaluation: slices are sized by the speed measured so far, to about 200 ms each.
 * How large a slice is changes the last bits of what comes out, and with them now and then a word: for repeatable answers all slices
 * are 128 tokens, at places that do not depend on what is cached.
 * @returns how many tokens were there already
 */
export async function prefill(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  signal: AbortSignal,
  { isRepeatable = false } = {},
): Promise<number> {
  const wanted = tokens.slice(0, -1);
  await sequence.adaptStateToTokens([...wanted], false);
  if (isRepeatable && sequence.nextTokenIndex % firstSlice !== 0) {
    // Kept only up to where a slice begins: then every token is evaluated in the same company, whatever was there before.
    const start = sequence.nextTokenIndex - (sequence.nextTokenIndex % firstSlice);
    await sequence.eraseContextTokenRanges([{ start, end: sequence.nextTokenIndex }]);
  }
  const cachedTokens = sequence.nextTokenIndex;
  let slice = firstSlice;
  for (let at = cachedTokens; at < wanted.length; ) {
    throwIfAborted(signal);
    const startedAt = performance.now();
    const part = wanted.slice(at, at + slice);
    await sequence.evaluateWithoutGeneratingNewTokens([...part]);
    at += part.length;
    const tokensPerMs = part.length / Math.max(1, performance.now() - startedAt);
    if (!isRepeatable) slice = Math.max(16, Math.min(512, Math.round(tokensPerMs * wantedSliceMs)));
  }
  throwIfAborted(signal);
  return cachedTokens;
}
