import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderSync } from '../base/make-folder-sync.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { errnoOf } from '../base/system-error.ts';
import { isLogLine } from './log-line.ts';
import type { CaseResult, RunFacts, TierResult } from './result.ts';

/** Logs of test runs: one JSON value a line, each on the disk before the next case begins. */

/** A line of a log. */
export type LogLine =
  | RunFacts
  | ({ readonly type: 'answer' } & CaseResult)
  | ({ readonly type: 'tier' } & TierResult)
  | { readonly type: 'end'; readonly at: string };

/** A log that is being written. */
export interface RunLog {
  readonly path: string;
  write(line: LogLine): void;
}

/** Texts longer than this are cut in the log: a model that repeats itself for ever must not make it too large to open. */
const maxTextLength = 20_000;

/** Begins a log in the folder, or goes on with one that was cut off. */
export function openRunLog(folder: string, run: RunFacts, continued?: string): RunLog {
  makeFolderSync(folder);
  const name = `${run.startedAt.slice(0, 19).replaceAll(':', '-')}Z_${run.model.replace(/[^\w.-]+/g, '_')}`;
  const path = continued ?? freshLog(join(folder, name), lineOf(run));
  const write = (line: LogLine): void => appendFileSync(path, lineOf(line), { mode: 0o600, flush: true } as object);
  if (continued !== undefined) appendFileSync(path, '\n'); // After a line that was torn; empty lines are passed over.
  return { path, write };
}

function lineOf(line: LogLine): string {
  return `${JSON.stringify(line, cutLong)}\n`;
}

/** Makes a log with its first line. Two runs may begin in the same second; the later one comes after the other in the order of names. */
function freshLog(base: string, firstLine: string): string {
  for (let count = 1; ; count += 1) {
    const path = `${base}${count === 1 ? '' : `_${count}`}.jsonl`;
    try {
      writeFileSync(path, firstLine, { flag: 'ax', mode: 0o600, flush: true });
      return path;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

function cutLong(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > maxTextLength
    ? `${value.slice(0, maxTextLength)}… (${value.length} characters)`
    : value;
}

/** What a log says. A torn last line is dropped. */
export interface ReadLog {
  readonly path: string;
  readonly run: RunFacts;
  readonly answers: readonly CaseResult[];
  readonly tiers: readonly TierResult[];
  readonly isEnded: boolean;
}

/** Reads a log; undefined when it is none. Of an answer that was asked again, as after an error, and of a tier the last line counts. */
export function readRunLog(path: string): ReadLog | undefined {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch {
    return undefined; // It may not be read, or is no file.
  }
  if (text === undefined) return undefined; // Removed meanwhile.
  const lines = text.split('\n').flatMap((line): LogLine[] => {
    try {
      const value: unknown = line === '' ? undefined : JSON.parse(line);
      return isLogLine(value) ? [value] : [];
    } catch {
      return []; // Torn.
    }
  });
  const [run] = lines;
  if (run?.type !== 'run' || run.version !== 1) return undefined;
  return {
    path,
    // Runs of before there was a choice were in JavaScript.
    run: { ...run, language: run.language ?? 'javascript' },
    answers: lastOf(
      lines.filter((line): line is { type: 'answer' } & CaseResult => line.type === 'answer'),
      ({ key }) => key,
    ),
    tiers: lastOf(
      lines.filter((line): line is { type: 'tier' } & TierResult => line.type === 'tier'),
      ({ tier }) => tier,
    ),
    isEnded: lines.some(({ type }) => type === 'end'),
  };
}

function lastOf<T>(values: readonly T[], keyOf: (value: T) => unknown): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

/** Logs of a folder, the newest first. */
export function listRunLogs(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .reverse()
      .map((name) => join(folder, name));
  } catch {
    return []; // Nothing was tested yet.
  }
}
