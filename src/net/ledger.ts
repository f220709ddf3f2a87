import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LedgerEntry } from './net.ts';

/** The record of every outgoing request: one JSON line each, in `state/net.jsonl`. */

const maxBytes = 1_000_000;

/** Appends an entry. A ledger that cannot be written (read-only home) is no reason to fail a command. */
export function appendToLedger(path: string, entry: LedgerEntry): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(path, `${path}.old`);
    appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  } catch {
    // Said in the docs: what cannot be recorded is still done.
  }
}

/** The last entries, oldest first; lines that are no entries are passed over. */
export function readLedger(path: string, { limit = 1000 }: { limit?: number } = {}): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const file of [`${path}.old`, path]) {
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue; // No such file yet.
    }
    for (const line of text.split('\n')) {
      try {
        const value = JSON.parse(line) as Partial<LedgerEntry>;
        if (typeof value.time === 'string' && typeof value.host === 'string') entries.push(value as LedgerEntry);
      } catch {
        // A line cut by a crash.
      }
    }
  }
  return entries.slice(-limit);
}
