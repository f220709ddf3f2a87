import * as v from 'valibot';
import type { Sha256 } from '../base/model.ts';
import { sha256Schema } from './source-schema.ts';
import { stateFile } from './state-file.ts';

/** What suites beyond the ladder have shown of models: `state/abilities.json`. It holds for the bytes that were tested, and for no others. */
export interface AbilityRecord {
  readonly sha256: Sha256;
  /** Name of the suite and its version, as in `context 1.0.0`. */
  readonly suite: string;
  readonly suiteHash: string;
  /** Share of right answers by ability, as in `{ "context 2k": 1 }`. */
  readonly shares: Readonly<Record<string, number>>;
  /** At 95 %, in percent, by ability; missing in older records. */
  readonly intervals?: Readonly<Record<string, readonly [lower: number, upper: number]>>;
  /** Tokens of a text that it can use; missing where that was not asked. */
  readonly effectiveContext?: number;
  readonly at: string;
}

/** By name of the suite, without its version. */
export type AbilityRecords = Readonly<Record<string, AbilityRecord>>;

const schema = v.object({
  version: v.literal(1),
  models: v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({
        sha256: sha256Schema,
        suite: v.string(),
        suiteHash: v.string(),
        shares: v.record(v.string(), v.number()),
        intervals: v.optional(v.record(v.string(), v.tuple([v.number(), v.number()]))),
        effectiveContext: v.optional(v.number()),
        at: v.string(),
      }),
    ),
  ),
});

const file = stateFile(schema, { name: 'abilities', what: 'what models can do beyond the tiers', isRebuilt: true });

/** What was shown, by name of model. */
export async function readAbilityRecords(stateFolder: string): Promise<Readonly<Record<string, AbilityRecords>>> {
  return (await file.read(stateFolder))?.models ?? {};
}

/** Of these, what holds for the bytes that are there now. */
export function recordsOf(records: AbilityRecords = {}, sha256: Sha256 | undefined): AbilityRecords {
  return Object.fromEntries(Object.entries(records).filter(([, record]) => record.sha256 === sha256));
}

/** Records the newest result of a model with a suite. */
export async function saveAbilityRecord(stateFolder: string, name: string, suite: string, record: AbilityRecord): Promise<void> {
  await file.change(stateFolder, (now) => ({ version: 1, models: { ...now?.models, [name]: { ...now?.models[name], [suite]: record } } }));
}
