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
  const askNext = async (): Promise<void> => {
    for (let file = wanted.pop(); file; file = wanted.pop()) {
      const answer = await askSize(file, hubs, asking);
      if (answer === 'unreachable') wanted.length = 0;
      else if (answer !== undefined) sizes.set(file, answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, wanted.length) }, askNext));
  return models.map((model) => ({
    ...model,
    files: model.files.map((file) => ({ ...file, sizeBytes: file.sizeBytes ?? sizes.get(file) })),
  }));
}

/** @returns The size in bytes, `unreachable` where nobody can be asked, or undefined for a source that does not say. */
async function askSize({ sources }: ModelFile, hubs: Hubs, asking: Asking): Promise<number | 'unreachable' | undefined> {
  const source = sources.find((candidate) => kindOf(candidate).size !== undefined);
  const [place] = source ? kindOf(source).places(source, hubs) : [];
  if (source === undefined || place === undefined) return undefined;
  try {
    return await kindOf(source).size?.(source, place, asking);
  } catch (error) {
    if (isLuciError(error, 'NETWORK_FAILED') || isLuciError(error, 'OFFLINE')) return 'unreachable';
    if (!isLuciError(error) || !ofOneFile.includes(error.code)) throw error;
    return undefined;
  }
}
