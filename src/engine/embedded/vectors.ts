import type { LlamaModel } from 'node-llama-cpp';
import { throwIfAborted } from '../../base/abort.ts';
import { contextOverflow } from '../context-length.ts';

/** Vectors of texts by the library in this process. */

/** With what. */
export interface VectorOptions {
  readonly threads: number;
  /** Tokens of the longest text. */
  readonly contextLength: number;
  readonly trainedContextLength?: number;
  readonly signal?: AbortSignal;
}

/** Tokens that stand around a text. */
const frameTokens = 8;

/** One vector a text, in a context as long as the longest of them. Throws CONTEXT_OVERFLOW for a text that is too long. */
export async function embedTexts(
  model: LlamaModel,
  texts: readonly string[],
  { threads, contextLength, trainedContextLength, signal }: VectorOptions,
): Promise<readonly (readonly number[])[]> {
  const longest = Math.max(1, ...texts.map((text) => model.tokenize(text).length));
  if (longest + 2 > contextLength) throw contextOverflow({ promptTokens: longest, contextLength, trainedContextLength });
  const context = await model.createEmbeddingContext({ threads, contextSize: Math.min(contextLength, longest + frameTokens) });
  try {
    const vectors: (readonly number[])[] = [];
    for (const text of texts) {
      throwIfAborted(signal);
      vectors.push((await context.getEmbeddingFor(text)).vector);
    }
    return vectors;
  } finally {
    await context.dispose();
  }
}
