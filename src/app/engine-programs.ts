import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type EngineProgramKind, engineProgramKinds, enginePrograms } from '../base/engine-programs.ts';
import type { Settings } from '../config/settings.ts';
import { type Runtime, readRuntimes } from '../store/runtime-list.ts';

/** The programs that can run a model in place of the embedded engine, as far as they are here. */
export interface EnginePrograms {
  /** The one in use: named by a setting, added, or on the PATH; undefined where there is none. */
  find(kind: EngineProgramKind): Promise<FoundProgram | undefined>;
  /** All that are here. */
  here(): Promise<Readonly<Partial<Record<EngineProgramKind, FoundProgram>>>>;
}

/** A program that is here. */
export type FoundProgram = Pick<Runtime, 'path' | 'version'>;

/** Those of a home folder. */
export function createEnginePrograms(settings: Settings, stateFolder: string): EnginePrograms {
  const newest = async (kind: Runtime['kind']): Promise<Runtime | undefined> =>
    (await readRuntimes(stateFolder)).findLast((runtime) => runtime.kind === kind);
  const named: Partial<Record<EngineProgramKind, string>> = { 'llama-server': settings.engine.llamaServerPath };
  const find = async (kind: EngineProgramKind): Promise<FoundProgram | undefined> => {
    const path = named[kind];
    if (path !== undefined) return { path };
    const added = await newest(kind);
    if (added) return added;
    const onPath = enginePrograms[kind].isOnPath ? findProgram(kind, settings.system.childEnvironment['PATH']) : undefined;
    return onPath === undefined ? undefined : { path: onPath };
  };
  return {
    find,
    async here() {
      const found = await Promise.all(engineProgramKinds.map(async (kind) => [kind, await find(kind)] as const));
      return Object.fromEntries(found.filter(([, program]) => program !== undefined));
    },
  };
}

/** A program on the PATH. */
function findProgram(name: string, path: string | undefined): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false; // Not there, or not to be run.
      }
    });
}
