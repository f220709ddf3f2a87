import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeFileAtomic } from '../../base/atomic-file.ts';
import { readCheckedJson } from '../../base/checked-json.ts';
import { isLuciError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { isNotFound } from '../../base/system-error.ts';
import { removeTree } from './copy-tree.ts';
import type { Side, Transaction } from './transaction.ts';
import { transactionSchema } from './transaction-schema.ts';

/** The journal's folder: one folder a transaction, with its record and what is kept of it. Knows nothing of the files it speaks of. */
export interface Records {
  readonly folder: string;
  /** Makes the folder of a new transaction, whose id comes after all others. */
  begin(transaction: Omit<Transaction, 'id' | 'version'>): Promise<Transaction>;
  /** Replaces the record of a transaction. */
  write(transaction: Transaction): Promise<Transaction>;
  /** All transactions that can be read, the oldest first. */
  all(): Promise<readonly Transaction[]>;
  /** One by its id. */
  get(id: string): Promise<Transaction | undefined>;
  /** Folders whose record makes no sense. They stay where they are, with what they keep: nobody can say what it is good for. */
  damaged(): Promise<readonly string[]>;
  /** Forgets a transaction and what is kept of it. */
  drop(id: string): Promise<void>;
  /** Removes what was being made or dropped when a process ended. */
  tidy(): Promise<void>;
  /** Where one side of a transaction is kept. */
  slot(id: string, side: Side): string;
}

/** Its folder may be missing. `isDurable`: what is written survives a loss of power. */
export function createRecords(folder: string, { isDurable }: { readonly isDurable: boolean }): Records {
  const at = (id: string): string => join(folder, id);
  const recordOf = (id: string): string => join(at(id), 'transaction.json');

  async function put(path: string, transaction: Transaction): Promise<void> {
    const text = `${JSON.stringify(transaction)}\n`;
    if (isDurable) return writeFileAtomic(path, text, { mode: 0o600 });
    await writeFile(`${path}.tmp`, text, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  }

  async function ids(): Promise<readonly string[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
    return names.filter((name) => /^[0-9a-z]+$/.test(name)).sort();
  }

  async function get(id: string): Promise<Transaction | undefined> {
    return readCheckedJson(transactionSchema, recordOf(id)).catch((error: unknown) => {
      if (!isLuciError(error, 'STATE_BROKEN')) throw error;
      return undefined;
    });
  }

  return {
    folder,
    get,
    async begin(transaction) {
      await makeFolder(folder, { mode: 0o700 });
      const id = nextId((await ids()).at(-1));
      const begun: Transaction = { version: 1, id, ...transaction };
      const unborn = join(folder, `.new-${id}`);
      await mkdir(unborn, { mode: 0o700 });
      await put(join(unborn, 'transaction.json'), begun);
      await rename(unborn, at(id));
      if (isDurable) await syncFolder(folder);
      return begun;
    },
    async write(transaction) {
      await put(recordOf(transaction.id), transaction);
      return transaction;
    },
    async all() {
      const read = await Promise.all((await ids()).map(get));
      return read.filter((transaction) => transaction !== undefined);
    },
    async damaged() {
      const all = await ids();
      const read = await Promise.all(all.map(get));
      return all.filter((_, index) => read[index] === undefined).map(at);
    },
    async drop(id) {
      const dropped = join(folder, `.old-${id}`);
      await rename(at(id), dropped);
      await removeTree(dropped);
    },
    async tidy() {
      const names = await readdir(folder).catch(() => []);
      for (const name of names.filter((one) => /^\.(new|old)-/.test(one))) await removeTree(join(folder, name));
    },
    slot: (id, side) => join(at(id), side),
  };
}

/** Milliseconds since 1970 in the digits 0 to z: 8 characters that sort by time, one later than the last where the clock is behind. */
function nextId(last: string | undefined): string {
  const now = Date.now();
  const after = last === undefined ? 0 : Number.parseInt(last, 36) + 1;
  return Math.max(now, after).toString(36);
}
