import { keptBytes, type Transaction } from './transaction.ts';

/** How long what is kept for undoing is kept. */

/** What all changes together keep on the disk, and so what one may keep. */
export const maxJournalBytes = 1_000_000_000;

const maxAgeMs = 30 * 24 * 3_600_000;

/** The changes whose time is over: older than 30 days, or with newer ones before them that fill the limit. Those under way stay. */
export function expiredOf(transactions: readonly Transaction[], maxBytes: number, now = Date.now()): readonly Transaction[] {
  let bytes = 0;
  return transactions.toReversed().filter((transaction) => {
    const isOld = now - Date.parse(transaction.time) > maxAgeMs;
    if (!isOld) bytes += keptBytes(transaction);
    return (isOld || bytes > maxBytes) && (transaction.state === 'done' || transaction.state === 'undone');
  });
}
