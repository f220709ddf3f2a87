import type { Luci } from '../app/luci.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import type { JsonSchema } from '../engine/engine.ts';
import { httpLine } from './http-line.ts';
import { programLine } from './program-line.ts';
import type { Client, Transport } from './sdk.ts';
import type { McpServerConfig } from './server-config.ts';

/** One server of others, a program or an address: connected, asked for its tools, and left. */

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

/** A server that may be spoken with. */
export interface ServerLink {
  /** Starts or reaches it and asks for its tools. @throws CONFIG_INVALID, NOT_FOUND, OFFLINE, NETWORK_FAILED, TIMED_OUT, FAILED with its name */
  connect(): Promise<ConnectedServer>;
  /** Leaves it. A program is ended: its input is closed, then it is asked, then it is killed. */
  close(): Promise<void>;
}

/** How messages come and go. */
export interface ServerLine {
  readonly transport: Transport;
  /** What it said last beside the protocol; empty for nothing. */
  lastLine(): string;
  /** Called when the connection has ended. */
  onEnd(): void;
  /** Called before luci ends it. */
  beforeClose(): Promise<void>;
}

/** How it is connected. */
export interface ServerLinkOptions {
  /** What every program gets of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The door to servers with an address. */
  readonly net: Luci['net'];
  /** After so long without an answer it is given up. */
  readonly timeoutMs: number;
  /** A call that says nothing for so long is given up (default 60,000). */
  readonly callTimeoutMs?: number;
  /** Told when it has ended, however. */
  readonly onEnd?: () => void;
}

/** However much a call says, it is given up after so long. */
const maxCallMs = 600_000;

/** A server that is not connected yet. */
export async function serverLink(
  config: McpServerConfig,
  { environment, net, timeoutMs, callTimeoutMs = 60_000, onEnd }: ServerLinkOptions,
): Promise<ServerLink> {
  const { name, prefix, place, problem } = config;
  const { Client } = await import('./sdk.ts');
  // luci makes one call after the other, so an answer that broke is that of the call under way.
  let underWay: AbortController | undefined;
  const onBroken = (error: unknown): void => underWay?.abort(error);
  const line = 'url' in place ? await httpLine(place, { net, maxSilenceMs: maxCallMs, onBroken }) : await programLine(place, environment);
  const hide = hiding(place);
  const client = new Client({ name: 'luci', version });
  let hasEnded = false;
  client.onclose = () => {
    hasEnded = true;
    line.onEnd();
    onEnd?.();
  };
  return {
    async connect() {
      if (problem !== undefined) throw new LuciError('CONFIG_INVALID', `The MCP server ${name} cannot be used: ${problem}.`);
      const limits = { timeout: timeoutMs };
      try {
        await client.connect(line.transport, limits);
        const { tools } = await client.listTools(undefined, limits);
        const self = client.getServerVersion();
        return {
          name,
          prefix,
          self: self ? `${self.name} ${self.version}` : name,
          tools: tools.map((tool) => ({ name: tool.name, description: tool.description ?? '', parameters: tool.inputSchema })),
          async call(tool, given, signal) {
            if (hasEnded) throw new Error(`the MCP server ${name} has ended`);
            const broken = new AbortController();
            underWay = broken;
            return callTool(client, { server: name, tool, given, signal, broken: broken.signal, timeout: callTimeoutMs, hide });
          },
        };
      } catch (error) {
        void client.close().catch(() => undefined); // One that does not answer may take its time to end, too.
        throw startProblem(config, error, { timeoutMs, said: hide(line.lastLine()).slice(0, 300), hide });
      }
    },
    async close() {
      await line.beforeClose();
      await client.close();
    },
  };
}

type Hide = (text: string) => string;

/** Shorter values are no secrets, and stand in every text. */
const minSecret = 4;

/** Takes the values that a server is given for itself out of a text: they may be secrets, and it may say them back. */
function hiding(place: McpServerConfig['place']): Hide {
  const given = 'url' in place ? [...Object.values(place.headers), ...new URL(place.url).searchParams.values()] : Object.values(place.env);
  // Of `Bearer KEY` the key alone is a secret as well.
  const secrets = [...given, ...given.flatMap((value) => value.split(/\s+/))].filter(({ length }) => length >= minSecret);
  secrets.sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

interface Call {
  readonly server: string;
  readonly tool: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  /** Fires with what broke the answer. */
  readonly broken: AbortSignal;
  readonly timeout: number;
  readonly hide: Hide;
}

async function callTool(client: Client, { server, tool, given, signal, broken, timeout, hide }: Call): Promise<string> {
  const stop = signal ? AbortSignal.any([signal, broken]) : broken;
  const how = { signal: stop, timeout, maxTotalTimeout: maxCallMs, resetTimeoutOnProgress: true, onprogress: () => undefined };
  const result = await client.callTool({ name: tool, arguments: { ...given } }, how).catch((error: unknown) => {
    throw signal?.aborted ? error : new Error(hide(callProblem(server, broken.aborted ? broken.reason : error, timeout)));
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
  if (isLuciError(error)) return `the MCP server ${name} cannot be ${code === 'FAILED' ? 'used' : 'reached'}: ${error.message}`;
  return `the MCP server ${name} says: ${messageOf(error)}`;
}

interface StartFacts {
  readonly timeoutMs: number;
  /** The last line it wrote to stderr. */
  readonly said: string;
  readonly hide: Hide;
}

function startProblem({ name, place }: McpServerConfig, error: unknown, { timeoutMs, said, hide }: StartFacts): LuciError {
  const hint = 'luci mcp list';
  const code = codeOf(error);
  if (isLuciError(error)) {
    if (code === 'CONFIG_INVALID') return error;
    return new LuciError(error.code, `The MCP server ${name} cannot be reached: ${hide(withoutStop(error.message))}.`, { hint });
  }
  if (code === 'ENOENT' && 'command' in place)
    return new LuciError('NOT_FOUND', `The MCP server ${name} cannot be started: there is no program ${place.command}.`, { hint });
  if (code === 'REQUEST_TIMEOUT')
    return new LuciError('TIMED_OUT', `The MCP server ${name} did not answer within ${timeoutMs / 1000} s.`, { hint });
  const why = code === 'CONNECTION_CLOSED' ? `it ended${said === '' ? '' : `, and said: ${said}`}` : withoutStop(hide(messageOf(error)));
  return new LuciError('FAILED', `The MCP server ${name} cannot be used: ${why}.`, { hint });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** What an error says; of an answer that is none in the protocol, its HTTP status first. */
function messageOf(error: unknown): string {
  const status = typeof error === 'object' && error !== null && 'status' in error ? `it answers with HTTP status ${error.status}: ` : '';
  return `${status}${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
