import { statSync } from 'node:fs';
import { orAborted, sleep, stopError, throwIfAborted } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { LoadEvent, Session } from '../engine.ts';
import { busyBytes, type Entries, type Entry, modelKeyOf, oldestIdle, roomierOf, smallerOf, usedBytes } from './model-entries.ts';
import type { HostTarget } from './protocol.ts';
import { createRestartPauses } from './restart-pauses.ts';

/** How models come into memory and leave it: each waits for room, makes it where it may, and is forgotten when it fails or is gone. */

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

/** A model in memory. */
export interface OpenedModel {
  readonly session: Session;
  readonly memoryBytes: number;
  /** Settles when it is gone by itself, as a child that was killed. */
  readonly ended?: Promise<unknown>;
}

/** See {@link createModelLoading}. */
export interface ModelLoading {
  readonly entries: Entries;
  /** The entry of a target: one that is there and serves for it, or one whose load begins now. */
  entryOf(target: HostTarget): Entry;
  /** A request is done with it. Where nobody waits for it any more, an unfinished load is ended. */
  leave(entry: Entry): void;
  /** Closes it. */
  drop(entry: Entry): Promise<void>;
  /** It is gone without our doing. */
  lose(entry: Entry): void;
}

/** Loads within a budget of memory. */
export function createModelLoading(opener: SessionOpener, budgetBytes: number): ModelLoading {
  const entries = new Map<string, Entry>();
  const pauses = createRestartPauses();

  async function drop(entry: Entry): Promise<void> {
    forget(entry);
    await (await entry.opened)[Symbol.asyncDispose]();
  }

  /** Only if nobody opened it anew meanwhile. */
  function forget(entry: Entry): void {
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
  }

  function lose(entry: Entry): void {
    if (entries.get(entry.key) === entry) pauses.ended(entry.key);
    forget(entry);
  }

  function begin(key: string, target: HostTarget): Entry {
    const loading = new AbortController();
    const opened: Promise<OpenedModel> = sleep(pauses.pauseMs(key), loading.signal).then(() =>
      open(entry, { opener, entries, budgetBytes, drop }),
    );
    const entry = newEntry(key, target, { loading, opened: opened.then(({ session }) => session) });
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

  return {
    entries,
    entryOf(target) {
      const key = `${modelKeyOf(target)} ${target.contextLength}`;
      return entries.get(key) ?? roomierOf(entries, target) ?? begin(key, target);
    },
    leave(entry) {
      entry.requests -= 1;
      entry.lastUsedMs = performance.now();
      if (entry.requests > 0 || entry.ready) return;
      forget(entry);
      entry.loading.abort(stopError('CANCELLED'));
    },
    drop,
    lose,
  };
}

function newEntry(key: string, target: HostTarget, { loading, opened }: Pick<Entry, 'loading' | 'opened'>): Entry {
  return {
    key,
    target,
    opened,
    loading,
    listeners: new Set(),
    ready: undefined,
    stamp: stampOf(target.path),
    memoryBytes: 0,
    requests: 0,
    keepAliveSeconds: 0,
    lastUsedMs: performance.now(),
  };
}

/** What is in memory beside a model that is being opened, and what can be done about it. */
interface Memory {
  readonly opener: SessionOpener;
  readonly entries: Entries;
  readonly budgetBytes: number;
  drop(entry: Entry): Promise<void>;
}

async function open(entry: Entry, memory: Memory): Promise<OpenedModel> {
  const { opener, entries, budgetBytes, drop } = memory;
  const { target, key, loading, listeners } = entry;
  await Promise.all(smallerOf(entries, target).map(drop));
  await reserve(entry, await opener.estimate(target, budgetBytes - busyBytes(entries)), memory);
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
async function reserve(entry: Entry, neededBytes: number, { entries, budgetBytes, drop }: Memory): Promise<void> {
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

/** Size, time and number of a file. Not from the thread pool: its one thread may be at work on a long prompt, and a new question would wait for it. */
export function stampOf(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && [found.size, found.mtimeMs, found.ino].join(' ');
  } catch {
    return undefined; // One that cannot be looked at is none that is known.
  }
}
