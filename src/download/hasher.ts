import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { orAborted } from '../base/abort.ts';
import type { Sha256 } from '../base/model.ts';
import { partPath } from '../base/parts.ts';
import { diskError } from '../base/system-error.ts';

/** The sha256 of a file while it is fetched: a thread follows the prefix that is whole. */

/** What the thread is given. */
export interface HashWorkerData {
  readonly path: string;
  /** Three 64-bit numbers, see {@link slots}. */
  readonly shared: SharedArrayBuffer;
}

/** Bytes that may be hashed; 1 when that is the whole file; a count that changes with every news. */
export const slots = { front: 0, isWhole: 1, news: 2 } as const;

/** A digest in the making. */
export interface Hasher extends AsyncDisposable {
  /** Everything before `front` is on the disk and will not change. */
  advance(front: number): void;
  /** The digest of the first `totalBytes`, all of them written. */
  finish(totalBytes: number, signal?: AbortSignal): Promise<Sha256>;
  /** Starts over: the file's bytes are no longer those that were announced. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts following a file. */
export function createHasher(path: string): Hasher {
  let thread = startThread(path);
  return {
    advance: (front) => thread.tell(front, false),
    async finish(totalBytes, signal) {
      thread.tell(totalBytes, true);
      const { sha256, failed } = await orAborted(thread.answer, signal);
      if (sha256 !== undefined) return sha256;
      throw diskError(Object.assign(new Error(failed?.message ?? 'no digest'), { code: failed?.code ?? 'EIO' }), path, 'read a download');
    },
    async restart() {
      await thread.end();
      thread = startThread(path);
    },
    close: () => thread.end(),
    [Symbol.asyncDispose]: () => thread.end(),
  };
}

interface ThreadAnswer {
  readonly sha256?: Sha256;
  readonly failed?: { readonly message: string; readonly code?: string };
}

function startThread(path: string) {
  const shared = new SharedArrayBuffer(24);
  const state = new BigInt64Array(shared);
  const worker = new Worker(partPath('hash-worker.mjs'), { workerData: { path, shared } satisfies HashWorkerData });
  worker.unref(); // Who waits for the digest keeps the process alive; a thread nobody waits for does not.
  const answer = once(worker, 'message').then(([message]) => message as ThreadAnswer);
  answer.catch(() => undefined);
  return {
    answer,
    tell(front: number, isWhole: boolean): void {
      Atomics.store(state, slots.front, BigInt(front));
      if (isWhole) Atomics.store(state, slots.isWhole, 1n);
      Atomics.add(state, slots.news, 1n);
      Atomics.notify(state, slots.news);
      if (isWhole) worker.ref();
    },
    async end(): Promise<void> {
      await worker.terminate();
    },
  };
}
