import type { EngineProgramKind } from '../base/engine-programs.ts';
import type { ModelKind } from '../gguf/file-kind.ts';

/** What runs a model. The caller never knows which engine does. */

/** The engines there are. */
export type EngineKind = 'embedded' | EngineProgramKind | 'remote';

/** Which engine, in words for a person and for a report. */
export interface EngineFacts {
  readonly kind: EngineKind;
  /** As in `node-llama-cpp 3.21.1, llama.cpp v0.4.0`. */
  readonly version: string;
  /** As in `CPU, 2 threads`. */
  readonly device: string;
  /** Tokens the session can hold. */
  readonly contextLength: number;
  /** What the model's file calls itself, where that is known, as in `Qwen2.5 Coder 1.5B Instruct`. */
  readonly modelName?: string;
  /** Tokens the model was trained for, where its file was read. */
  readonly trainedContextLength?: number;
  /** What the model is for, where its file was read. */
  readonly modelKind?: ModelKind;
  /** How many repeatable requests of one thread each compute at once, and faster so (default 1: one after the other, by all threads). */
  readonly repeatableAtOnce?: number;
  /** What it can do beside text. */
  readonly supports: EngineSupport;
}

/** What an engine can do with the model it opened, beside text. */
export interface EngineSupport {
  readonly jsonSchema: boolean;
  /** Tools in the model's own way; the agent asks for them by a grammar elsewhere. */
  readonly tools: boolean;
  /** Whether a call can be demanded (`toolChoice: 'required'`) in that way. */
  readonly requiredCalls: boolean;
  readonly embeddings: boolean;
  readonly seed: boolean;
}

/** What to open. */
export type EngineTarget =
  | {
      readonly kind: 'file' /** First part of a split model. */;
      readonly path: string;
      readonly name: string;
      /** The program that runs it; left out, the embedded engine does. */
      readonly program?: EngineProgram;
    }
  | { readonly kind: 'remote'; readonly remote: string; readonly model: string };

/** A server program that runs models in place of the embedded engine. */
export interface EngineProgram {
  readonly kind: EngineProgramKind;
  /** The program; the same path as the model's for a `.llamafile` with weights of its own. */
  readonly path: string;
  readonly version?: string;
  /** rpc-servers of other machines, as `host:port`, over which it spreads the model. */
  readonly rpc?: readonly string[];
  /** The program's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How to open it. */
export interface OpenOptions {
  /** Tokens (default: what the model was trained for, at most {@link maxDefaultContextLength}, as memory allows). */
  readonly contextLength?: number;
  /** Compute threads (default: physical cores). */
  readonly threads?: number;
  /** How many requests may run at once (default: 4 embedded, as far as memory allows, 1 in a server program). */
  readonly parallel?: number;
  /** Tries a file again whose first load ended the process that tried it (default false: it is refused). */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** News while a model loads. */
  readonly onEvent?: (event: LoadEvent) => void;
}

/** What happens before the first token. */
export type LoadEvent =
  | { readonly type: 'starting-engine' }
  | {
      readonly type: 'loading';
      /** How much of it is there, 0 to 1. */
      readonly fraction: number;
      readonly name?: string;
      /** Of the whole model; left out until its file was looked at. */
      readonly sizeBytes?: number;
    }
  | { readonly type: 'ready'; readonly modelKind?: ModelKind };

/** An engine. `probe` says what it is without loading a model, or throws ENGINE_UNSUPPORTED with the ways out. */
export interface Engine {
  readonly kind: EngineKind;
  /** Whether it can run here, and what it is. */
  probe(signal?: AbortSignal): Promise<Pick<EngineFacts, 'kind' | 'version' | 'device'>>;
  /** Loads a model. Throws ENGINE_FAILED, MEMORY_SHORT and what loading throws. */
  open(target: EngineTarget, options?: OpenOptions): Promise<Session>;
}

/** A model opened by an engine. Leaving the loop over `generate` ends the generation. */
export interface Session extends AsyncDisposable {
  readonly facts: EngineFacts;
  /** Answers a request as it comes; leaving the loop or the signal ends it. The last event says why it ended. */
  generate(request: ChatRequest, signal?: AbortSignal): AsyncIterable<GenerationEvent>;
  /** Tokens of a conversation as this model's chat template writes it. */
  countTokens(messages: readonly ChatMessage[], tools?: readonly ToolDefinition[]): Promise<number>;
  /** The prompt of a conversation, word for word as the model reads it; left out where the engine cannot tell. */
  render?(request: RenderRequest, signal?: AbortSignal): Promise<string | undefined>;
  /** One vector a text. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
  /** How likely the model holds each token of a text to be, and the token after it; left out where the engine cannot tell. */
  score?(request: ScoreRequest, signal?: AbortSignal): Promise<readonly TokenScore[]>;
  /** A text as tokens of this model's vocabulary, or tokens as a text; left out where the engine cannot tell. */
  tokenize?(request: TokenizeRequest, signal?: AbortSignal): Promise<Tokenized>;
}

/** What of a {@link ChatRequest} makes its prompt. */
export type RenderRequest = Pick<ChatRequest, 'messages' | 'tools' | 'thinking'>;

/** A text as it is, without a chat template, or its tokens by their numbers in the model's vocabulary. */
export type TextOrTokens = { readonly text: string } | { readonly tokens: readonly number[] };

/** What is scored. A text begins as the model wants it; tokens are taken as they are. */
export type ScoreRequest = TextOrTokens & {
  /** How many of the likeliest tokens are told at each place. */
  readonly topCount: number;
};

/** What is made into the other of the two. */
export type TokenizeRequest = TextOrTokens & {
  /** Whether a text gets the mark at its beginning, where the model wants one (default true). */
  readonly begins?: boolean;
};

/** Both sides of a text, with the marks by which the model's texts begin and end; left out where it has none. */
export interface Tokenized {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly bosText?: string;
  readonly eosText?: string;
}

/** A token of the text. The texts of all but the last join to the whole; the last is the likeliest that would come next. */
export interface TokenScore {
  readonly text: string;
  /** Natural logarithm, over the whole vocabulary and before any sampling; undefined of the first, which nothing stands before. */
  readonly logProbability: number | undefined;
  /** The likeliest in its place, the first the most likely. */
  readonly top: readonly { readonly text: string; readonly logProbability: number }[];
}

/** One turn of a conversation. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly toolCalls?: readonly ToolCall[];
      /** The reply word for word, where content and calls were parsed out of it: told to the model again, it is in the KV cache. */
      readonly written?: string;
    }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly name: string; readonly content: string };

/** A request of the model to run a tool. `arguments` is what the model wrote, parsed; checked by who runs it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What was written as the arguments, where that is no JSON object: the model is told. */
  readonly unreadable?: string;
}

/** A tool as the model sees it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments object. */
  readonly parameters: JsonSchema;
}

/** A JSON schema, as far as engines turn it into a grammar. */
export type JsonSchema = { readonly [key: string]: unknown };

/** A conversation to go on with. A base model, which has no chat template, is told the texts alone, and continues them. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  /** Whether the model may, must, or must not call a tool (default auto where there are tools). */
  readonly toolChoice?: 'auto' | 'required' | 'none';
  /** The answer is forced into this schema. */
  readonly jsonSchema?: JsonSchema;
  readonly sampling?: Sampling;
  /** Tokens of the answer (default: what the context leaves). */
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  /** The same request gives the same answer on this machine, whatever its load and whatever was asked before (with temperature 0). */
  readonly repeatable?: boolean;
  /** Threads that compute a repeatable request, at most as many as the model was opened with (default: as many as find a core when it begins). */
  readonly threads?: number;
  /** Whether, or how long, a thinking model thinks, where its template or the engine can tell it (default: as the model does). */
  readonly thinking?: boolean | 'low' | 'high';
  /** Tokens of thinking after which it is ended and the answer begins, where the engine can (default: no limit). */
  readonly thinkingTokens?: number;
  /** The texts as they are, without the model's chat template: it continues them. Marks of the template may stand in them. */
  readonly raw?: boolean;
}

/** How the next token is chosen. Temperature 0 is greedy. */
export interface Sampling {
  /** Default 0.7. */
  readonly temperature?: number;
  /** Default 40; 0 turns it off. */
  readonly topK?: number;
  /** Default 0.95. */
  readonly topP?: number;
  /** Default 0.05. */
  readonly minP?: number;
  /** Default 1.0 (off). */
  readonly repeatPenalty?: number;
  /** Default: a new one each time. */
  readonly seed?: number;
  /** What an endpoint does not know of these is left out there; by default it is refused. */
  readonly ifKnown?: boolean;
}

/** Why a generation ended. `repetition`: the model repeated itself without end; never where the answer is forced or `repeatable`. */
export type EndReason = 'stop' | 'length' | 'tool-calls' | 'repetition' | 'filtered' | 'stopped';

/** What a generation says. The last one is always `end`; failures are thrown as LuciError. */
export type GenerationEvent =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | WaitEvent
  | { readonly type: 'end'; readonly reason: EndReason; readonly usage: Usage };

/** Why there is no word yet. Said by the embedded engine, a few times a second at most, and not at all where it is a matter of a moment. */
export type WaitEvent =
  /** Other requests are at work, and this one begins when one of them ends. */
  | { readonly type: 'waiting' }
  /** The prompt is being evaluated; tokens that were in the KV cache count as done. */
  | { readonly type: 'reading'; readonly doneTokens: number; readonly totalTokens: number };

/** Tokens and times of one answer. */
export interface Usage {
  readonly promptTokens: number;
  /** Of those, how many were still in the KV cache. */
  readonly cachedTokens: number;
  readonly generatedTokens: number;
  /** Threads that computed a repeatable answer of the embedded engine: another number may change its last bits, and now and then a word. */
  readonly threads?: number;
  /** Of the first answer after the model was loaded; 0 of those after it. */
  readonly loadMs: number;
  readonly timeToFirstTokenMs: number;
  readonly totalMs: number;
  readonly promptTokensPerSecond: number;
  readonly generatedTokensPerSecond: number;
}
