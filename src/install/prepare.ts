import { isLuciError, LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { starterName } from './choose-installed.ts';
import type { Installer } from './installer.ts';
import type { InstallPlan } from './plan.ts';

/** From the words after `install` to what would be done. */

/** A file of this machine that is to be taken over. */
export interface FileToTake {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What the words after `install` come to. */
export interface PreparedInstall {
  readonly plan: InstallPlan;
  readonly files: readonly FileToTake[];
}

/** How it is prepared. */
export interface PrepareOptions {
  /** The pins of first installs are passed over. */
  readonly update?: boolean;
  readonly signal?: AbortSignal;
}

/** Targets and plan in one; see `Installer.prepare`. */
export async function prepareInstall(
  references: readonly string[],
  { targets: targetsOf, plan, inspectFile }: Pick<Installer, 'targets' | 'plan' | 'inspectFile'>,
  how: PrepareOptions,
): Promise<PreparedInstall> {
  if (references.length === 0) throw new LuciError('USAGE', 'Which model?', { hint: `luci install ${starterName}` });
  const targets = await targetsOf(references, how);
  const files: FileToTake[] = [];
  for (const target of targets)
    if (target.kind === 'file') files.push({ path: target.path, sizeBytes: await sizeOf(target.path, inspectFile, how.signal) });
  const wanted = targets.flatMap((target) => (target.kind === 'model' ? [target.model] : []));
  return { plan: await plan(wanted, how), files };
}

/** A file of the hub looks like a path, when `hf:` is left out. */
async function sizeOf(path: string, inspectFile: Installer['inspectFile'], signal?: AbortSignal): Promise<number> {
  try {
    return (await inspectFile(path, signal)).sizeBytes;
  } catch (error) {
    if (!isLuciError(error, 'NOT_FOUND') || !/^[\w.-]+\/[\w.-]+\/.+$/.test(path)) throw error;
    const { code, message, details, hint } = error;
    throw new LuciError(code, message, { hint: `luci install ${shellWord(`hf:${path}`)}\n${hint ?? ''}`.trimEnd(), details, cause: error });
  }
}
