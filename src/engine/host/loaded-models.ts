import { statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { orAborted, sleep, throwIfAborted } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { Session } from '../engine.ts';
import type { FoundModel, HostTarget, LoadedModel } from './protocol.ts';
import { createRestartPauses } from './restart-pauses.ts';

/**
 * The models in memory, whatever engine runs them: within a budget, the idle one that was used longest ago leaves first, a busy one
 * never. How many requests run at once is the session's own matter.
 */

/** How a model is opened. */
export interface SessionOpener {
  /** Bytes of memory it will take, known before anything is loaded; throws for what must not be opened. */
  estimate(target: HostTarget): Promise<number>;
  /** Opens it, once there is room. With `takeMemory` it asks for more later, or gives some back; false when there is not enough. */
  open(target: HostTarget, takeMemory: (bytes: number) => boolean): Promise<OpenedModel>;
}

/** A model in memory. */
export interface OpenedModel {
  readonly session: Session;
  readonly memoryBytes: number;
  /** Settles when it is gone by itself, as a child that was killed. */
  readonly ended?: Promise<unknown>;
}

/** What the engine process does with models. */
export interface LoadedModels {
  /** Runs `work` with the model's session, opened when needed. The model stays in memory as long as the work lasts. */
  use<T>(target: HostTarget, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T>;
  /** The model of a file, where it is in memory, run by this process, and the file is still the same. */
  find(target: HostTarget): FoundModel | undefined;
  list(): LoadedModel[];
  /** Unloads an idle model by name; false when it is not there. */
  unload(name: string): Promise<boolean>;
  /** Unloads everything. */
  close(): Promise<void>;
  readonly requests: number;
}

interface Entry {
  readonly key: string;
  readonly target: HostTarget;
  readonly opened: Promise<Session>;
  ready: Session | undefined;
  /** Size, time and number of the file when it was opened. */
  readonly stamp: string | undefined;
  memoryBytes: number;
  requests: number;
  lastUsedMs: number;
}

/** An empty set with a budget (default: four fifths of the memory). */
export function createLoadedModels(opener: SessionOpener, budgetBytes = totalmem() * 0.8): LoadedModels {
  const entries = new Map<string, Entry>();
  const pauses = createRestartPauses();
  let opening: Promise<unknown> = Promise.resolve();

  async function open(target: HostTarget, key: string): Promise<OpenedModel> {
    await makeRoom(await opener.estimate(target), target.name);
    return opener.open(target, (bytes) => {
      const entry = entries.get(key);
      if (!entry || (bytes > 0 && usedBytes() + bytes > budgetBytes)) return false;
      entry.memoryBytes += bytes;
      return true;
    });
  }

  function usedBytes(): number {
    return [...entries.values()].reduce((sum, entry) => sum + (entry.ready ? entry.memoryBytes : 0), 0);
  }

  async function makeRoom(neededBytes: number, name: string): Promise<void> {
    for (;;) {
      const used = usedBytes();
      if (used + neededBytes <= budgetBytes) return;
      const [oldest] = [...entries.values()]
        .filter((entry) => entry.ready && entry.requests === 0)
        .sort((a, b) => a.lastUsedMs - b.lastUsedMs);
      if (!oldest) {
        const busy = used > 0 ? `, ${formatBytes(used)} are taken by models at work` : '';
        throw new LuciError(
          'MEMORY_SHORT',
          `${name} needs ${formatBytes(neededBytes)} of memory, ${formatBytes(budgetBytes)} may be used${busy}.`,
          { hint: 'luci list' },
        );
      }
      await drop(oldest);
    }
  }

  async function drop(entry: Entry): Promise<void> {
    forget(entry);
    await (await entry.opened)[Symbol.asyncDispose]();
  }

  /** Only if nobody opened it anew meanwhile. */
  function forget(entry: Entry): void {
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
  }

  /** It is gone without our doing. */
  function lose(entry: Entry): void {
    if (entries.get(entry.key) === entry) pauses.ended(entry.key);
    forget(entry);
  }

  function entryOf(target: HostTarget): Entry {
    const { path, contextLength, threads, program } = target;
    // Not by its environment: two terminals share a model.
    const key = JSON.stringify([path, contextLength, threads, program?.kind, program?.path, program?.rpc]);
    const known = entries.get(key);
    if (known) return known;
    const opened = sleep(pauses.pauseMs(key)).then(() => {
      // One load after the other: two at once would both count on the same free memory.
      const loaded = opening.then(() => open(target, key));
      opening = loaded.catch(() => undefined);
      return loaded;
    });
    const entry: Entry = {
      key,
      target,
      opened: opened.then(({ session }) => session),
      ready: undefined,
      stamp: stampOf(target.path),
      memoryBytes: 0,
      requests: 0,
      lastUsedMs: Date.now(),
    };
    entries.set(key, entry);
    opened.then(
      ({ session, memoryBytes, ended }) => {
        Object.assign(entry, { ready: session, memoryBytes });
        ended?.then(() => lose(entry));
      },
      () => forget(entry),
    );
    return entry;
  }

  return {
    async use(target, signal, work) {
      throwIfAborted(signal);
      const entry = entryOf(target);
      entry.requests += 1;
      try {
        return await work(await orAborted(entry.opened, signal));
      } catch (error) {
        // What hangs or talks nonsense is ended, so that the next request gets a new one.
        if (isLuciError(error, 'ENGINE_CRASHED')) {
          lose(entry);
          void drop(entry).catch(() => undefined);
        }
        throw error;
      } finally {
        entry.requests -= 1;
        entry.lastUsedMs = Date.now();
      }
    },
    find({ path, contextLength, threads }) {
      for (const { target, ready, stamp } of entries.values()) {
        const isAlike = target.path === path && target.contextLength === contextLength && (threads ?? target.threads) === target.threads;
        if (!ready || !isAlike || target.program) continue;
        if (stamp !== undefined && stamp === stampOf(path)) return { target, facts: ready.facts };
      }
      return undefined;
    },
    list: () =>
      [...entries.values()].flatMap(({ ready, target, memoryBytes, requests, lastUsedMs }) =>
        ready
          ? [
              {
                name: target.name,
                path: target.path,
                engine: ready.facts,
                memoryBytes,
                requests,
                idleSeconds: requests > 0 ? 0 : Math.round((Date.now() - lastUsedMs) / 1000),
              },
            ]
          : [],
      ),
    async unload(name) {
      const found = [...entries.values()].filter((entry) => entry.target.name === name && entry.ready && entry.requests === 0);
      for (const entry of found) await drop(entry);
      return found.length > 0;
    },
    async close() {
      await Promise.allSettled([...entries.values()].map(drop));
    },
    get requests() {
      return [...entries.values()].reduce((sum, entry) => sum + entry.requests, 0);
    },
  };
}

/** Not from the thread pool: its one thread may be at work on a long prompt, and a new question would wait for it. */
function stampOf(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && [found.size, found.mtimeMs, found.ino].join(' ');
  } catch {
    return undefined; // One that cannot be looked at is none that is known.
  }
}
