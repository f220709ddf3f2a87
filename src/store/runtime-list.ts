import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { lock } from '../base/lock.ts';
import { diskError } from '../base/system-error.ts';

/**
 * Programs that run models beside the embedded engine, and the optional parts of luci: `state/runtimes.json`. The newest of a kind is
 * the one that is used.
 */
export interface Runtime {
  readonly kind: 'llamafile' | 'llama-server' | 'python' | 'vulkan' | 'cuda';
  /** As in `0.10.6-thin`; undefined for a program that did not say. */
  readonly version?: string;
  /** A program, or the folder of Python or of a graphics processor's library. */
  readonly path: string;
  /** Whether luci fetched it, and may delete it. */
  readonly isOurs: boolean;
}

const fileSchema = v.object({
  version: v.literal(1),
  runtimes: v.array(
    v.object({
      kind: v.picklist(['llamafile', 'llama-server', 'python', 'vulkan', 'cuda']),
      version: v.optional(v.string()),
      path: v.string(),
      isOurs: v.boolean(),
    }),
  ),
});

/** The programs, the newest last. */
export async function readRuntimes(stateFolder: string): Promise<readonly Runtime[]> {
  const file = await readCheckedJson(fileSchema, join(stateFolder, 'runtimes.json'));
  // The schema's optional fields allow undefined, the type's do not; JSON has no undefined.
  return (file?.runtimes ?? []) as readonly Runtime[];
}

/** Replaces the list by what `by` makes of it. */
export async function changeRuntimes(stateFolder: string, by: (runtimes: readonly Runtime[]) => readonly Runtime[]): Promise<void> {
  await using _held = await lock(join(stateFolder, 'runtimes.lock'));
  const path = join(stateFolder, 'runtimes.json');
  const runtimes = by(await readRuntimes(stateFolder));
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, runtimes }, null, 1)}\n`).catch((error: unknown) => {
    throw diskError(error, path, 'write the list of runtimes');
  });
}
