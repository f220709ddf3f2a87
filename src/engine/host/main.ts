import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { orAborted, stopError } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import type { LoadEvent } from '../engine.ts';
import { createLoadedModels, type UseOptions } from './loaded-models.ts';
import { createSessionOpener } from './open-session.ts';
import { type FromHost, type HostStatus, isToHost, readMessages, type ToHost } from './protocol.ts';
import { runTrial } from './trial-main.ts';

/**
 * The resident engine process. Started by the first command that needs a model, reused by later ones over a socket,
 * and gone after an idle time. The only place where native code opens model files, and the parent of server programs that do.
 */

if (process.argv[2] === '--trial') await runTrial(process.argv.slice(3));

const [socketPath = '', tokenPath = '', version = '', stateFolder = '', budget = '', poolSize = '1'] = process.argv.slice(2);
const token = readSmallFile(tokenPath)?.trim() ?? '';
const models = createLoadedModels(createSessionOpener(stateFolder, Number(poolSize)), budget === '' ? undefined : Number(budget));
// Its log may be on a full disk: a word that cannot be written ends nobody's answer.
process.stderr.on('error', () => undefined);
const connections = new Set<Socket>();
let keepAliveSeconds = 60;
let lastActivityMs = performance.now();

const server = createServer(serve);
server.on('error', (error) => {
  process.stderr.write(`cannot listen on ${socketPath}: ${error.message}\n`);
  process.exit(1);
});
server.listen(socketPath);
process.on('SIGTERM', leave);
process.on('SIGINT', () => undefined); // Ctrl+C in the terminal is the command's to handle.

// By a clock that nobody can set: one set back by five days made a keep-alive of 20 seconds one of 120 hours.
setInterval(() => {
  void models.unloadIdle();
  if (models.requests === 0 && !isFindable()) return leave();
  if (connections.size > 0 || models.requests > 0) lastActivityMs = performance.now();
  else if (performance.now() - lastActivityMs > keepAliveSeconds * 1000 && models.count === 0) leave();
}, 500);

/** Without its key, or with another one in its place, no command can find this process any more: it has no reason to stay. */
function isFindable(): boolean {
  try {
    return readSmallFile(tokenPath)?.trim() === token;
  } catch (error) {
    return !isLuciError(error, 'STATE_BROKEN'); // What is no file is no key.
  }
}

function leave(): void {
  // Not the socket of a process that has come after this one.
  if (process.platform !== 'win32' && isFindable()) rmSync(socketPath, { force: true });
  const exit = (): never => process.exit(0);
  // Children are stopped; one that does not leave in time is ended by its guard when this process is gone.
  setTimeout(exit, 1500);
  void models.close().then(exit);
}

/** What was agreed with who connected: nothing yet, all of it, or only that this process may be asked to leave. */
type Handshake = 'none' | 'accepted' | 'other-version';

/** Looking at the process does not make it stay longer. */
const looksOnly: readonly ToHost['type'][] = ['status', 'cancel', 'ping', 'leave', 'unload'];

type Request = Exclude<ToHost, { type: 'hello' | 'cancel' | 'ping' | 'leave' }>;

/** A command that is connected. */
interface Connection {
  readonly socket: Socket;
  readonly running: Map<number, AbortController>;
  handshake: Handshake;
  hasWorked: boolean;
  send(message: FromHost): void;
}

function serve(socket: Socket): void {
  const connection: Connection = {
    socket,
    running: new Map(),
    handshake: 'none',
    hasWorked: false,
    send(message) {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    },
  };
  connections.add(socket);
  socket.on('error', () => undefined); // The 'close' that follows ends its requests.
  socket.on('close', () => {
    connections.delete(socket);
    for (const controller of connection.running.values()) controller.abort(stopError('CANCELLED'));
    if (connection.hasWorked) lastActivityMs = performance.now();
    if (keepAliveSeconds === 0 && connections.size === 0) leave();
  });
  readMessages<ToHost>(socket, (message) => {
    if (typeof message !== 'object' || message === null) return void socket.destroy();
    connection.hasWorked ||= message.type === 'hello' ? message.find !== undefined : !looksOnly.includes(message.type);
    if (connection.hasWorked) lastActivityMs = performance.now();
    if (message.type === 'hello') greet(connection, message);
    else if (isAllowed(connection, message)) receive(connection, message);
    else socket.destroy();
  });
}

/**
 * Words of no form of ours end their connection and nothing else. A command of another version may only ask this process to leave: its
 * other words may mean something else.
 */
function isAllowed({ handshake }: Connection, message: ToHost): boolean {
  if (!isToHost(message)) return false;
  return handshake === 'accepted' || (handshake === 'other-version' && message.type === 'leave');
}

function receive(connection: Connection, message: Exclude<ToHost, { type: 'hello' }>): void {
  if (message.type === 'ping') connection.send({ type: 'pong' });
  else if (message.type === 'cancel') connection.running.get(message.id)?.abort(stopError('CANCELLED'));
  else if (message.type === 'leave') {
    connection.send({ type: 'done', id: message.id, result: true });
    setTimeout(leave, 20);
  } else void run(connection, message);
}

/** Who connects is let in by the token, and understood by the version. */
function greet(connection: Connection, opening: Extract<ToHost, { type: 'hello' }>): void {
  const { pid } = process;
  if (!isSameToken(opening.token)) {
    connection.send({ type: 'refused', reason: 'token', pid });
    connection.socket.end();
  } else if (opening.version !== version) {
    connection.handshake = 'other-version';
    connection.send({ type: 'refused', reason: 'version', pid });
  } else {
    connection.handshake = 'accepted';
    keepAliveSeconds = opening.keepAliveSeconds ?? keepAliveSeconds;
    connection.send({ type: 'welcome', pid, found: opening.find && models.find(opening.find) });
  }
}

/** A cancelled request is answered at once; what it has in a batch comes out of it when the batch is done, and nobody else is disturbed. */
async function run({ running, send }: Connection, request: Request): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  const { signal } = controller;
  try {
    send({ type: 'done', id, result: await orAborted(answer(request, { signal, keepAliveSeconds }, send), signal) });
  } catch (error) {
    send({ type: 'failed', id, error: asLuciError(error).toJSON() });
  } finally {
    running.delete(id);
  }
}

async function answer(message: Request, options: UseOptions, send: (message: FromHost) => void): Promise<unknown> {
  const { signal } = options;
  const onLoad = (event: LoadEvent): void => send({ type: 'event', id: message.id, event });
  switch (message.type) {
    case 'open':
      return models.use(message.target, { ...options, onLoad }, async ({ facts }) => facts);
    case 'generate':
      return models.use(message.target, options, async (session) => {
        for await (const event of session.generate(message.request, signal)) send({ type: 'event', id: message.id, event });
      });
    case 'count':
      return models.use(message.target, options, (session) => session.countTokens(message.messages, message.tools));
    case 'render':
      return models.use(message.target, options, async (session) => (await session.render?.(message.request, signal)) ?? null);
    case 'embed':
      return models.use(message.target, options, (session) => session.embed(message.texts, signal));
    case 'score':
      return models.use(message.target, options, async (session) => {
        if (session.score) return session.score(message.request, signal);
        throw new LuciError('ENGINE_UNSUPPORTED', `What runs ${message.target.name} does not tell how likely its tokens are.`);
      });
    case 'tokenize':
      return models.use(message.target, options, async (session) => {
        if (session.tokenize) return session.tokenize(message.request, signal);
        throw new LuciError('ENGINE_UNSUPPORTED', `What runs ${message.target.name} does not tell its tokens.`);
      });
    case 'status':
      return {
        pid: process.pid,
        version,
        memoryBytes: process.memoryUsage.rss(),
        keepAliveSeconds,
        models: models.list(),
      } satisfies HostStatus;
    case 'unload':
      return models.unload(message.name);
  }
}

/** What comes over a socket may be anything, and whoever sends it must not end this process. */
function isSameToken(given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What is not an error of luci is one of the engine, told by its first line; the rest is in this process's log. */
function asLuciError(error: unknown): LuciError {
  if (isLuciError(error)) return error;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return new LuciError('ENGINE_FAILED', `The engine failed: ${reason}`, { hint: 'luci stop, then run the command again' });
}
