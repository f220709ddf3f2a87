import type { Stream } from 'node:stream';
import { isLuciError, LuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import type { JsonSchema } from '../engine/engine.ts';
import type { Client } from './sdk.ts';
import type { McpServerConfig } from './server-config.ts';

/** One server of others: started, asked for its tools, and ended. */

/** A tool as its server describes it. */
export interface ServedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** A server that was asked for its tools. */
export interface ConnectedServer extends Pick<McpServerConfig, 'name' | 'prefix'> {
  /** What it calls itself, as in `files 1.0.0`. */
  readonly self: string;
  readonly tools: readonly ServedTool[];
  /** The text of a result. @throws Error with the server's own words where it says that the call failed */
  call(tool: string, args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<string>;
}

/** A server's process. */
export interface ServerProcess {
  /** Starts it and asks for its tools. @throws CONFIG_INVALID, NOT_FOUND, TIMED_OUT, FAILED with its name */
  connect(): Promise<ConnectedServer>;
  /** Ends it: its input is closed, then it is asked, then it is killed. */
  close(): Promise<void>;
}

/** How it is started. */
export interface ServerProcessOptions {
  /** What every program gets of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** After so long without an answer it is given up. */
  readonly timeoutMs: number;
  /** A call that says nothing for so long is given up (default 60,000). */
  readonly callTimeoutMs?: number;
  /** Told when it has ended, however. */
  readonly onEnd?: () => void;
}

/** However much a call says, it is given up after so long. */
const maxCallMs = 600_000;

/** A server that is not started yet. */
export async function serverProcess(
  config: McpServerConfig,
  { environment, timeoutMs, callTimeoutMs = 60_000, onEnd }: ServerProcessOptions,
): Promise<ServerProcess> {
  const { name, prefix, command, args, env, cwd, problem } = config;
  const { Client, StdioClientTransport } = await import('./sdk.ts');
  let life: Disposable | undefined;
  class Transport extends StdioClientTransport {
    override async start(): Promise<void> {
      await super.start();
      if (this.pid !== null) life = endWithLuci(this.pid);
    }
  }
  const transport = new Transport({ command, args: [...args], cwd, env: { ...environment, ...env }, stderr: 'pipe' });
  const lastLine = lastLineOf(transport.stderr, Object.values(env));
  const client = new Client({ name: 'luci', version });
  let hasEnded = false;
  client.onclose = () => {
    hasEnded = true;
    life?.[Symbol.dispose]();
    onEnd?.();
  };
  return {
    async connect() {
      if (problem !== undefined) throw new LuciError('CONFIG_INVALID', `The MCP server ${name} cannot be started: ${problem}.`);
      const limits = { timeout: timeoutMs };
      try {
        await client.connect(transport, limits);
        const { tools } = await client.listTools(undefined, limits);
        const self = client.getServerVersion();
        return {
          name,
          prefix,
          self: self ? `${self.name} ${self.version}` : name,
          tools: tools.map((tool) => ({ name: tool.name, description: tool.description ?? '', parameters: tool.inputSchema })),
          async call(tool, given, signal) {
            if (hasEnded) throw new Error(`the MCP server ${name} has ended`);
            return callTool(client, { server: name, tool, given, signal, timeout: callTimeoutMs });
          },
        };
      } catch (error) {
        void client.close().catch(() => undefined); // One that does not answer may take its time to end, too.
        throw startProblem(config, error, { timeoutMs, said: lastLine() });
      }
    },
    close: () => client.close(),
  };
}

/** Processes that must not stay behind where luci ends at once. */
const underWay = new Set<number>();

/** Kills a process when luci ends, until this is disposed. */
function endWithLuci(pid: number): Disposable {
  if (underWay.size === 0) process.once('exit', killAll);
  underWay.add(pid);
  return {
    [Symbol.dispose]() {
      underWay.delete(pid);
      if (underWay.size === 0) process.off('exit', killAll);
    },
  };
}

function killAll(): void {
  for (const pid of underWay)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended just now.
    }
}

interface Call {
  readonly server: string;
  readonly tool: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
}

async function callTool(client: Client, { server, tool, given, signal, timeout }: Call): Promise<string> {
  const how = { signal, timeout, maxTotalTimeout: maxCallMs, resetTimeoutOnProgress: true, onprogress: () => undefined };
  const result = await client.callTool({ name: tool, arguments: { ...given } }, how).catch((error: unknown) => {
    throw signal?.aborted ? error : new Error(callProblem(server, error, timeout));
  });
  if (result.isError) throw new Error(textOf(result));
  return textOf(result);
}

/** The parts of a result as text; what is no text is named. */
function textOf(result: { readonly content: readonly object[]; readonly structuredContent?: unknown }): string {
  const parts = (result.content as readonly Readonly<Record<string, unknown>>[]).map((part) => {
    const resource = part['resource'] as Readonly<Record<string, unknown>> | undefined;
    const text = part['type'] === 'text' ? part['text'] : resource?.['text'];
    if (typeof text === 'string') return text;
    return `(${String(part['type'])} ${String(part['mimeType'] ?? part['uri'] ?? resource?.['uri'] ?? '')}: only text can be told)`;
  });
  if (parts.length === 0 && result.structuredContent !== undefined) return JSON.stringify(result.structuredContent);
  return parts.join('\n');
}

function callProblem(name: string, error: unknown, timeout: number): string {
  const code = codeOf(error);
  if (code === 'REQUEST_TIMEOUT') return `the MCP server ${name} did not answer within ${timeout / 1000} s`;
  if (code === 'CONNECTION_CLOSED') return `the MCP server ${name} has ended`;
  return `the MCP server ${name} says: ${messageOf(error)}`;
}

interface StartFacts {
  readonly timeoutMs: number;
  /** The last line it wrote to stderr. */
  readonly said: string;
}

function startProblem({ name, command }: McpServerConfig, error: unknown, { timeoutMs, said }: StartFacts): LuciError {
  if (isLuciError(error)) return error;
  const hint = 'luci mcp list';
  const code = codeOf(error);
  if (code === 'ENOENT')
    return new LuciError('NOT_FOUND', `The MCP server ${name} cannot be started: there is no program ${command}.`, { hint });
  if (code === 'REQUEST_TIMEOUT')
    return new LuciError('TIMED_OUT', `The MCP server ${name} did not answer within ${timeoutMs / 1000} s.`, { hint });
  const why = code === 'CONNECTION_CLOSED' ? `it ended${said === '' ? '' : `, and said: ${said}`}` : messageOf(error);
  return new LuciError('FAILED', `The MCP server ${name} cannot be used: ${why}.`, { hint });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

/** The last line of what a program says on stderr; values of its environment, which may be secrets, are taken out. */
function lastLineOf(stderr: Stream | null, secrets: readonly string[]): () => string {
  let tail = '';
  stderr?.on('data', (piece: Buffer) => {
    tail = (tail + piece.toString()).slice(-4000);
  });
  return () => {
    const line = tail.trim().split('\n').at(-1)?.trim() ?? '';
    return secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), line).slice(0, 300);
  };
}
