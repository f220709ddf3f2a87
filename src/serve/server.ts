import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { openAnswerJournal } from '../app/answer-journal/answer-journal.ts';
import { createChatFiles } from '../app/chat-files.ts';
import type { Luci } from '../app/luci.ts';
import { within } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { createAnswerRuns } from './answer-runs.ts';
import type { ServeContext } from './context.ts';
import { isLoopbackName } from './host-names.ts';
import { chatAnswer, chatAskedSchema } from './luci/answers.ts';
import { createTestRuns } from './luci/test-runs.ts';
import { updateOf } from './luci/tests.ts';
import { createMetrics } from './metrics.ts';
import { createKeptResponses } from './openai/responses/kept-responses.ts';
import { completionAnswer, completionAskedSchema } from './openai/resumable-chat.ts';
import { createRequestQueue, type QueueLimits } from './request-queue.ts';
import { createRoutes } from './routes.ts';
import { keyIs, readServerKey } from './server-key.ts';

/** luci over HTTP: the doors that programs know, on this machine alone unless its owner says otherwise. */

/** How the server runs. */
export interface ServerOptions extends QueueLimits {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names it may be called by beside those of this machine. */
  readonly allowedHosts: readonly string[];
  readonly onFault: (error: unknown) => void;
  /** What an answer under way may still take when the server is ended (default five seconds). */
  readonly graceMs?: number;
}

/**
 * A server that answers. Disposing it lets the answers under way end for a moment. What is left then is ended in the words of its
 * protocol: a stream by its event for errors, anything else by a status of 503.
 */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
}

const secondMs = 1000;
const defaultGraceMs = 5 * secondMs;
/** What a client may take to read the end of its answer. */
const readEndMs = secondMs;
const idleMs = 50;

/** Starts it. @throws USAGE where others could reach it and there is no key, or the address cannot be had */
export async function startServer(luci: Luci, options: ServerOptions): Promise<RunningServer> {
  const { host, port, allowedHosts, onFault } = options;
  const { serverKey } = luci.settings.serve;
  const isKey = serverKey === undefined ? await readServerKey(luci.directories.state) : keyIs(serverKey);
  const everywhere = !isLoopbackName(host);
  if (everywhere && !isKey)
    throw new LuciError('USAGE', `At ${host} other machines can reach the server, so it needs a key, and there is none.`, {
      hint: `luci serve key\nThen again: luci serve --host ${host}`,
    });
  const ending = new AbortController();
  const { answers: answersFolder, ...directories } = luci.directories;
  const disk = luci.settings.serve.keepAnswers ? openAnswerJournal(answersFolder, { onFault }) : undefined;
  const context: ServeContext = {
    luci,
    ending: ending.signal,
    queue: createRequestQueue(options),
    metrics: createMetrics(),
    chats: createChatFiles({ chatsFolder: directories.chats, trashFolder: directories.trash }),
    responses: createKeptResponses(),
    answers: createAnswerRuns(
      { name: 'chat', askedSchema: chatAskedSchema, isRetried: false, make: (making) => chatAnswer(context, making), onFault },
      disk,
    ),
    completions:
      disk &&
      createAnswerRuns(
        {
          name: 'completion',
          askedSchema: completionAskedSchema,
          isRetried: true,
          make: (making) => completionAnswer(context, making),
          onFault,
        },
        disk,
      ),
    tests: createTestRuns(luci, (event) => updateOf(luci, event)),
    onFault,
  };
  const pageToken = randomBytes(32).toString('base64url');
  const { fetch } = createRoutes(context, { hosts: [...allowedHosts, host], isKey, everywhere, pageToken });
  const server = createAdaptorServer({
    fetch: async (request, binding) => sentAsMade(await fetch(request), binding as { readonly incoming?: IncomingMessage }),
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10 * secondMs,
      requestTimeout: 60 * secondMs,
      keepAliveTimeout: 30 * secondMs,
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    async [Symbol.asyncDispose]() {
      const graceMs = options.graceMs ?? defaultGraceMs;
      // Who reads an answer or watches a test hears its end by that.
      const ended = [context.answers, context.completions, context.tests].map((runs) => runs?.[Symbol.asyncDispose]());
      await within(graceMs, Promise.all(ended));
      await new Promise<void>((resolve) => {
        const cut = (): void => void ('closeAllConnections' in server && server.closeAllConnections());
        let timer = setTimeout(() => {
          ending.abort(new LuciError('BUSY', 'The server is being ended, and this answer with it.'));
          timer = setTimeout(cut, readEndMs);
        }, graceMs);
        // Also those whose answer ends only now: clients would hold them open.
        const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), idleMs);
        server.close(() => {
          clearTimeout(timer);
          clearInterval(idle);
          resolve();
        });
      });
    },
  };
}

/**
 * A stream says by its header that it is one. Without, the adaptor waits a millisecond for its end, to tell its length. HTTP/1.0, as some proxies
 * speak it, does not know the header.
 */
function sentAsMade(response: Response, { incoming }: { readonly incoming?: IncomingMessage }): Response {
  if (response.headers.has('x-accel-buffering') && incoming?.httpVersion === '1.1') response.headers.set('transfer-encoding', 'chunked');
  return response;
}

function listenError({ code, message }: NodeJS.ErrnoException, host: string, port: number): LuciError {
  if (code === 'EADDRINUSE')
    return new LuciError('USAGE', `Port ${port} at ${host} is taken by another program, or by luci itself.`, {
      hint: `luci serve --port ${port + 1}`,
    });
  if (code === 'EACCES')
    return new LuciError('USAGE', `Port ${port} is for the system's own programs.`, { hint: 'luci serve --port 5824' });
  return new LuciError('USAGE', `The server cannot listen at ${host}:${port}: ${code ?? message}.`, {
    hint: 'luci serve --host 127.0.0.1',
  });
}
