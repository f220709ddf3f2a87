import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { type Runtime, readRuntimes } from '../store/runtime-list.ts';

/** The programs that can run a model in place of the embedded engine, as far as they are here. */
export interface EnginePrograms {
  /** The path of llama-server, where there is one: named by a setting, added, or on the PATH. */
  llamaServer(): Promise<string | undefined>;
  /** The llamafile in use, where there is one. */
  llamafile(): Promise<Runtime | undefined>;
}

/** Those of a home folder. */
export function createEnginePrograms(settings: Settings, stateFolder: string): EnginePrograms {
  const newest = async (kind: Runtime['kind']): Promise<Runtime | undefined> =>
    (await readRuntimes(stateFolder)).findLast((runtime) => runtime.kind === kind);
  return {
    llamafile: () => newest('llamafile'),
    llamaServer: async () =>
      settings.engine.llamaServerPath ??
      (await newest('llama-server'))?.path ??
      findProgram('llama-server', settings.system.childEnvironment['PATH']),
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
