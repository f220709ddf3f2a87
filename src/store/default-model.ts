import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import { diskError } from '../base/system-error.ts';

/** The model the user chose for when none is named: `state/default-model.json`. */

const schema = v.object({ name: v.string() });

/** The chosen name, or undefined. */
export async function readDefaultModel(stateFolder: string): Promise<string | undefined> {
  try {
    return (await readCheckedJson(schema, pathIn(stateFolder)))?.name;
  } catch (error) {
    if (isLuciError(error, 'STATE_BROKEN')) return undefined;
    throw error;
  }
}

/** Chooses a model, or none. */
export async function writeDefaultModel(stateFolder: string, name: string | undefined): Promise<void> {
  const path = pathIn(stateFolder);
  const change = name === undefined ? rm(path, { force: true }) : writeFileAtomic(path, `${JSON.stringify({ name })}\n`);
  await change.catch((error: unknown) => {
    throw diskError(error, path, 'write the default model');
  });
}

function pathIn(stateFolder: string): string {
  return join(stateFolder, 'default-model.json');
}
