/**
 * The cores of this process among the contexts that compute in it at the same time. The library's threads wait for each other by spinning, so
 * more of them than cores cost far more than their part: contexts with requests share the cores, and no batch begins before there are free
 * cores for its threads. On two cores two contexts of one thread write 1.2 to 1.9 times what one of two does, the more the smaller the model.
 */
export interface CoreShare {
  /** A request begins to be computed in this context, and ends. */
  begin(): void;
  end(): void;
  /** Contexts with requests, this one counted. */
  readonly contexts: number;
  /** Runs a batch once so many cores are free, in the order of asking. */
  compute(threads: number, batch: () => Promise<void>): Promise<void>;
}

interface Worker {
  requests: number;
}

/** The contexts of this process that are open. */
const workers = new Set<Worker>();
let takenCores = 0;
/** Batches that wait for cores. */
const waiting: { readonly threads: number; readonly go: () => void }[] = [];

/** A place among the contexts of this process, which has so many cores for all of them. Disposing leaves it. */
export function joinCores(cores: number): CoreShare & Disposable {
  const own: Worker = { requests: 0 };
  workers.add(own);
  // One that wants more than there are has them all.
  const hasRoomFor = (threads: number): boolean => takenCores === 0 || takenCores + threads <= cores;

  function take(threads: number): Promise<void> | undefined {
    if (waiting.length === 0 && hasRoomFor(threads)) {
      takenCores += threads;
      return undefined;
    }
    return new Promise((go) => void waiting.push({ threads, go }));
  }

  function give(threads: number): void {
    takenCores -= threads;
    for (let [next] = waiting; next && hasRoomFor(next.threads); [next] = waiting) {
      waiting.shift();
      takenCores += next.threads;
      next.go();
    }
  }

  return {
    begin() {
      own.requests += 1;
    },
    end() {
      own.requests -= 1;
    },
    get contexts() {
      return [...workers].filter((worker) => worker === own || worker.requests > 0).length;
    },
    async compute(threads, batch) {
      await take(threads);
      try {
        await batch();
      } finally {
        give(threads);
      }
    },
    [Symbol.dispose]() {
      workers.delete(own);
    },
  };
}
