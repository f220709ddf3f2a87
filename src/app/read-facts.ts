import { checkGgufParts } from '../gguf/split-model.ts';
import type { StoredFacts } from '../store/installed-model.ts';

/** What the store keeps of a model's header. */
export async function readFacts(paths: readonly string[], signal?: AbortSignal): Promise<StoredFacts> {
  const { architecture, parameters, quantization, contextLength, kind } = await checkGgufParts(paths, signal);
  return { architecture, quantization, parametersB: parameters / 1e9, contextLength, kind };
}
