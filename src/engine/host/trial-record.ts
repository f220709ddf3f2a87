import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { withFileReader } from '../../gguf/byte-reader.ts';
import { readGgufHeader } from '../../gguf/header.ts';

/** What is remembered of files that were loaded for the first time: which of them work, and which ended the process that tried them. */

/** How a first load went. `reason` says why it ended the process; it is text of the engine's. */
export interface TrialOutcome {
  readonly works: boolean;
  readonly reason?: string;
  /** ISO time. */
  readonly at: string;
}

/** The record of a state folder. One that cannot be read or written costs another trial, never an answer. */
export interface TrialRecord {
  find(fingerprint: string): Promise<TrialOutcome | undefined>;
  save(fingerprint: string, outcome: TrialOutcome): Promise<void>;
}

const fileSchema = v.object({
  version: v.literal(1),
  trials: v.record(v.string(), v.object({ works: v.boolean(), reason: v.optional(v.string()), at: v.string() })),
});
const maxTrials = 1000;

/** The record in `trials.json` of a folder. */
export function openTrialRecord(stateFolder: string): TrialRecord {
  const path = join(stateFolder, 'trials.json');
  const read = async (): Promise<Readonly<Record<string, TrialOutcome>>> => {
    try {
      const parsed = v.safeParse(fileSchema, JSON.parse(readSmallFile(path) ?? '{}'));
      return parsed.success ? parsed.output.trials : {};
    } catch {
      return {};
    }
  };
  return {
    find: async (fingerprint) => (await read())[fingerprint],
    async save(fingerprint, outcome) {
      const others = Object.entries(await read()).filter(([key]) => key !== fingerprint);
      const trials = Object.fromEntries([...others.slice(-(maxTrials - 1)), [fingerprint, outcome]]);
      await writeFileAtomic(path, `${JSON.stringify({ version: 1, trials })}\n`).catch(() => undefined);
    },
  };
}

/**
 * What tells a file for this purpose: an engine, the size, and every byte of the header. What ends an engine at a load stands in the
 * header; reading all weights would take as long as the trial.
 */
export async function fingerprintOf(path: string, engine: string): Promise<string> {
  const { dataOffsetBytes } = await withFileReader(path, readGgufHeader);
  const { size } = await stat(path);
  const hash = createHash('sha256').update(`${engine} ${size}\n`);
  const end = Math.max(0, Math.min(dataOffsetBytes, size) - 1);
  for await (const chunk of createReadStream(path, { end, highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
