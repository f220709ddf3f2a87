import { stat } from 'node:fs/promises';
import { LuciError } from '../base/errors.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import { checkGgufFile, type GgufFacts } from '../gguf/facts.ts';
import type { ModelKind } from '../gguf/file-kind.ts';
import { estimateMemory } from '../gguf/memory-estimate.ts';
import type { UsableModel } from '../install/choose-installed.ts';

/** What a model file says of itself, wherever it lies. */

/** A file. */
export interface DescribedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly facts: GgufFacts;
  /** Memory at `contextLength`. */
  readonly memoryBytes: number;
  /** Tokens the memory is told for: `maxContextLength`, or what it was trained for. */
  readonly contextLength: number;
}

/** Reads a file. Throws NOT_FOUND, GGUF_BROKEN, DISK_*. */
export async function describeFile(path: string, maxContextLength: number): Promise<DescribedFile> {
  const { size: sizeBytes } = await stat(path).catch((error: unknown) => {
    if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { hint: 'luci list' });
    throw diskError(error, path, 'look at a model file');
  });
  const facts = await checkGgufFile(path);
  const contextLength = Math.min(maxContextLength, facts.contextLength ?? maxContextLength);
  return { path, sizeBytes, facts, contextLength, memoryBytes: estimateMemory(facts, { contextLength }).totalBytes };
}

/** What a model is for; undefined for one elsewhere, and for a file that is none: opening it says what is wrong. */
export async function kindOfModel({ path, remote }: UsableModel): Promise<ModelKind | undefined> {
  if (remote || !/\.gguf$/i.test(path)) return undefined;
  return checkGgufFile(path).then(
    ({ kind }) => kind,
    () => undefined,
  );
}
