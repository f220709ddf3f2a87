import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import { lock } from '../base/lock.ts';
import type { ModelFile } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import { storedSourceSchema } from '../sources/kinds.ts';
import { sha256Schema } from './source-schema.ts';

/**
 * Pins luci made itself: `state/pins.json`. Where no catalogue vouches for a file, the revision and digest of its first install
 * are recorded and held from then on, so that a file changed at its source is noticed and not taken silently.
 */

const pinSchema = v.object({
  license: v.string(),
  quantization: v.string(),
  parametersB: v.number(),
  files: v.pipe(
    v.array(v.object({ name: v.string(), sizeBytes: v.number(), sha256: sha256Schema, sources: v.array(storedSourceSchema) })),
    v.minLength(1),
  ),
});
const fileSchema = v.object({ version: v.literal(1), pins: v.record(v.string(), pinSchema) });

/** What is held of a first install. */
export interface TofuPin {
  readonly license: string;
  readonly quantization: string;
  /** Billions. */
  readonly parametersB: number;
  readonly files: readonly ModelFile[];
}

/** The pins by name of model; none when the file is missing or garbage. */
export async function readTofuPins(stateFolder: string): Promise<ReadonlyMap<string, TofuPin>> {
  try {
    const file = await readCheckedJson(fileSchema, pathIn(stateFolder));
    return new Map(Object.entries((file?.pins ?? {}) as Record<string, TofuPin>));
  } catch (error) {
    if (isLuciError(error, 'STATE_BROKEN')) return new Map();
    throw error;
  }
}

/** Holds a model's files from now on; the newest install of a name counts. */
export async function holdTofuPin(stateFolder: string, name: string, pin: TofuPin): Promise<void> {
  await using _held = await lock(join(stateFolder, 'pins.lock'));
  const pins = Object.fromEntries(await readTofuPins(stateFolder));
  const path = pathIn(stateFolder);
  const text = `${JSON.stringify({ version: 1, pins: { ...pins, [name]: pin } }, null, 1)}\n`;
  await writeFileAtomic(path, text).catch((error: unknown) => {
    throw diskError(error, path, 'write the pins of first installs');
  });
}

function pathIn(stateFolder: string): string {
  return join(stateFolder, 'pins.json');
}
