import { orAborted } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { requireEmbedded } from '../choose-engine.ts';
import type {
  Engine,
  EngineFacts,
  EngineTarget,
  GenerationEvent,
  LoadEvent,
  OpenOptions,
  Session,
  Tokenized,
  TokenScore,
} from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import type { MachineFacts } from '../machine.ts';
import type { HostConnection } from './connection.ts';
import type { HostOptions } from './find-host.ts';
import type { HostStatus, HostTarget } from './protocol.ts';
import { threadPoolSize } from './thread-pool.ts';

/** The engines that run files as callers see them: sessions whose work is done in the resident process, or by a child of it. */

/** The engine and the process behind it. */
export interface HostEngine extends Engine {
  /** The session of a file that is in memory already, run by the process itself; undefined where it has to be opened. Starts nothing. */
  openLoaded(target: Extract<EngineTarget, { kind: 'file' }>, options?: OpenOptions): Promise<Session | undefined>;
  /** What is in memory; undefined when no process runs. Starts nothing. */
  status(): Promise<HostStatus | undefined>;
  /** Unloads a model, or ends the process; false when there was nothing to stop. */
  stop(name?: string): Promise<boolean>;
  /** A process that is started from now on is one for several repeatable requests at once: see {@link threadPoolSize}. */
  expectSeveral(): void;
  /** Lets go of the engine process, which stays for its keep-alive. */
  close(): void;
}

/** Loaded when they are first used: most commands reach no process, and most that reach one start none. */
const finding = () => import('./find-host.ts');
const starting = () => import('./start-host.ts');

/** The engine of a home folder. */
export function createHostEngine(options: HostOptions & { readonly machine: () => Promise<MachineFacts> }): HostEngine {
  const connections = new Set<HostConnection>();
  let expectsSeveral = false;
  const reach = async ({ signal, onEvent }: Pick<OpenOptions, 'signal' | 'onEvent'>): Promise<HostConnection> => {
    const { reachHost } = await starting();
    const poolSize = expectsSeveral ? threadPoolSize(await options.machine()) : 1;
    const connection = await reachHost(options, { signal, poolSize, onStart: () => onEvent?.({ type: 'starting-engine' }) });
    connections.add(connection);
    return connection;
  };
  const letGo = (connection: HostConnection): void => {
    connections.delete(connection);
    connection.close();
  };
  const sessionOn = (connection: HostConnection, target: HostTarget, facts: EngineFacts): Session => ({
    ...requestsOn(connection, target),
    facts,
    [Symbol.asyncDispose]: async () => letGo(connection),
  });
  return {
    kind: 'embedded',
    async probe() {
      const facts = await options.machine();
      requireEmbedded(facts);
      return { kind: 'embedded', version: 'llama.cpp', device: `${facts.physicalCores} cores` };
    },
    async open(target, { contextLength, threads, parallel, force, signal, onEvent } = {}) {
      if (target.kind !== 'file') throw new LuciError('ENGINE_UNSUPPORTED', `A file is run here, not ${target.remote}.`);
      const machine = await options.machine();
      if (!target.program) requireEmbedded(machine);
      const hostTarget: HostTarget = {
        path: target.path,
        name: target.name,
        threads: threads ?? machine.physicalCores,
        contextLength,
        parallel,
        force,
        program: target.program,
      };
      const connection = await reach({ signal, onEvent });
      const tell = onEvent && ((event: GenerationEvent | LoadEvent): void => onEvent(event as LoadEvent));
      try {
        const facts = (await finish(connection.request({ type: 'open', target: hostTarget }, tell), signal)) as EngineFacts;
        onEvent?.({ type: 'ready', modelKind: facts.modelKind });
        return sessionOn(connection, hostTarget, facts);
      } catch (error) {
        letGo(connection);
        throw error;
      }
    },
    async openLoaded({ path, name }, { contextLength, threads, onEvent } = {}) {
      const { findHost } = await finding();
      const find = { path, name, contextLength, threads };
      const connection = await findHost(options, { toWork: true, find });
      if (!connection?.found) {
        connection?.close();
        return undefined;
      }
      connections.add(connection);
      onEvent?.({ type: 'ready', modelKind: connection.found.facts.modelKind });
      return sessionOn(connection, connection.found.target, connection.found.facts);
    },
    async status() {
      const { findHost } = await finding();
      const connection = await findHost(options);
      if (!connection) return undefined;
      try {
        return connection.state === 'welcome' ? ((await connection.request({ type: 'status' }).result) as HostStatus) : undefined;
      } finally {
        connection.close();
      }
    },
    async stop(name) {
      const { findHost } = await finding();
      const connection = await findHost(options);
      if (!connection) return false;
      try {
        if (name !== undefined && connection.state === 'welcome')
          return (await connection.request({ type: 'unload', name }).result) === true;
        const { dismiss } = await starting();
        await dismiss(connection);
        return true;
      } finally {
        connection.close();
      }
    },
    expectSeveral() {
      expectsSeveral = true;
    },
    close() {
      for (const connection of connections) connection.close();
      connections.clear();
    },
  };
}

/** What can be asked of a model over a connection. */
function requestsOn(
  connection: HostConnection,
  target: HostTarget,
): Pick<Session, 'generate' | 'countTokens' | 'render' | 'embed' | 'score' | 'tokenize'> {
  return {
    generate: (request, signal) =>
      eventsOf<GenerationEvent>((emit, stop) => {
        const tell = (event: GenerationEvent | LoadEvent): void => emit(event as GenerationEvent);
        return finish(connection.request({ type: 'generate', target, request }, tell), stop);
      }, signal),
    async countTokens(messages, tools) {
      return (await connection.request({ type: 'count', target, messages, tools }).result) as number;
    },
    async render(request, signal) {
      return ((await finish(connection.request({ type: 'render', target, request }), signal)) as string | null) ?? undefined;
    },
    async embed(texts, signal) {
      return (await finish(connection.request({ type: 'embed', target, texts }), signal)) as readonly (readonly number[])[];
    },
    async score(request, signal) {
      return (await finish(connection.request({ type: 'score', target, request }), signal)) as readonly TokenScore[];
    },
    async tokenize(request, signal) {
      return (await finish(connection.request({ type: 'tokenize', target, request }), signal)) as Tokenized;
    },
  };
}

/**
 * The result. An abort cancels the request and is thrown at once: what the process still has to end (a slice of a prompt, a load) is its
 * own matter, and ending the process for it would take its models from everybody. One that hangs is told by its pings.
 */
async function finish({ result, cancel }: ReturnType<HostConnection['request']>, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return result;
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    return await orAborted(result, signal);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
