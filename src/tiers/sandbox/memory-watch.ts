import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { sleep } from '../../base/abort.ts';

/** Memory of a process, looked at from outside. */

/** Done when a process holds more than so many MB; never where the system does not tell (Windows). Ends with the signal's error. */
export async function memoryOver(pid: number, maxMB: number, signal: AbortSignal): Promise<void> {
  const everyMs = process.platform === 'linux' ? 50 : 500;
  for (;;) {
    await sleep(everyMs, signal);
    const heldMB = await residentMB(pid).catch(() => 0); // It may just have ended.
    if (heldMB > maxMB) return;
  }
}

async function residentMB(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  }
  if (process.platform === 'win32') return 0;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) / 1024;
}
