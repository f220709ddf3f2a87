import { readFile } from 'node:fs/promises';
import { runProgram } from '../../base/child-process.ts';

/** Memory a process has in RAM; 0 where this system does not tell. On macOS expected, not tested. */
export async function residentBytesOf(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') return kilobytesIn(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
    if (process.platform === 'win32') return 0;
    const { stdout } = await runProgram('/bin/ps', ['-o', 'rss=', '-p', String(pid)], { environment: {} });
    return kilobytesIn(stdout.trim());
  } catch {
    return 0; // It is gone.
  }
}

function kilobytesIn(text: string | undefined): number {
  return Number(text ?? 0) * 1024;
}
