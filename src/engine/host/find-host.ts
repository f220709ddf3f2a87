import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { errnoOf } from '../../base/system-error.ts';
import { version } from '../../base/version.ts';
import { connectToHost, type HostConnection } from './connection.ts';
import type { HostTarget } from './protocol.ts';
import { socketPathOf } from './socket-path.ts';

/** Finds the engine process that runs. Apart from what starts one, because most commands start none. */

/** Where the process lives and how long it stays. */
export interface HostOptions {
  readonly home: string;
  readonly stateFolder: string;
  readonly logsFolder: string;
  readonly keepAliveSeconds: number;
  readonly memoryBudgetBytes?: number;
  /** The process's whole environment, without luci's own settings. Asked for where the process is started. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** `XDG_RUNTIME_DIR`, where it is set. */
  readonly runtimeFolder?: string;
}

/** A connection to the running process, or undefined when none runs. With `find` it tells whether that model is in memory. */
export async function findHost(
  options: HostOptions,
  { toWork = false, find }: { toWork?: boolean; find?: HostTarget } = {},
): Promise<HostConnection | undefined> {
  const token = findToken(options)?.token;
  if (token === undefined) return undefined;
  try {
    const { keepAliveSeconds } = options;
    return await connectToHost(socketPathOf(options.home, options.runtimeFolder), {
      version,
      token,
      keepAliveSeconds: toWork ? keepAliveSeconds : undefined,
      find,
    });
  } catch (error) {
    // Nobody listens: there never was one, it left, or it was killed and left its socket behind.
    if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(errnoOf(error) ?? '')) return undefined;
    // It was leaving while we came.
    if (error instanceof LuciError && error.code === 'ENGINE_CRASHED') return undefined;
    throw error;
  }
}

/** The file of the secret that lets a command in. */
export function tokenPath({ stateFolder }: HostOptions): string {
  return join(stateFolder, 'engine-token');
}

/** The same, beside the socket: for a home that cannot be written, or has no room. */
export function spareTokenPath({ home, runtimeFolder }: HostOptions): string {
  return socketPathOf(home, runtimeFolder).replace(/\.sock$/, '.token');
}

/** The secret and its file, or undefined where none was made yet. */
export function findToken(options: HostOptions): { readonly token: string; readonly path: string } | undefined {
  const home = tokenPath(options);
  const token = tokenIn(home);
  if (token !== undefined) return { token, path: home };
  if (process.platform === 'win32') return undefined; // A named pipe lies in no folder.
  const spare = spareTokenPath(options);
  const other = tokenIn(spare);
  return other === undefined ? undefined : { token: other, path: spare };
}

function tokenIn(path: string): string | undefined {
  try {
    return readSmallFile(path)?.trim() || undefined;
  } catch {
    return undefined; // It may not be read, or is no file: another one is made.
  }
}
