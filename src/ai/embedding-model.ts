import type { Luci } from '../app/luci.ts';
import { orReason } from './language-model.ts';
import type { LuciEmbeddingModel } from './specification.ts';

/** Texts of one call: as many as `luci serve` takes. */
const maxTexts = 2048;

/** A model that makes vectors, for the functions of the AI SDK. */
export function createEmbeddingModel(
  luci: () => Pick<Luci, 'open' | 'models'>,
  modelId: string,
  reference: string | undefined,
): LuciEmbeddingModel {
  return {
    specificationVersion: 'v3',
    provider: 'luci',
    modelId,
    maxEmbeddingsPerCall: maxTexts,
    supportsParallelCalls: true,
    async doEmbed({ values, dimensions, abortSignal: signal }) {
      return orReason(signal, async () => {
        const { name } = await luci().models.chooseForVectors(reference);
        await using session = await luci().open(reference ?? name, { signal });
        const vectors = await session.embed(values, signal);
        let tokens = 0;
        for (const content of values) tokens += await session.countTokens([{ role: 'user', content }]);
        return {
          embeddings: vectors.map((vector) => [...vector]),
          usage: { tokens },
          warnings: dimensions === undefined ? [] : [{ type: 'unsupported', feature: 'dimensions' }],
        };
      });
    },
  };
}
