import { createHash } from 'node:crypto';
import { isLuciError } from '../../base/errors.ts';
import type { Sha256 } from '../../base/model.ts';
import type { Store } from '../../store/store.ts';
import type { Installs } from '../installs.ts';
import type { Remotes } from '../remotes.ts';

/** What the digest of a model is told from. */
export interface DigestOptions {
  readonly store: Pick<Store, 'find'>;
  readonly remotes: Pick<Remotes, 'find' | 'list'>;
  readonly installs: Pick<Installs, 'verify'>;
}

/** The digest a test run is of: of the file; of a model elsewhere, whose bytes nobody sees here, of its address and name. */
export async function digestOf(name: string, { store, remotes, installs }: DigestOptions, signal?: AbortSignal): Promise<Sha256> {
  const elsewhere = (await remotes.find(name))?.remote;
  if (elsewhere) {
    const url = (await remotes.list()).find((remote) => remote.name === elsewhere.remote)?.url;
    return createHash('sha256').update(`${url} ${elsewhere.model}`).digest('hex');
  }
  const recorded = (await store.find(name))?.files[0]?.sha256;
  return recorded ?? (await installs.verify(name, { signal })).files[0]?.actual ?? '';
}

/** The digest of what is installed under a name; undefined when nothing is, or when the bytes are elsewhere. */
export async function installedDigest(name: string, options: DigestOptions): Promise<Sha256 | undefined> {
  if (await options.remotes.find(name)) return undefined;
  try {
    return await digestOf(name, options);
  } catch (error) {
    if (isLuciError(error, 'MODEL_NOT_INSTALLED') || isLuciError(error, 'MODEL_UNKNOWN')) return undefined;
    throw error;
  }
}
