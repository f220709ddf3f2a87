import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { renameOver } from '../base/atomic-file.ts';
import { makeFolder } from '../base/make-folder.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import type { InstalledModel } from './installed-model.ts';

/** Taking the files of a model out of `models/`. */

/** A folder of its own in the trash, so that nothing already there is overwritten. */
export async function moveToTrash(
  { trashFolder, modelsFolder }: { readonly trashFolder: string; readonly modelsFolder: string },
  { files }: InstalledModel,
): Promise<string> {
  const folder = join(trashFolder, new Date().toISOString().replaceAll(':', '-'));
  try {
    await makeFolder(folder);
    for (const file of files) await renameOver(join(modelsFolder, file.name), join(folder, file.name));
  } catch (error) {
    throw diskError(error, folder, 'move a model to the trash');
  }
  return folder;
}

/** Deletes a file; one that is gone is what was wanted. */
export async function removeFile(path: string): Promise<void> {
  await rm(path).catch((error: unknown) => {
    if (!isNotFound(error)) throw diskError(error, path, 'remove a model file');
  });
}
