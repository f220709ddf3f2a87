// Paired measurements: the rivals of a row take turns, so that what slows the machine for a while slows all of them.
import { spawnSync } from 'node:child_process';

/** One rival of a measurement. */
export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** Median of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

/**
 * Runs each command `rounds` times in turn, after one round that does not count.
 * @returns milliseconds a round by command, and the median of the ratios to the first command
 */
export function pairedTimes(
  commands: readonly Command[],
  { rounds, environment }: { rounds: number; environment: NodeJS.ProcessEnv },
): { readonly medianMs: number; readonly ratio: number }[] {
  const times: number[][] = commands.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { file, args }] of commands.entries()) {
      const startedAt = performance.now();
      const { status, stderr } = spawnSync(file, args, { env: environment, encoding: 'utf8' });
      const durationMs = performance.now() - startedAt;
      if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`);
      if (round >= 0) times[index]?.push(durationMs);
    }
  }
  return times.map((row) => ({
    medianMs: median(row),
    ratio: median(row.map((value, round) => value / (times[0]?.[round] ?? Number.NaN))),
  }));
}

/** A table as Markdown, for a terminal and for docs/performance.md. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
