import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { commonLength, type Generation, type Slot } from './slot.ts';

/**
 * A slot in the shape LlamaChat wants its sequence in. LlamaChat makes text of tokens (stop texts, thinking, grammars, templates of
 * all kinds); where the tokens come from is ours.
 */
export function chatSequence(slot: Slot, model: LlamaModel, { contextLength, ...how }: Generation & { contextLength: number }) {
  let left = how.maxTokens;
  const onDispose = { createListener: () => ({ dispose: () => undefined }) };
  const sequence = {
    model,
    contextSize: contextLength,
    context: { contextSize: contextLength, model },
    disposed: false,
    isLoadedToMemory: true,
    onDispose,
    needsCheckpoints: !slot.canBeCut,
    get nextTokenIndex() {
      return slot.tokens.length;
    },
    get contextTokens() {
      return [...slot.tokens];
    },
    compareContextTokens: (tokens: readonly Token[]) => ({ firstDifferentIndex: commonLength(slot.tokens, tokens) }),
    adaptStateToTokens: (tokens: readonly Token[]) => slot.keep(commonLength(slot.tokens, tokens)),
    /** Only ever asked to cut the end. */
    eraseContextTokenRanges: ([range]: readonly { readonly start: number }[]) => slot.keep(range?.start ?? slot.tokens.length),
    evaluateWithoutGeneratingNewTokens: (tokens: readonly Token[]) => slot.evaluate(tokens, how),
    async *evaluate(tokens: readonly Token[], options: SequenceEvaluateOptions) {
      // All but the last in chunks, so that a stop is heard.
      await slot.evaluate(tokens.slice(0, -1), how);
      for await (const token of slot.generate(tokens.slice(-1), options, { ...how, maxTokens: left })) {
        left -= 1;
        yield token;
      }
    },
    takeCheckpoint: () => slot.checkpoint(),
    _takeNamedCheckpoint: () => slot.checkpoint(),
    getRestoreToPrefixIndexEvaluationSize: () => 0,
  };
  return sequence as unknown as LlamaContextSequence;
}
