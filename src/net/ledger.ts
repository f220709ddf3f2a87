import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolderSync } from '../base/make-folder-sync.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import type { LedgerEntry } from './net.ts';

/** The record of every outgoing request: one JSON line each, in `state/net.jsonl`. */

const maxBytes = 1_000_000;

/** Appends an entry. A ledger that cannot be written (read-only home) is no reason to fail a command. */
export function appendToLedger(path: string, entry: LedgerEntry): void {
  try {
    makeFolderSync(dirname(path));
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) return; // Whoever opens a named pipe waits for its other end.
    if ((found?.size ?? 0) > maxBytes) renameSync(path, `${path}.old`);
    appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  } catch {
    // Said in the docs: what cannot be recorded is still done.
  }
}

/** All entries, the oldest first; lines that are none are passed over. */
export function readLedger(path: string): readonly LedgerEntry[] {
  return [`${path}.old`, path].flatMap(linesOf).flatMap((line) => {
    try {
      const entry = JSON.parse(line) as Partial<LedgerEntry>;
      return typeof entry.time === 'string' && typeof entry.host === 'string' && entry.purpose && entry.outcome
        ? [{ ...entry, bytesReceived: entry.bytesReceived ?? 0 } as LedgerEntry]
        : [];
    } catch {
      return []; // Half a line, after a crash.
    }
  });
}

function linesOf(path: string): string[] {
  try {
    return (readSmallFile(path) ?? '').split('\n').filter(Boolean);
  } catch {
    return []; // It may not be read, or is no file.
  }
}
