import { readFileSync } from 'node:fs';
import { errnoOf } from './system-error.ts';

/** Which process a number stands for: numbers are given again, in containers soon. */

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** When a process began, in the system's own count since it started; undefined where the system does not tell, and for one that has ended. */
export function startOf(pid: number | 'self'): string | undefined {
  try {
    // Its name stands in parentheses and may hold anything; the state is the first word after it, the start the twentieth.
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return words[0] === 'Z' || words[0] === 'X' ? undefined : words[19];
  } catch {
    return undefined; // No such folder but on Linux.
  }
}
