import { join } from 'node:path';
import type * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import { lock } from '../base/lock.ts';
import { diskError } from '../base/system-error.ts';

/** A value nobody changes in its place. */
type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

/** A JSON file of `state/`, held to a schema, and changed under a lock so that two processes lose nothing of each other. */
export interface StateFile<T> {
  /** What it holds; undefined where there is none. */
  read(stateFolder: string): Promise<Fixed<T> | undefined>;
  /** Replaces what it holds by what `by` makes of it. */
  change(stateFolder: string, by: (now: Fixed<T> | undefined) => Fixed<T>, signal?: AbortSignal): Promise<void>;
}

/** What a state file is. */
export interface StateFileOptions {
  /** As in `remotes`: of `remotes.json` and its lock. */
  readonly name: string;
  /** For messages, as in "write the list of remote endpoints". */
  readonly what: string;
  /** One that is garbage counts as missing: what it held can be found again (default: it is a STATE_BROKEN). */
  readonly isRebuilt?: boolean;
}

/** A file of these. */
export function stateFile<S extends v.GenericSchema>(schema: S, options: StateFileOptions): StateFile<v.InferOutput<S>> {
  const { name, what, isRebuilt = false } = options;
  type Held = Fixed<v.InferOutput<S>>;
  async function read(stateFolder: string): Promise<Held | undefined> {
    try {
      return (await readCheckedJson(schema, join(stateFolder, `${name}.json`))) as Held | undefined;
    } catch (error) {
      if (isRebuilt && isLuciError(error, 'STATE_BROKEN')) return undefined;
      throw error;
    }
  }
  return {
    read,
    async change(stateFolder, by, signal) {
      await using _held = await lock(join(stateFolder, `${name}.lock`), { signal });
      const path = join(stateFolder, `${name}.json`);
      const text = `${JSON.stringify(by(await read(stateFolder)), null, 1)}\n`;
      await writeFileAtomic(path, text).catch((error: unknown) => {
        throw diskError(error, path, `write ${what}`);
      });
    },
  };
}
