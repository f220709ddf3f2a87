import { type ErrorCode, isLuciError } from '../base/errors.ts';
import type { Model, ModelFile } from '../base/model.ts';
import type { Asking, Hubs } from '../sources/kind.ts';
import { kindOf } from '../sources/kinds.ts';

/** Sizes the catalogue does not state, asked from the source. One answer a file; the first source out of reach ends the asking. */

const atOnce = 6;

/** What a source says of one file: it may still know the others, and the install itself will say what is wrong. */
const ofOneFile: readonly ErrorCode[] = ['SOURCE_NOT_FOUND', 'SOURCE_DENIED', 'SOURCE_BROKEN', 'DIGEST_MISMATCH', 'PIN_MISMATCH'];

/** The models with the sizes that could be learned. A size that cannot be had stays unknown: the plan then says "about". */
export async function askSizes(models: readonly Model[], hubs: Hubs, asking: Asking): Promise<readonly Model[]> {
  const wanted = models.flatMap((model) => model.files).filter((file) => file.sizeBytes === undefined);
  const sizes = new Map<ModelFile, number>();
  let isReachable = true;
  const askNext = async (): Promise<void> => {
    for (let file = wanted.pop(); file && isReachable; file = wanted.pop()) {
      const source = file.sources.find((candidate) => kindOf(candidate).size !== undefined);
      const [place] = source ? kindOf(source).places(source, hubs) : [];
      if (source === undefined || place === undefined) continue;
      try {
        const sizeBytes = await kindOf(source).size?.(source, place, asking);
        if (sizeBytes !== undefined) sizes.set(file, sizeBytes);
      } catch (error) {
        if (isLuciError(error, 'NETWORK_FAILED') || isLuciError(error, 'OFFLINE')) isReachable = false;
        else if (!isLuciError(error) || !ofOneFile.includes(error.code)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, wanted.length) }, askNext));
  return models.map((model) => ({
    ...model,
    files: model.files.map((file) => {
      const sizeBytes = file.sizeBytes ?? sizes.get(file);
      return sizeBytes === undefined ? file : { ...file, sizeBytes };
    }),
  }));
}
