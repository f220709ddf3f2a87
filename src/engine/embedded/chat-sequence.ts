import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { commonLength, type Generation, type Lane } from './lane.ts';

/**
 * A lane in the shape LlamaChat wants its sequence in. LlamaChat makes text of tokens (stop texts, thinking, grammars, templates of
 * all kinds); where the tokens come from is ours.
 */
export function chatSequence(lane: Lane, model: LlamaModel, { contextLength, ...how }: Generation & { contextLength: number }) {
  let left = how.most;
  const onDispose = { createListener: () => ({ dispose: () => undefined }) };
  const sequence = {
    model,
    contextSize: contextLength,
    context: { contextSize: contextLength, model },
    disposed: false,
    isLoadedToMemory: true,
    onDispose,
    needsCheckpoints: !lane.canBeCut,
    get nextTokenIndex() {
      return lane.tokens.length;
    },
    get contextTokens() {
      return [...lane.tokens];
    },
    compareContextTokens: (tokens: readonly Token[]) => ({ firstDifferentIndex: commonLength(lane.tokens, tokens) }),
    adaptStateToTokens: (tokens: readonly Token[]) => lane.keep(commonLength(lane.tokens, tokens)),
    /** Only ever asked to cut the end. */
    eraseContextTokenRanges: ([range]: readonly { readonly start: number }[]) => lane.keep(range?.start ?? lane.tokens.length),
    evaluateWithoutGeneratingNewTokens: (tokens: readonly Token[]) => lane.evaluate(tokens, how),
    async *evaluate(tokens: readonly Token[], options: SequenceEvaluateOptions) {
      // All but the last in slices, so that a stop is heard.
      await lane.evaluate(tokens.slice(0, -1), how);
      for await (const token of lane.generate(tokens.slice(-1), options, { ...how, most: left })) {
        left -= 1;
        yield token;
      }
    },
    takeCheckpoint: () => lane.mark(),
    _takeNamedCheckpoint: () => lane.mark(),
    getRestoreToPrefixIndexEvaluationSize: () => 0,
  };
  return sequence as unknown as LlamaContextSequence;
}
