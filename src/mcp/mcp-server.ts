import { type Readable, Writable } from 'node:stream';
import { checkCall } from '../agent/check-call.ts';
import type { Luci } from '../app/luci.ts';
import { isLuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { fileTools } from './file-tools.ts';
import { modelTools } from './model-tools.ts';
import type { CallContext, OfferedResult, OfferedTool } from './offered-tool.ts';

/** luci over the Model Context Protocol, on a pair of streams. */

/** How it is offered. */
export interface McpServerOptions {
  readonly input: Readable;
  /** Gets the protocol, message by message; nothing else goes there. */
  readonly write: (text: string) => void;
  /** Folder that the built-in tools work in; without one they are not offered. */
  readonly root?: string;
  /** Whether tools that change files are offered too (default false). */
  readonly allowChanges?: boolean;
  /** Told what went wrong inside. */
  readonly onFault: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** News of a call are sent at most so often, and at least so often: programs give a call up that says nothing for a minute. */
const minNewsMs = 500;
const maxNewsMs = 10_000;

/** Answers until the input ends or the signal fires. */
export async function serveMcp(luci: Luci, options: McpServerOptions): Promise<void> {
  const { input, write, root, allowChanges = false, onFault, signal } = options;
  const { Server, StdioServerTransport, serveStdio } = await import('./sdk.ts');
  const tools = [...modelTools(luci), ...(root === undefined ? [] : await fileTools(luci, root, allowChanges))];
  const output = new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _, done) {
      write(String(text));
      done();
    },
  });
  const makeServer = () => {
    const server = new Server({ name: 'luci', version }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: tools.map(definitionOf) }));
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const token = mcpReq._meta?.progressToken;
      let progress = 0;
      const send = (message: string): void => {
        progress += 1;
        const news = { method: 'notifications/progress', params: { progressToken: token, progress, message } };
        mcpReq.notify(news).catch(() => undefined); // The program is gone; the call ends with it.
      };
      using news = newsOf(token === undefined ? undefined : send);
      return resultOf(await answerCall(tools, params, { signal: mcpReq.signal, tell: news.tell }, onFault));
    });
    return server;
  };
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) input.once(event, () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  const handle = serveStdio(makeServer, { transport: new StdioServerTransport(input, output), onerror: onFault });
  await ended;
  await handle.close();
}

function definitionOf({ name, description, parameters, annotations }: OfferedTool) {
  return { name, title: annotations.title, description, inputSchema: { ...parameters, type: 'object' as const }, annotations };
}

function resultOf({ text, data, isError = false }: OfferedResult) {
  return { content: [{ type: 'text' as const, text }], structuredContent: data, isError };
}

/** Carries a call out. Every failure is a result the program's model can read. */
async function answerCall(
  tools: readonly OfferedTool[],
  { name, arguments: given = {} }: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> },
  context: CallContext,
  onFault: McpServerOptions['onFault'],
): Promise<OfferedResult> {
  const checked = await checkCall(tools, name, given);
  if ('problem' in checked) return { text: `error: ${checked.problem}`, isError: true };
  try {
    return await checked.tool.run(checked.arguments, context);
  } catch (error) {
    if (!isLuciError(error)) onFault(error);
    const hint = isLuciError(error) && error.hint ? `\n${error.hint}` : '';
    return { text: `error: ${error instanceof Error ? error.message : String(error)}${hint}`, isError: true };
  }
}

/** What a call says of itself: the newest, not too often, and again when nothing is new. */
function newsOf(send: ((message: string) => void) | undefined): Disposable & { tell(message: string): void } {
  let last = '';
  let sentAt = 0;
  const say = (): void => {
    sentAt = performance.now();
    send?.(last);
  };
  const again = setInterval(() => last !== '' && say(), maxNewsMs).unref();
  return {
    tell(message) {
      last = message;
      if (sentAt === 0 || performance.now() - sentAt >= minNewsMs) say();
    },
    [Symbol.dispose]: () => clearInterval(again),
  };
}
