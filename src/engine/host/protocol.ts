import type { LuciErrorData } from '../../base/errors.ts';
import type {
  ChatMessage,
  ChatRequest,
  EngineFacts,
  EngineProgram,
  GenerationEvent,
  LoadEvent,
  RenderRequest,
  ScoreRequest,
  TokenizeRequest,
  ToolDefinition,
} from '../engine.ts';

/**
 * What the command and the resident engine process say to each other: one JSON value a line. The words of the handshake (`hello`,
 * `welcome`, `refused`) and `leave` never change: processes of other versions are told to leave by them.
 */

/** A model to open. The same values name the same open model. */
export interface HostTarget {
  readonly path: string;
  readonly name: string;
  readonly contextLength?: number;
  readonly threads?: number;
  /** See {@link OpenOptions.parallel}; counts when the model is not open yet. */
  readonly parallel?: number;
  /** What runs it; left out, the engine process itself does. */
  readonly program?: EngineProgram;
  /** See {@link OpenOptions.force}. */
  readonly force?: boolean;
}

/** From the command. `id` pairs a request with its answers. */
export type ToHost =
  | {
      readonly type: 'hello';
      readonly version: string;
      readonly token: string;
      /** How long to stay after the work to come; left out by those who only look. */
      readonly keepAliveSeconds?: number;
      /** A file to be used next: the answer tells whether it is in memory as it is on the disk now, run by the engine process itself. */
      readonly find?: HostTarget;
    }
  | { readonly type: 'open'; readonly id: number; readonly target: HostTarget }
  | { readonly type: 'generate'; readonly id: number; readonly target: HostTarget; readonly request: ChatRequest }
  | {
      readonly type: 'count';
      readonly id: number;
      readonly target: HostTarget;
      readonly messages: readonly ChatMessage[];
      readonly tools?: readonly ToolDefinition[];
    }
  | { readonly type: 'embed'; readonly id: number; readonly target: HostTarget; readonly texts: readonly string[] }
  | { readonly type: 'render'; readonly id: number; readonly target: HostTarget; readonly request: RenderRequest }
  | { readonly type: 'score'; readonly id: number; readonly target: HostTarget; readonly request: ScoreRequest }
  | { readonly type: 'tokenize'; readonly id: number; readonly target: HostTarget; readonly request: TokenizeRequest }
  | { readonly type: 'cancel'; readonly id: number }
  /** Asks for a sign of life while a request is under way. */
  | { readonly type: 'ping' }
  | { readonly type: 'status'; readonly id: number }
  | { readonly type: 'unload'; readonly id: number; readonly name: string }
  | { readonly type: 'leave'; readonly id: number };

/** From the engine process. */
export type FromHost =
  | { readonly type: 'welcome'; readonly pid: number; readonly found?: FoundModel }
  | { readonly type: 'refused'; readonly reason: 'version' | 'token'; readonly pid: number }
  | { readonly type: 'pong' }
  | { readonly type: 'event'; readonly id: number; readonly event: GenerationEvent | LoadEvent }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: LuciErrorData };

/** A model that need not be opened. */
export interface FoundModel {
  readonly target: HostTarget;
  readonly facts: EngineFacts;
}

/** A model in memory, as `luci ps` shows it. */
export interface LoadedModel {
  readonly name: string;
  readonly path: string;
  readonly engine: EngineFacts;
  readonly memoryBytes: number;
  readonly idleSeconds: number;
  /** Until it is unloaded when nobody uses it; undefined while it is at work. */
  readonly leavesInSeconds?: number;
  readonly requests: number;
}

/** What the engine process says of itself. */
export interface HostStatus {
  readonly pid: number;
  readonly version: string;
  readonly memoryBytes: number;
  readonly keepAliveSeconds: number;
  readonly models: readonly LoadedModel[];
}

/** Whether a message has the form of one, as far as answering it relies on that. What it holds is checked by who reads it. */
export function isToHost(message: ToHost): boolean {
  if (message.type === 'hello' || message.type === 'ping') return true;
  if (typeof message.id !== 'number') return false;
  switch (message.type) {
    case 'open':
      return isTarget(message.target);
    case 'generate':
    case 'render':
      return isTarget(message.target) && Array.isArray(message.request?.messages);
    case 'count':
      return isTarget(message.target) && Array.isArray(message.messages);
    case 'embed':
      return isTarget(message.target) && Array.isArray(message.texts);
    case 'score':
      return isTarget(message.target) && isTextOrTokens(message.request) && typeof message.request.topCount === 'number';
    case 'tokenize':
      return isTarget(message.target) && isTextOrTokens(message.request);
    case 'unload':
      return typeof message.name === 'string';
    case 'cancel':
    case 'status':
    case 'leave':
      return true;
    default:
      return false;
  }
}

function isTextOrTokens(request: unknown): boolean {
  const { text, tokens } = Object(request) as { readonly text?: unknown; readonly tokens?: unknown };
  return typeof text === 'string' || Array.isArray(tokens);
}

function isTarget(target: unknown): boolean {
  const { path, name } = Object(target) as Partial<HostTarget>;
  return typeof path === 'string' && typeof name === 'string';
}

const maxLineBytes = 256 * 1024 ** 2;

/** Splits a stream into JSON values; lines that are none, or too long, end the connection, which is what both sides hear of it. */
export function readMessages<T>(stream: NodeJS.ReadableStream & { destroy(): unknown }, onMessage: (message: T) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineBytes) return void stream.destroy();
    for (const line of lines) {
      let message: T;
      try {
        message = JSON.parse(line) as T;
      } catch {
        return void stream.destroy();
      }
      onMessage(message);
    }
  });
}
