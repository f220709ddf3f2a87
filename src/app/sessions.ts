import { stopError } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { type SharedOpening, shareOpening } from '../base/shared-opening.ts';
import type { LoadEvent, OpenOptions, Session } from '../engine/engine.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import type { Models } from './models.ts';
import { tellModel, tellSession } from './tell-decisions.ts';

/**
 * Open models, each of them once: agents, chats and tests that ask for the same model get the same session. It is open as long as
 * somebody has it; one whose engine was lost is given to nobody any more.
 */
export interface Sessions {
  /** A session of a model, for the caller: disposing it ends what the caller asked of it, and nothing of anybody else's. */
  acquire(reference?: string, options?: OpenOptions): Promise<Session>;
  /** Closes all, whoever has them. */
  close(): Promise<void>;
}

/** Opens a model that was chosen. */
export type OpenChosen = (chosen: UsableModel, options: OpenOptions) => Promise<Session>;

interface Shared {
  readonly opening: SharedOpening<Session>;
  /** Who wants to know how the loading goes. */
  readonly listeners: Set<(event: LoadEvent) => void>;
  holders: number;
}

/** None is open at first. */
export function createSessions(models: Pick<Models, 'choose'>, open: OpenChosen): Sessions {
  const all = new Map<string, Shared>();

  function sharedOf(key: string, chosen: UsableModel, how: OpenOptions): Shared {
    const known = all.get(key);
    if (known) return known;
    const listeners: Shared['listeners'] = new Set();
    const onEvent = (event: LoadEvent): void => {
      for (const listener of listeners) listener(event);
    };
    const shared: Shared = { opening: shareOpening((signal) => open(chosen, { ...how, signal, onEvent })), listeners, holders: 0 };
    all.set(key, shared);
    return shared;
  }

  /** The next who asks gets another one. */
  function forget(key: string, shared: Shared): void {
    if (all.get(key) === shared) all.delete(key);
  }

  return {
    async acquire(reference, { signal, onEvent, ...how } = {}) {
      const chosen = await models.choose(reference);
      tellModel(reference, chosen);
      const key = keyOf(chosen, how);
      const shared = sharedOf(key, chosen, how);
      const release = async (): Promise<void> => {
        shared.holders -= 1;
        if (shared.holders > 0) return;
        forget(key, shared);
        await shared.opening.close();
      };
      const isOpen = shared.opening.value !== undefined;
      shared.holders += 1;
      if (onEvent) shared.listeners.add(onEvent);
      try {
        const session = await shared.opening.get(signal);
        if (isOpen) {
          tellSession(chosen, { state: 'shared', engine: session.facts.kind, why: 'this program has it open' });
          onEvent?.({ type: 'ready', modelKind: session.facts.modelKind });
        }
        return leaseOf(session, { onLost: () => forget(key, shared), release });
      } catch (error) {
        await release();
        throw error;
      } finally {
        if (onEvent) shared.listeners.delete(onEvent);
      }
    },
    async close() {
      const open = [...all.values()];
      all.clear();
      await Promise.allSettled(open.map(({ opening }) => opening.close()));
    },
  };
}

/** The same model opened in the same way. */
function keyOf({ name, path, remote }: UsableModel, { contextLength, threads, parallel }: OpenOptions): string {
  return JSON.stringify([remote ? name : path, remote !== undefined, contextLength, threads, parallel]);
}

/** One caller's part in a session. */
function leaseOf(session: Session, { onLost, release }: { readonly onLost: () => void; readonly release: () => Promise<void> }): Session {
  const ended = new AbortController();
  const requireOpen = (): void => {
    if (ended.signal.aborted) throw new LuciError('FAILED', 'This session is closed.');
  };
  const stopOf = (signal: AbortSignal | undefined): AbortSignal => (signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
  const told = (error: unknown): unknown => {
    if (isLuciError(error, 'ENGINE_CRASHED')) onLost();
    return error;
  };
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    requireOpen();
    try {
      return await work();
    } catch (error) {
      throw told(error);
    }
  };
  const { tokenize } = session;
  return {
    facts: session.facts,
    async *generate(request, signal) {
      requireOpen();
      try {
        yield* session.generate(request, stopOf(signal));
      } catch (error) {
        throw told(error);
      }
    },
    countTokens: (messages, tools) => asked(() => session.countTokens(messages, tools)),
    render: session.render && ((request, signal) => asked(async () => session.render?.(request, stopOf(signal)))),
    embed: (texts, signal) => asked(() => session.embed(texts, stopOf(signal))),
    score: session.score && ((request, signal) => asked(async () => (await session.score?.(request, stopOf(signal))) ?? [])),
    tokenize: tokenize && ((request, signal) => asked(() => tokenize(request, stopOf(signal)))),
    async [Symbol.asyncDispose]() {
      if (ended.signal.aborted) return;
      ended.abort(stopError('CANCELLED', 'The session was closed.'));
      await release();
    },
  };
}
