import { timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { orAborted, stopError } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { isNotFound } from '../../base/system-error.ts';
import { createLoadedModels, type UseOptions } from './loaded-models.ts';
import { createSessionOpener } from './open-session.ts';
import { type FromHost, type HostStatus, isToHost, readMessages, type ToHost } from './protocol.ts';
import { runTrial } from './trial-main.ts';

/**
 * The resident engine process. Started by the first command that needs a model, reused by later ones over a socket,
 * and gone after an idle time. The only place where native code opens model files, and the parent of server programs that do.
 */

if (process.argv[2] === '--trial') await runTrial(process.argv.slice(3));

const [socketPath = '', tokenPath = '', version = '', budget = ''] = process.argv.slice(2);
const token = readFileSync(tokenPath, 'utf8').trim();
const models = createLoadedModels(createSessionOpener(dirname(tokenPath)), budget === '' ? undefined : Number(budget));
const connections = new Set<Socket>();
let keepAliveSeconds = 60;
let lastActivityMs = Date.now();

const server = createServer(serve);
server.on('error', (error) => {
  process.stderr.write(`cannot listen on ${socketPath}: ${error.message}\n`);
  process.exit(1);
});
server.listen(socketPath);
process.on('SIGTERM', leave);
process.on('SIGINT', () => undefined); // Ctrl+C in the terminal is the command's to handle.

// By the clock, not by one long timer: timers stand still while a machine sleeps.
setInterval(() => {
  void models.unloadIdle();
  if (models.requests === 0 && !isFindable()) return leave();
  if (connections.size > 0 || models.requests > 0) lastActivityMs = Date.now();
  else if (Date.now() - lastActivityMs > keepAliveSeconds * 1000 && models.count === 0) leave();
}, 500);

/** Without its key, or with another one in its place, no command can find this process any more: it has no reason to stay. */
function isFindable(): boolean {
  try {
    return readFileSync(tokenPath, 'utf8').trim() === token;
  } catch (error) {
    return !isNotFound(error);
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

function serve(socket: Socket): void {
  const running = new Map<number, AbortController>();
  let isWelcome = false;
  let isOfOurVersion = false;
  let hasWorked = false;
  connections.add(socket);
  const send = (message: FromHost): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
  socket.on('error', () => undefined); // The 'close' that follows ends its requests.
  socket.on('close', () => {
    connections.delete(socket);
    for (const controller of running.values()) controller.abort(stopError('CANCELLED'));
    if (hasWorked) lastActivityMs = Date.now();
    if (keepAliveSeconds === 0 && connections.size === 0) leave();
  });
  readMessages<ToHost>(socket, (message) => {
    if (typeof message !== 'object' || message === null) return void socket.destroy();
    // Looking at the process does not make it stay longer.
    hasWorked ||=
      message.type === 'hello' ? message.find !== undefined : !['status', 'cancel', 'ping', 'leave', 'unload'].includes(message.type);
    if (hasWorked) lastActivityMs = Date.now();
    if (message.type === 'hello') {
      if (!isSameToken(message.token)) {
        send({ type: 'refused', reason: 'token', pid: process.pid });
        return void socket.end();
      }
      isWelcome = true;
      isOfOurVersion = message.version === version;
      if (!isOfOurVersion) return send({ type: 'refused', reason: 'version', pid: process.pid });
      keepAliveSeconds = message.keepAliveSeconds ?? keepAliveSeconds;
      const found = message.find && models.find(message.find);
      return send({ type: 'welcome', pid: process.pid, found });
    }
    // Words of no form of ours end their connection and nothing else.
    if (!isWelcome || !isToHost(message)) return void socket.destroy();
    // A command of another version may only ask this process to leave: its other words may mean something else.
    if (!isOfOurVersion && message.type !== 'leave') return void socket.destroy();
    if (message.type === 'ping') return send({ type: 'pong' });
    if (message.type === 'cancel') return running.get(message.id)?.abort(stopError('CANCELLED'));
    if (message.type === 'leave') {
      send({ type: 'done', id: message.id, result: true });
      return void setTimeout(leave, 20);
    }
    const controller = new AbortController();
    running.set(message.id, controller);
    // A cancelled request is answered at once; what it has in a batch comes out of it when the batch is done, and nobody else is disturbed.
    orAborted(answer(message, { signal: controller.signal, keepAliveSeconds }, send), controller.signal)
      .then(
        (result) => send({ type: 'done', id: message.id, result }),
        (error: unknown) => send({ type: 'failed', id: message.id, error: asLuciError(error).toJSON() }),
      )
      .finally(() => running.delete(message.id));
  });
}

async function answer(
  message: Exclude<ToHost, { type: 'hello' | 'cancel' | 'ping' | 'leave' }>,
  options: UseOptions,
  send: (message: FromHost) => void,
): Promise<unknown> {
  const { signal } = options;
  switch (message.type) {
    case 'open':
      return models.use(message.target, options, async ({ facts }) => facts);
    case 'generate':
      return models.use(message.target, options, async (session) => {
        for await (const event of session.generate(message.request, signal)) send({ type: 'event', id: message.id, event });
      });
    case 'count':
      return models.use(message.target, options, (session) => session.countTokens(message.messages, message.tools));
    case 'embed':
      return models.use(message.target, options, (session) => session.embed(message.texts, signal));
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
