import type { DescribedModel } from '../app/models.ts';
import { isLuciError } from '../base/errors.ts';
import type { ExactContext } from './intent.ts';

/** Words of a question that name a model. */

/** What is known of a word that names a model of the catalogue, an installed one, an alias or a repository; undefined for any other word. */
export async function knownModel(
  name: string,
  { luci }: Pick<ExactContext, 'luci'>,
): Promise<Omit<DescribedModel, 'maxOpenedTokens'> | undefined> {
  // A path is a file: nothing is opened for a guess.
  if (/^[./~\\]|^[a-z]:[\\/]|\.(?:gguf|llamafile)$|:\/\//i.test(name)) return undefined;
  try {
    return await luci.models.describe(name);
  } catch (error) {
    if (isLuciError(error, 'MODEL_NOT_INSTALLED')) return { name, cataloged: undefined, installed: undefined };
    if (isLuciError(error, 'MODEL_UNKNOWN') || isLuciError(error, 'USAGE')) return undefined;
    throw error;
  }
}

/** `phi-4` can only be a model; `solar` and `orca` are words of the language as well. */
export function isUnmistakable(name: string): boolean {
  return /\d/.test(name) || name.includes('/');
}
