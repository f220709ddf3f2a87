import * as v from 'valibot';
import type { Sha256 } from '../base/model.ts';
import type { InstalledModel } from './installed-model.ts';
import { sha256Schema } from './source-schema.ts';
import { stateFile } from './state-file.ts';

/** How fast models answered, and how fast memory is read: `state/speed.json`. */

/** What was measured at one length of the context. */
export interface SpeedRow {
  /** Tokens of prompt and answer that the context held in the end, about. */
  readonly contextTokens: number;
  readonly promptTokens: number;
  readonly promptTokensPerSecond: number;
  /** Left out where the model wrote too little to tell. */
  readonly generatedTokensPerSecond?: number;
}

/** What was measured of a model. It holds for the bytes that were measured, and for no others. */
export interface SpeedRecord {
  /** Left out where the digest of the file is not known. */
  readonly sha256?: Sha256;
  readonly sizeBytes: number;
  /** As in `embedded llama.cpp b7000, CPU, 2 threads`. */
  readonly engine: string;
  readonly at: string;
  /** The shortest context first. */
  readonly rows: readonly SpeedRow[];
}

/** How fast threads read memory together. */
export interface MemoryRecord {
  readonly bytesPerSecond: number;
  readonly threads: number;
  readonly at: string;
}

/** All of it. */
export interface Speeds {
  readonly memory?: MemoryRecord;
  readonly models: Readonly<Record<string, SpeedRecord>>;
}

const positive = v.pipe(v.number(), v.minValue(0));
const speedSchema = v.object({
  version: v.literal(1),
  memory: v.optional(v.object({ bytesPerSecond: positive, threads: positive, at: v.string() })),
  models: v.record(
    v.string(),
    v.object({
      sha256: v.optional(sha256Schema),
      sizeBytes: positive,
      engine: v.string(),
      at: v.string(),
      rows: v.array(
        v.object({
          contextTokens: positive,
          promptTokens: positive,
          promptTokensPerSecond: positive,
          generatedTokensPerSecond: v.optional(positive),
        }),
      ),
    }),
  ),
});

const file = stateFile(speedSchema, { name: 'speed', what: 'how fast models are', isRebuilt: true });

/** What was measured. */
export async function readSpeeds(stateFolder: string): Promise<Speeds> {
  return (await file.read(stateFolder)) ?? { models: {} };
}

/** Records the newest measurement of a model. */
export async function saveSpeed(stateFolder: string, name: string, record: SpeedRecord): Promise<void> {
  await file.change(stateFolder, (now) => ({ ...now, version: 1, models: { ...now?.models, [name]: record } }));
}

/** Records how fast memory is. */
export async function saveMemorySpeed(stateFolder: string, memory: MemoryRecord): Promise<void> {
  await file.change(stateFolder, (now) => ({ version: 1, models: now?.models ?? {}, memory }));
}

/** The record of these very bytes. */
export function speedOf({ models }: Speeds, { name, files, sizeBytes }: InstalledModel): SpeedRecord | undefined {
  const record = models[name];
  return record?.sha256 === files[0]?.sha256 && record?.sizeBytes === sizeBytes ? record : undefined;
}
