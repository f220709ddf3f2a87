import { statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { orAborted, sleep, stopError, throwIfAborted } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { LoadEvent, Session } from '../engine.ts';
import {
  busyBytes,
  type Entry,
  isOverdue,
  modelKeyOf,
  oldestIdle,
  roomierOf,
  smallerOf,
  statusOf,
  usableAs,
  usedBytes,
} from './model-entries.ts';
import type { FoundModel, HostTarget, LoadedModel } from './protocol.ts';
import { createRestartPauses } from './restart-pauses.ts';

/**
 * The models in memory, whatever engine runs them: within a budget, the idle one that was used longest ago leaves first, a busy one
 * never. How many requests run at once is the session's own matter.
 */

/** How a model is opened. */
export interface SessionOpener {
  /** Bytes of memory it will take, with a context that fits into `freeBytes`, known before anything is loaded; throws for what must not be opened. */
  estimate(target: HostTarget, freeBytes: number): Promise<number>;
  /** Opens it, once there is room. */
  open(target: HostTarget, options: OpeningOptions): Promise<OpenedModel>;
}

/** What opening works with. */
export interface OpeningOptions {
  /** Asks for more memory later, or gives some back; false when there is not enough. */
  takeMemory(bytes: number): boolean;
  /** Fires when nobody waits for the model any more: the load ends, and its memory is freed. */
  readonly signal: AbortSignal;
  onEvent(event: LoadEvent): void;
}

/** Who asks for a model. */
export interface UseOptions {
  readonly signal: AbortSignal;
  /** How long the model stays when nobody uses it; counts from its last use. */
  readonly keepAliveSeconds: number;
  /** Is told how the loading goes, where it has to be loaded. */
  readonly onLoad?: (event: LoadEvent) => void;
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
  use<T>(target: HostTarget, options: UseOptions, work: (session: Session) => Promise<T>): Promise<T>;
  /** The model of a file, where it is in memory, run by this process, and the file is still the same. */
  find(target: HostTarget): FoundModel | undefined;
  list(): LoadedModel[];
  /** Unloads an idle model by name; false when it is not there. */
  unload(name: string): Promise<boolean>;
  /** Unloads what has been idle for its keep-alive. */
  unloadIdle(): Promise<void>;
  /** Unloads everything. */
  close(): Promise<void>;
  /** Requests that run or wait. */
  readonly requests: number;
  /** Models in memory or being loaded. */
  readonly count: number;
}

/** An empty set with a budget (default: four fifths of the memory). */
export function createLoadedModels(opener: SessionOpener, budgetBytes = totalmem() * 0.8): LoadedModels {
  const entries = new Map<string, Entry>();
  const pauses = createRestartPauses();

  async function open(entry: Entry): Promise<OpenedModel> {
    const { target, key, loading, listeners } = entry;
    await Promise.all(smallerOf(entries, target).map(drop));
    await reserve(entry, await opener.estimate(target, budgetBytes - busyBytes(entries)));
    const takeMemory = (bytes: number): boolean => {
      const now = entries.get(key);
      if (!now || (bytes > 0 && usedBytes(entries) + bytes > budgetBytes)) return false;
      now.memoryBytes += bytes;
      return true;
    };
    const onEvent = (event: LoadEvent): void => {
      for (const tell of listeners) tell(event);
    };
    return opener.open(target, { takeMemory, signal: loading.signal, onEvent });
  }

  /** Loads of several models go on at once: each has taken its memory before it begins. */
  async function reserve(entry: Entry, neededBytes: number): Promise<void> {
    for (;;) {
      throwIfAborted(entry.loading.signal);
      const used = usedBytes(entries);
      if (used + neededBytes <= budgetBytes) {
        entry.memoryBytes = neededBytes;
        return;
      }
      const oldest = oldestIdle(entries);
      const others = [...entries.values()].filter((other) => other !== entry && !other.ready && other.memoryBytes > 0);
      if (oldest) await drop(oldest);
      else if (others.length > 0) await orAborted(Promise.race(others.map(settled)), entry.loading.signal);
      else throw memoryShort(entry.target.name, { neededBytes, usedBytes: used, budgetBytes });
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
    const key = `${modelKeyOf(target)} ${target.contextLength}`;
    const known = entries.get(key) ?? roomierOf(entries, target);
    if (known) return known;
    const loading = new AbortController();
    const opened: Promise<OpenedModel> = sleep(pauses.pauseMs(key), loading.signal).then(() => open(entry));
    const entry: Entry = {
      key,
      target,
      opened: opened.then(({ session }) => session),
      loading,
      listeners: new Set(),
      ready: undefined,
      stamp: stampOf(target.path),
      memoryBytes: 0,
      requests: 0,
      keepAliveSeconds: 0,
      lastUsedMs: performance.now(),
    };
    entries.set(key, entry);
    opened.then(
      ({ session, memoryBytes, ended }) => {
        if (loading.signal.aborted) return void session[Symbol.asyncDispose](); // It was ready before it could be ended.
        Object.assign(entry, { ready: session, memoryBytes });
        ended?.then(() => lose(entry));
      },
      () => forget(entry),
    );
    return entry;
  }

  /** Nobody waits for it any more: an unfinished load is ended. */
  function leave(entry: Entry): void {
    entry.requests -= 1;
    entry.lastUsedMs = performance.now();
    if (entry.requests > 0 || entry.ready) return;
    forget(entry);
    entry.loading.abort(stopError('CANCELLED'));
  }

  return {
    async use(target, { signal, keepAliveSeconds, onLoad }, work) {
      throwIfAborted(signal);
      const entry = entryOf(target);
      entry.requests += 1;
      entry.keepAliveSeconds = keepAliveSeconds;
      if (onLoad && !entry.ready) entry.listeners.add(onLoad);
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
        if (onLoad) entry.listeners.delete(onLoad);
        leave(entry);
      }
    },
    find(target) {
      const entry = usableAs(entries, target);
      return entry?.ready && entry.stamp !== undefined && entry.stamp === stampOf(target.path)
        ? { target: entry.target, facts: entry.ready.facts }
        : undefined;
    },
    list: () => [...entries.values()].flatMap(statusOf),
    async unload(name) {
      const found = [...entries.values()].filter((entry) => entry.target.name === name && entry.ready && entry.requests === 0);
      for (const entry of found) await drop(entry);
      return found.length > 0;
    },
    async unloadIdle() {
      for (const entry of [...entries.values()].filter(isOverdue)) await drop(entry);
    },
    async close() {
      for (const { loading } of entries.values()) loading.abort(stopError('CANCELLED'));
      await Promise.allSettled([...entries.values()].map(drop));
    },
    get requests() {
      return [...entries.values()].reduce((sum, entry) => sum + entry.requests, 0);
    },
    get count() {
      return entries.size;
    },
  };
}

function settled({ opened }: Entry): Promise<unknown> {
  return opened.catch(() => undefined);
}

function memoryShort(name: string, bytes: { neededBytes: number; usedBytes: number; budgetBytes: number }): LuciError {
  const busy = bytes.usedBytes > 0 ? `, ${formatBytes(bytes.usedBytes)} are taken by models at work` : '';
  return new LuciError(
    'MEMORY_SHORT',
    `${name} needs ${formatBytes(bytes.neededBytes)} of memory, ${formatBytes(bytes.budgetBytes)} may be used${busy}.`,
    { hint: 'luci list' },
  );
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
