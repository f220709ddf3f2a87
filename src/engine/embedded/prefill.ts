import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { throwIfAborted } from '../../base/abort.ts';

/** Evaluation of a prompt in slices, so that a stop is heard in the middle of it. */

const firstSlice = 128;
const wantedSliceMs = 200;

/**
 * Brings the sequence to all tokens but the last, keeping the prefix it already has.
 * The engine itself cannot be stopped inside an evaluation: slices are sized by the speed measured so far, to about 200 ms each.
 * @returns how many tokens were there already
 */
export async function prefill(sequence: LlamaContextSequence, tokens: readonly Token[], signal: AbortSignal): Promise<number> {
  const wanted = tokens.slice(0, -1);
  await sequence.adaptStateToTokens([...wanted], false);
  const cachedTokens = sequence.nextTokenIndex;
  let slice = firstSlice;
  for (let at = cachedTokens; at < wanted.length; ) {
    throwIfAborted(signal);
    const startedAt = performance.now();
    const part = wanted.slice(at, at + slice);
    await sequence.evaluateWithoutGeneratingNewTokens([...part]);
    at += part.length;
    const tokensPerMs = part.length / Math.max(1, performance.now() - startedAt);
    slice = Math.max(16, Math.min(512, Math.round(tokensPerMs * wantedSliceMs)));
  }
  throwIfAborted(signal);
  return cachedTokens;
}
