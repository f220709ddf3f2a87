import type { Snapshot } from './snapshot.ts';

/** One change of the assistant to the files of a folder, as the journal has it. */

/** A change of one place: of a new, replaced or deleted thing `path`; of a moved one also the place `from`. */
export interface Transaction {
  readonly version: 1;
  /** Text that later transactions have later in order. */
  readonly id: string;
  /** When it was begun, as ISO 8601 in UTC. */
  readonly time: string;
  /** The folder the assistant worked in, without links. */
  readonly folder: string;
  /** The question of a chat that it was made for. */
  readonly question?: string;
  readonly operation: 'write' | 'make-folder' | 'move' | 'delete';
  /** Where something changed, from the folder; of a move where it went. */
  readonly path: string;
  /** Of a move: where it was. */
  readonly from?: string;
  /** What stood at `path`; null for nothing. */
  readonly before: Snapshot | null;
  /** What stands at `path` after it; null for nothing, and where that was not known yet. */
  readonly after: Snapshot | null;
  /** False for a change that was too large to be kept: it cannot be undone. */
  readonly isKept: boolean;
  /** When it was undone last. */
  readonly undoneTime?: string;
  /** Where the files are. `begun`, `undoing` and `redoing` end with the process that does it. */
  readonly state: 'begun' | 'done' | 'undoing' | 'undone' | 'redoing';
}

/** A transaction whose files stand on that side. */
export function settledOn(side: Side, transaction: Transaction): Transaction {
  return side === 'after' ? { ...transaction, state: 'done' } : { ...transaction, state: 'undone', undoneTime: new Date().toISOString() };
}

/** The two ends of a transaction; what is not on the disk lies in the journal under this name. */
export type Side = 'before' | 'after';

/** What a transaction holds in the journal. */
export function keptBytes({ isKept, state, operation, before, after }: Transaction): number {
  if (!isKept) return 0;
  if (state !== 'undone') return before?.bytes ?? 0;
  return operation === 'move' ? 0 : (after?.bytes ?? 0);
}
