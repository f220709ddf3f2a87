import { keptBytes, type Transaction } from './transaction.ts';

/** A change of the assistant to the files of a folder, as callers see it. */
export interface FileChange {
  readonly id: string;
  /** When it was made, as ISO 8601 in UTC. */
  readonly time: string;
  /** The folder the assistant worked in. */
  readonly folder: string;
  /** The question of a chat that it was made for. */
  readonly question?: string;
  readonly operation: Transaction['operation'];
  /** What changed, from the folder; of a move where it went. */
  readonly path: string;
  /** Of a move: where it was. */
  readonly from?: string;
  /** Whether something stood at `path` before. */
  readonly isReplacing: boolean;
  readonly state: 'done' | 'undone';
  /** When it was undone last. */
  readonly undoneTime?: string;
  /** False for one that was too large to be kept. */
  readonly isKept: boolean;
  /** What is kept for it, in bytes. */
  readonly keptBytes: number;
  /** Told of a change just undone or redone: false when what came back was written to after it was replaced, by its other names or an open program. */
  readonly isAsItWas?: boolean;
}

/** A transaction as callers see it. */
export function fileChangeOf(transaction: Transaction): FileChange {
  const { id, time, folder, question, operation, path, from, before, state, undoneTime, isKept } = transaction;
  return {
    id,
    time,
    folder,
    question,
    operation,
    path,
    from,
    isReplacing: before !== null && operation !== 'delete',
    state: state === 'undone' ? 'undone' : 'done',
    undoneTime,
    isKept,
    keptBytes: keptBytes(transaction),
  };
}
