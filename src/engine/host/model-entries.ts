import { minContextLength } from '../defaults.ts';
import type { LoadEvent, Session } from '../engine.ts';
import type { HostTarget, LoadedModel } from './protocol.ts';

/** What the engine process knows of each model in memory, and what is decided by looking at all of them. */

/** A model in memory, or on its way there. */
export interface Entry {
  readonly key: string;
  readonly target: HostTarget;
  readonly opened: Promise<Session>;
  /** Ends the load. */
  readonly loading: AbortController;
  /** Who waits for it and wants to know how far it is. */
  readonly listeners: Set<(event: LoadEvent) => void>;
  ready: Session | undefined;
  /** Size, time and number of the file when it was opened. */
  readonly stamp: string | undefined;
  /** 0 until there is room for it; then the estimate, and what it is when it is open. */
  memoryBytes: number;
  requests: number;
  keepAliveSeconds: number;
  /** By the clock that only goes forward. */
  lastUsedMs: number;
}

/** All of them, by key. */
export type Entries = ReadonlyMap<string, Entry>;

/** Bytes that are taken, those of unfinished loads included. */
export function usedBytes(entries: Entries): number {
  return [...entries.values()].reduce((sum, entry) => sum + entry.memoryBytes, 0);
}

/** Bytes of those that do not leave when room is needed. */
export function busyBytes(entries: Entries): number {
  return [...entries.values()].reduce((sum, { ready, requests, memoryBytes }) => (ready && requests === 0 ? sum : sum + memoryBytes), 0);
}

/** The idle model that was used longest ago. */
export function oldestIdle(entries: Entries): Entry | undefined {
  const idle = [...entries.values()].filter((entry) => entry.ready && entry.requests === 0);
  return idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs)[0];
}

/** The same model with less context, and nobody at work on it: it is not kept beside a larger one. */
export function smallerOf(entries: Entries, target: HostTarget): Entry[] {
  return [...entries.values()].filter(
    (entry) => entry.ready && entry.requests === 0 && entry.target !== target && modelKeyOf(entry.target) === modelKeyOf(target),
  );
}

/** What is in memory under other words: with more context than is asked for. */
export function roomierOf(entries: Entries, target: HostTarget): Entry | undefined {
  const wanted = target.contextLength ?? minContextLength;
  return [...entries.values()].find(
    ({ ready, target: known }) => ready && modelKeyOf(known) === modelKeyOf(target) && ready.facts.contextLength >= wanted,
  );
}

/** What serves for a target as it is, run by the engine process itself: the same words, or more context than is asked for. */
export function usableAs(entries: Entries, { path, contextLength, threads }: HostTarget): Entry | undefined {
  return [...entries.values()].find(({ ready, target }) => {
    if (!ready || target.program || target.path !== path || (threads ?? target.threads) !== target.threads) return false;
    return ready.facts.contextLength >= (contextLength ?? minContextLength) || target.contextLength === contextLength;
  });
}

/** Idle for longer than it was to be kept. */
export function isOverdue(entry: Entry): boolean {
  return entry.ready !== undefined && entry.requests === 0 && idleMs(entry) >= entry.keepAliveSeconds * 1000;
}

/** A row of `luci ps`; none for a model that is not open yet. */
export function statusOf(entry: Entry): LoadedModel[] {
  const { ready, target, memoryBytes, requests, keepAliveSeconds } = entry;
  if (!ready) return [];
  const idleSeconds = requests > 0 ? 0 : idleMs(entry) / 1000;
  return [
    {
      name: target.name,
      path: target.path,
      engine: ready.facts,
      memoryBytes,
      requests,
      idleSeconds: Math.round(idleSeconds),
      leavesInSeconds: requests > 0 ? undefined : Math.max(0, Math.round(keepAliveSeconds - idleSeconds)),
    },
  ];
}

/** What names a model in memory but for its context length. Not its environment: two terminals share a model. */
export function modelKeyOf({ path, threads, program }: HostTarget): string {
  return JSON.stringify([path, threads, program?.kind, program?.path, program?.rpc]);
}

function idleMs({ lastUsedMs }: Pick<Entry, 'lastUsedMs'>): number {
  return performance.now() - lastUsedMs;
}
