import { totalmem } from 'node:os';
import { abortError, orAborted, throwIfAborted } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import { type EmbeddedModel, inspectFile, loadModel } from '../embedded/embedded-model.ts';
import type { HostTarget, LoadedModel } from './protocol.ts';

/** The models in memory: within a budget, the idle one that was used longest ago leaves first, a busy one never. */

interface Entry {
  readonly key: string;
  readonly target: HostTarget;
  readonly opened: Promise<EmbeddedModel>;
  ready: EmbeddedModel | undefined;
  memoryBytes: number;
  requests: number;
  lastUsedMs: number;
  /** The end of the queue: one request at a time, in order of arrival. */
  tail: Promise<unknown>;
}

/** What the engine process does with models. */
export interface LoadedModels {
  /** Runs `work` with the model when it is its turn. An abort while waiting leaves the queue. */
  use<T>(target: HostTarget, signal: AbortSignal, work: (model: EmbeddedModel) => Promise<T>): Promise<T>;
  list(): LoadedModel[];
  /** Unloads an idle model by name; false when it is not there. */
  unload(name: string): Promise<boolean>;
  readonly requests: number;
}

/** An empty set with a budget (default: four fifths of the memory). */
export function createLoadedModels(budgetBytes = totalmem() * 0.8): LoadedModels {
  const entries = new Map<string, Entry>();
  let opening: Promise<unknown> = Promise.resolve();

  async function open(target: HostTarget, entry: { memoryBytes: number }): Promise<EmbeddedModel> {
    const { contextLength, memoryBytes } = await inspectFile(target);
    await makeRoom(memoryBytes, target.name);
    entry.memoryBytes = memoryBytes;
    return loadModel(target, contextLength, memoryBytes);
  }

  async function makeRoom(neededBytes: number, name: string): Promise<void> {
    for (;;) {
      const used = [...entries.values()].reduce((sum, entry) => sum + (entry.ready ? entry.memoryBytes : 0), 0);
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
    entries.delete(entry.key);
    await (await entry.opened).dispose();
  }

  function entryOf(target: HostTarget): Entry {
    const key = JSON.stringify([target.path, target.contextLength, target.threads]);
    const known = entries.get(key);
    if (known) return known;
    const memory = { memoryBytes: 0 };
    // One load after the other: two at once would both count on the same free memory.
    const opened = opening.then(() => open(target, memory));
    opening = opened.catch(() => undefined);
    const entry: Entry = {
      key,
      target,
      opened,
      ready: undefined,
      memoryBytes: 0,
      requests: 0,
      lastUsedMs: Date.now(),
      tail: Promise.resolve(),
    };
    entries.set(key, entry);
    opened.then(
      (model) => Object.assign(entry, { ready: model, memoryBytes: memory.memoryBytes }),
      () => entries.delete(key),
    );
    return entry;
  }

  return {
    async use(target, signal, work) {
      throwIfAborted(signal);
      const entry = entryOf(target);
      entry.requests += 1;
      const turn = entry.tail;
      let release = (): void => undefined;
      entry.tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      try {
        const model = await orAborted(entry.opened, signal);
        await orAborted(turn, signal).catch((error: unknown) => {
          // Leaving the queue early must not let the next one in before its turn.
          void turn.finally(release);
          throw error;
        });
        if (signal.aborted) throw abortError(signal);
        return await work(model);
      } finally {
        entry.requests -= 1;
        entry.lastUsedMs = Date.now();
        if (signal.aborted) void turn.finally(release);
        else release();
      }
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
    get requests() {
      return [...entries.values()].reduce((sum, entry) => sum + entry.requests, 0);
    },
  };
}
