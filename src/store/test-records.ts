import * as v from 'valibot';
import type { Sha256 } from '../base/model.ts';
import { sha256Schema } from './source-schema.ts';
import { stateFile } from './state-file.ts';

/** What tests have proven of models: `state/proven.json`. It holds for the bytes that were tested, and for no others. */
export interface TestRecord {
  readonly sha256: Sha256;
  /** The highest tier held; -1 for none. */
  readonly tier: number;
  /** The lowest tier that was asked and is not held, with its answers; missing where all are held, and in records of earlier versions. */
  readonly missed?: { readonly tier: number; readonly passed: number; readonly asked: number };
  /** With repeats, and not by luck. */
  readonly confirmed: boolean;
  readonly suiteHash: string;
  /** Share of right answers by ability, as in `{ code: 0.9 }`; missing where nothing of it was asked. */
  readonly abilities: Readonly<Record<string, number>>;
  /** The speed of one answer alone, measured as the run began; missing in records of earlier versions. */
  readonly tokensPerSecond?: number;
  readonly at: string;
}

const provenSchema = v.object({
  version: v.literal(1),
  models: v.record(
    v.string(),
    v.object({
      sha256: sha256Schema,
      tier: v.number(),
      missed: v.optional(v.object({ tier: v.number(), passed: v.number(), asked: v.number() })),
      confirmed: v.boolean(),
      suiteHash: v.string(),
      abilities: v.record(v.string(), v.number()),
      tokensPerSecond: v.optional(v.number()),
      at: v.string(),
    }),
  ),
});

const file = stateFile(provenSchema, { name: 'proven', what: 'what is proven', isRebuilt: true });

/** What is proven, by name of model. */
export async function readTestRecords(stateFolder: string): Promise<Readonly<Record<string, TestRecord>>> {
  return (await file.read(stateFolder))?.models ?? {};
}

/** Records the newest result of a model. */
export async function saveTestRecord(stateFolder: string, name: string, record: TestRecord): Promise<void> {
  await file.change(stateFolder, (now) => ({ version: 1, models: { ...now?.models, [name]: record } }));
}
