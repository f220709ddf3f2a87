import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
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
