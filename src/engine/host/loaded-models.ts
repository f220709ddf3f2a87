import { totalmem } from 'node:os';
import { orAborted, stopError, throwIfAborted } from '../../base/abort.ts';
import { isLuciError } from '../../base/errors.ts';
import type { LoadEvent, Session } from '../engine.ts';
import { isOverdue, statusOf, usableAs } from './model-entries.ts';
import { createModelLoading, type ModelLoading, type SessionOpener, stampOf } from './model-loading.ts';
import type { FoundModel, HostTarget, LoadedModel } from './protocol.ts';

/**
 * The models in memory, whatever engine runs them: within a budget, the idle one that was used longest ago leaves first, a busy one
 * never. How many requests run at once is the session's own matter.
 */

/** Who asks for a model. */
export interface UseOptions {
  readonly signal: AbortSignal;
  /** How long the model stays when nobody uses it; counts from its last use. */
  readonly keepAliveSeconds: number;
  /** Is told how the loading goes, where it has to be loaded. */
  readonly onLoad?: (event: LoadEvent) => void;
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
  const loading = createModelLoading(opener, budgetBytes);
  const { entries, drop } = loading;
  return {
    use: (target, options, work) => use(loading, target, options, work),
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
      for (const entry of entries.values()) entry.loading.abort(stopError('CANCELLED'));
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

async function use<T>(
  { entryOf, leave, lose, drop }: ModelLoading,
  target: HostTarget,
  { signal, keepAliveSeconds, onLoad }: UseOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
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
}
