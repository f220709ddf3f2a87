import { minContextLength } from '../engine/defaults.ts';
import { estimateMemory } from '../gguf/memory-estimate.ts';
import { checkGgufParts } from '../gguf/split-model.ts';
import type { StoredFacts } from '../store/installed-model.ts';

/** What the store keeps of a model's header. */
export async function readFacts(paths: readonly string[], signal?: AbortSignal): Promise<StoredFacts> {
  const facts = await checkGgufParts(paths, signal);
  const { architecture, parameters, quantization, contextLength, expertCount, kind } = facts;
  const memoryBytes = Math.round(estimateMemory(facts, { contextLength: minContextLength }).totalBytes);
  return { architecture, quantization, parametersB: parameters / 1e9, contextLength, expertCount, kind, memoryBytes };
}
