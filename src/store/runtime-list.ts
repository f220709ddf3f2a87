import * as v from 'valibot';
import { type EngineProgramKind, engineProgramKinds } from '../base/engine-programs.ts';
import { stateFile } from './state-file.ts';

/** Parts of luci that run no model by themselves. */
const optionalParts = ['python', 'vulkan', 'cuda'] as const;

/**
 * Programs that run models beside the embedded engine, and the optional parts of luci: `state/runtimes.json`. The newest of a kind is
 * the one that is used.
 */
export interface Runtime {
  readonly kind: EngineProgramKind | (typeof optionalParts)[number];
  /** As in `0.10.6-thin`; undefined for a program that did not say. */
  readonly version?: string;
  /** A program, or the folder of Python or of a graphics processor's library. */
  readonly path: string;
  /** Whether luci fetched it, and may delete it. */
  readonly isOurs: boolean;
}

const runtimesSchema = v.object({
  version: v.literal(1),
  runtimes: v.array(
    v.object({
      kind: v.picklist([...engineProgramKinds, ...optionalParts]),
      version: v.optional(v.string()),
      path: v.string(),
      isOurs: v.boolean(),
    }),
  ),
});

const file = stateFile(runtimesSchema, { name: 'runtimes', what: 'the list of runtimes' });

/** The programs, the newest last. */
export async function readRuntimes(stateFolder: string): Promise<readonly Runtime[]> {
  return (await file.read(stateFolder))?.runtimes ?? [];
}

/** Replaces the list by what `by` makes of it. */
export async function changeRuntimes(stateFolder: string, by: (runtimes: readonly Runtime[]) => readonly Runtime[]): Promise<void> {
  await file.change(stateFolder, (now) => ({ version: 1, runtimes: by(now?.runtimes ?? []) }));
}
