import type { GgufFacts } from './facts.ts';

/** How much memory a model takes when an engine has it open. */
export interface MemoryEstimate {
  readonly weightsBytes: number;
  readonly kvCacheBytes: number;
  readonly computeBytes: number;
  readonly totalBytes: number;
}

/** What the estimate depends on beside the model. */
export interface MemoryOptions {
  /** Tokens. */
  readonly contextLength: number;
  /** Prompt tokens evaluated at once (default 512, as the engine's). */
  readonly batchTokens?: number;
  /** Bytes of a key or value element (default 2: F16). */
  readonly kvElementBytes?: number;
}

/**
 * Memory at a context length.
 *
 * - weights: the tensors of the file, mapped into memory, and a second copy of those types that llama.cpp repacks for the CPU's
 *   vector units (Q4_0, Q4_K, IQ4_NL matrices; ggml-cpu/repack.cpp), without the token embedding, which stays as it is.
 * - KV cache: contextLength x blocks x key-value heads x (key length + value length) x element size (llama-kv-cache.cpp).
 * - compute: the largest activations of one batch: the logits or the feed-forward part, F32 (llama-context.cpp reserves the graph for a full batch).
 */
export function estimateMemory(facts: GgufFacts, { contextLength, batchTokens = 512, kvElementBytes = 2 }: MemoryOptions): MemoryEstimate {
  const { blockCount = 0, embeddingLength = 0, feedForwardLength = 0, headCount = 1, vocabularySize = 0 } = facts;
  const headLength = embeddingLength / Math.max(1, headCount);
  const perToken = (facts.keyLength ?? headLength) + (facts.valueLength ?? headLength);
  const heads = facts.headCountKv ?? headCount;
  const headsOfAllBlocks = typeof heads === 'number' ? heads * blockCount : heads.reduce((sum, count) => sum + count, 0);
  const kvCacheBytes = contextLength * headsOfAllBlocks * perToken * kvElementBytes;
  const computeBytes = 4 * batchTokens * (vocabularySize + 2 * feedForwardLength + 4 * embeddingLength) + 4 * batchTokens * contextLength;
  const weightsBytes = facts.tensorBytes + repackedBytes(facts);
  return { weightsBytes, kvCacheBytes, computeBytes, totalBytes: weightsBytes + kvCacheBytes + computeBytes };
}

/** Bits a weight of the types that are repacked; the copy is as large as the original. */
const repackedBits: Readonly<Record<string, number>> = { Q4_0: 4.5, Q4_K: 4.5, IQ4_NL: 4.5 };

function repackedBytes({ weightsByType, embeddingLength = 0, vocabularySize = 0 }: GgufFacts): number {
  let bytes = 0;
  for (const [type, bits] of Object.entries(repackedBits)) bytes += ((weightsByType[type] ?? 0) * bits) / 8;
  const embedding = (embeddingLength * vocabularySize * 4.5) / 8;
  return bytes > embedding * 2 ? bytes - embedding : bytes;
}

/** What a rough estimate goes by. */
export interface SizeEstimateOptions {
  readonly fileBytes: number;
  readonly parametersB: number;
  readonly quantization?: string;
  readonly contextLength: number;
}

/** A rough estimate for a model whose file is not here: the file, what of it is repacked a second time, and a cache typical of its size. */
export function estimateMemoryFromSize({ fileBytes, parametersB, quantization = '', contextLength }: SizeEstimateOptions): number {
  // KV cache of models with grouped heads: about 35 kB a token at 1B, growing with the square root of the size.
  const kvCacheBytes = contextLength * 35_000 * Math.sqrt(Math.max(0.1, parametersB));
  const repackedShare = parametersB < minRepackedB ? 0 : (repackedShares[quantization.toUpperCase()] ?? 0);
  return Math.round(fileBytes * (1.1 + repackedShare) + kvCacheBytes + 2.5e8);
}

/** How much of a file is of a type that is repacked; a 1.5B as Q4_K_M took 2.35 GB where its file has 1.12. */
const repackedShares: Readonly<Record<string, number>> = { Q4_0: 0.85, IQ4_NL: 0.85, Q4_K_S: 0.8, Q4_K_M: 0.6 };
/** Smaller models are mostly token embedding, and their rows are too short for blocks of these types. */
const minRepackedB = 1;
