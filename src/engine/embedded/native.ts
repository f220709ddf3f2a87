import type { Llama, LlamaContext, LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';

/**
 * The border to the inside of node-llama-cpp, whose version is pinned exactly. Its own loop asks JavaScript for each token of each
 * sequence before it decodes the next batch, so that batches are half empty and the cores idle in between: 79 tokens a second where
 * this door gives 97 (llama-server: 102), and 105 for four at once where it gives 155.
 */

/** The library's context. Nothing of it may be called while a batch is decoded: see {@link BatchLoop}. */
export interface NativeContext {
  initBatch(tokenCount: number): void;
  /** Where `logitIndexes` are places in `tokens` after which a token will be chosen. Returns their places in the batch. */
  addToBatch(sequenceId: number, firstPosition: number, tokens: Uint32Array, logitIndexes: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  /** For the batches to come. */
  setThreads(count: number): void;
  /** -1 where nothing could be chosen. */
  sampleToken(batchIndex: number, sampler: NativeSampler): Promise<Token>;
  disposeSequence(sequenceId: number): void;
  removeTokenCellsFromSequence(sequenceId: number, start: number, end: number): boolean;
  getSequenceKvCacheMinPosition(sequenceId: number): number;
  saveSequenceStateToFile(path: string, sequenceId: number, tokens: Uint32Array): Promise<number>;
  loadSequenceStateFromFile(path: string, sequenceId: number, maxTokens: number): Promise<Uint32Array>;
  restoreCheckpoint(checkpoint: NativeCheckpoint, lastPosition: number): Promise<boolean>;
}

/** How tokens are chosen, with the state of a grammar and of penalties. */
export interface NativeSampler {
  applyConfig(config: object): void;
  dispose(): void;
}

/** The state of a sequence that cannot be cut at any place (recurrent layers, sliding windows). */
export interface NativeCheckpoint {
  readonly minPos: number;
  readonly maxPos: number;
  init(context: NativeContext, sequenceId: number): Promise<void>;
  dispose(): void;
}

/** One sequence of a context. */
export interface NativeSequence {
  readonly id: number;
  readonly context: NativeContext;
  /** Whether its state cannot be cut at any place. */
  readonly needsCheckpoints: boolean;
  createSampler(): NativeSampler;
  createCheckpoint(): NativeCheckpoint;
  samplerConfig(options: SequenceEvaluateOptions): object;
}

/** The inside of a context. */
export function nativeContext(context: LlamaContext): NativeContext {
  return (context as unknown as { _ctx: NativeContext })._ctx;
}

/** The tokens that a sampler leaves at a place of the batch that was decoded, with their probabilities. */
export async function distributionAt(context: NativeContext, place: number, sampler: NativeSampler): Promise<ReadonlyMap<Token, number>> {
  const inside = context as unknown as {
    sampleToken(place: number, sampler: NativeSampler, probabilities: true): Promise<readonly [Token, readonly number[] | undefined]>;
  };
  // Tokens and probabilities in turn.
  const [, pairs = []] = await inside.sampleToken(place, sampler, true);
  const distribution = new Map<Token, number>();
  for (let index = 0; index < pairs.length; index += 2) distribution.set(pairs[index] as Token, pairs[index + 1] ?? 0);
  return distribution;
}

/** Takes the next free sequence of a context. */
export function nativeSequence(context: LlamaContext, llama: Llama): NativeSequence {
  // Kept as long as the slot: a sequence nobody refers to is taken back.
  const sequence = context.getSequence();
  const inside = sequence as unknown as { _sequenceId: number; _resolveSamplerConfig(options: SequenceEvaluateOptions): object };
  const model = (context.model as unknown as { _model: object })._model;
  const { AddonSampler, AddonContextSequenceCheckpoint } = (llama as unknown as { _bindings: Bindings })._bindings;
  return {
    id: inside._sequenceId,
    context: nativeContext(context),
    get needsCheckpoints() {
      return (sequence satisfies LlamaContextSequence).needsCheckpoints;
    },
    createSampler: () => new AddonSampler(model),
    createCheckpoint: () => new AddonContextSequenceCheckpoint(),
    samplerConfig: (options) => inside._resolveSamplerConfig(options),
  };
}

interface Bindings {
  readonly AddonSampler: new (model: object) => NativeSampler;
  readonly AddonContextSequenceCheckpoint: new () => NativeCheckpoint;
}
