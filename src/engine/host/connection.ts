import { connect, type Socket } from 'node:net';
import { LuciError, luciErrorFrom } from '../../base/errors.ts';
import type { GenerationEvent, LoadEvent } from '../engine.ts';
import { type FoundModel, type FromHost, readMessages, type ToHost } from './protocol.ts';

/** One connection of a command to the engine process. */

/** A request without its number. */
export type HostRequest =
  Exclude<ToHost, { type: 'hello' | 'cancel' | 'ping' }> extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** What is told of a request before its result. */
export type RequestEvent = GenerationEvent | LoadEvent;

/** A connection that was let in. It keeps this process alive as long as a request is under way, and no longer. */
export interface HostConnection {
  readonly pid: number;
  /** `refused` when a process of another version listens. */
  readonly state: 'welcome' | 'refused';
  /** What the handshake asked for, where it is in memory. */
  readonly found: FoundModel | undefined;
  /** Sends a request; the promise is its result. */
  request(request: HostRequest, onEvent?: (event: RequestEvent) => void): { readonly result: Promise<unknown>; cancel(): void };
  close(): void;
}

const handshakeTimeoutMs = 5000;
/** Looks at a process that is at work and says nothing; by ticks, not by the clock, which goes on while a machine sleeps. */
const tickMs = 2000;
const maxSilentTicks = 4;

type Handshake = Omit<Extract<ToHost, { type: 'hello' }>, 'type'>;

/** Connects, and agrees on token and version. Rejects with the system's error when nobody listens. */
export function connectToHost(socketPath: string, handshake: Handshake): Promise<HostConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      // From here on whatever goes wrong ends in 'close', which tells those who wait.
      socket.removeListener('error', reject);
      socket.on('error', () => undefined);
      converse(socket, handshake).then(resolve, reject);
    });
  });
}

/** Is let in or not; then hears the answers to what is asked. */
function converse(socket: Socket, handshake: Handshake): Promise<HostConnection> {
  return new Promise((resolve, reject) => {
    // A process that is stopped or stuck still accepts; it counts as not there.
    const handshakeTimer = setTimeout(() => socket.destroy(), handshakeTimeoutMs);
    const waiting = new Map<number, Waiting>();
    let silentTicks = 0;
    const look = (pid: number): void => {
      if (waiting.size === 0) return;
      silentTicks += 1;
      // Its work is done in other threads: a process that does not answer within seconds hangs.
      if (silentTicks > maxSilentTicks) endHung(pid, socket);
      else send(socket, { type: 'ping' });
    };
    socket.on('close', () => {
      clearTimeout(handshakeTimer);
      reject(crashed());
      for (const entry of waiting.values()) entry.reject(crashed());
      waiting.clear();
    });
    readMessages<FromHost>(socket, (message) => {
      silentTicks = 0;
      if (message.type === 'pong') return;
      if (message.type !== 'welcome' && message.type !== 'refused') return settle(message, waiting, socket);
      clearTimeout(handshakeTimer);
      if (message.type === 'refused' && message.reason === 'token') return reject(keyRefused());
      const looking = setInterval(() => look(message.pid), tickMs).unref();
      socket.on('close', () => clearInterval(looking));
      socket.unref();
      resolve(connectionOn(socket, message, waiting));
    });
    send(socket, { type: 'hello', ...handshake });
  });
}

function keyRefused(): LuciError {
  return new LuciError('ENGINE_FAILED', 'The engine process does not accept this user.', { hint: 'luci stop --all' });
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  onEvent: ((event: RequestEvent) => void) | undefined;
}

/** A process that hangs is ended, so that the next command gets a new one. */
function endHung(pid: number, socket: Socket): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
  socket.destroy();
}

/** With the last request the process may end: nothing else of a connection keeps it. */
function settle(message: Exclude<FromHost, { type: 'welcome' | 'refused' | 'pong' }>, waiting: Map<number, Waiting>, socket: Socket): void {
  const entry = waiting.get(message.id);
  if (message.type === 'event') {
    entry?.onEvent?.(message.event);
    return;
  }
  waiting.delete(message.id);
  if (message.type === 'done') entry?.resolve(message.result);
  else entry?.reject(luciErrorFrom(message.error));
  if (waiting.size === 0) socket.unref();
}

function connectionOn(
  socket: Socket,
  answer: Extract<FromHost, { type: 'welcome' | 'refused' }>,
  waiting: Map<number, Waiting>,
): HostConnection {
  let lastId = 0;
  return {
    pid: answer.pid,
    state: answer.type,
    found: answer.type === 'welcome' ? answer.found : undefined,
    request(request, onEvent) {
      lastId += 1;
      const id = lastId;
      const result = new Promise<unknown>((resolve, reject) => {
        if (socket.destroyed) return reject(crashed());
        socket.ref();
        waiting.set(id, { resolve, reject, onEvent });
        send(socket, { ...request, id } as ToHost);
      });
      return { result, cancel: () => send(socket, { type: 'cancel', id }) };
    },
    close: () => void socket.end(),
  };
}

function send(socket: Socket, message: ToHost): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

function crashed(): LuciError {
  return new LuciError('ENGINE_CRASHED', 'The engine process ended in the middle of its work.', {
    hint: 'Run the command again. Its last words are in logs/engine.log of the home folder.',
  });
}
