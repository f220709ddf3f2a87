import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import { lock } from '../base/lock.ts';
import type { Sha256 } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import { sha256Schema } from './source-schema.ts';

/** What tests have proven of models: `state/proven.json`. It holds for the bytes that were tested, and for no others. */
export interface TestRecord {
  readonly sha256: Sha256;
  /** The highest tier held; -1 for none. */
  readonly tier: number;
  /** With repeats, and not by luck. */
  readonly confirmed: boolean;
  readonly suiteHash: string;
  /** Share of right answers by ability, as in `{ code: 0.9 }`; missing where nothing of it was asked. */
  readonly abilities: Readonly<Record<string, number>>;
  readonly at: string;
}

const fileSchema = v.object({
  version: v.literal(1),
  models: v.record(
    v.string(),
    v.object({
      sha256: sha256Schema,
      tier: v.number(),
      confirmed: v.boolean(),
      suiteHash: v.string(),
      abilities: v.record(v.string(), v.number()),
      at: v.string(),
    }),
  ),
});

/** What is proven, by name of model. */
export async function readTestRecords(stateFolder: string): Promise<Readonly<Record<string, TestRecord>>> {
  try {
    return (await readCheckedJson(fileSchema, join(stateFolder, 'proven.json')))?.models ?? {};
  } catch (error) {
    if (isLuciError(error, 'STATE_BROKEN')) return {};
    throw error;
  }
}

/** Records the newest result of a model. */
export async function saveTestRecord(stateFolder: string, name: string, proven: TestRecord): Promise<void> {
  await using _held = await lock(join(stateFolder, 'proven.lock'));
  const models = { ...(await readTestRecords(stateFolder)), [name]: proven };
  const path = join(stateFolder, 'proven.json');
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, models }, null, 1)}\n`).catch((error: unknown) => {
    throw diskError(error, path, 'write what is proven');
  });
}
