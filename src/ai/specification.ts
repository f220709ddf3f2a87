/**
 * What luci reads and writes of the provider specification of the AI SDK, version 3, as types of its own: no package is needed for
 * them. Version 4 adds parts that luci does not write and one setting, `reasoning`, which it reads.
 */

/** A value of JSON. */
export type JsonValue = null | string | number | boolean | JsonValue[] | { [key: string]: JsonValue | undefined };

/** A language model. */
export interface LuciLanguageModel {
  readonly specificationVersion: 'v3';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  /** A whole answer. */
  doGenerate(options: CallOptions): Promise<GenerateResult>;
  /** An answer as it comes. The promise is kept when the model is open; cancelling the stream ends the generation. */
  doStream(options: CallOptions): Promise<{ stream: ReadableStream<StreamPart> }>;
}

/** A model that makes vectors. */
export interface LuciEmbeddingModel {
  readonly specificationVersion: 'v3';
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  /** One vector a text. */
  doEmbed(options: EmbedOptions): Promise<{ embeddings: number[][]; usage: { tokens: number }; warnings: Warning[] }>;
}

/** What a call may say. */
export interface CallOptions {
  readonly prompt: readonly PromptMessage[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseFormat?: { readonly type: 'text' } | { readonly type: 'json'; readonly schema?: object };
  readonly tools?: readonly ToolOption[];
  readonly toolChoice?: { readonly type: 'auto' | 'none' | 'required' } | { readonly type: 'tool'; readonly toolName: string };
  /** How long the model thinks; of version 4. */
  readonly reasoning?: 'provider-default' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  readonly abortSignal?: AbortSignal;
  /** Those of luci are under `luci`: see docs/library.md. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** What a call for vectors may say. */
export interface EmbedOptions {
  readonly values: readonly string[];
  /** Of version 4. */
  readonly dimensions?: number;
  readonly abortSignal?: AbortSignal;
}

/** A tool of the program; one of type `provider` is run by its provider, and luci has none. */
export interface ToolOption {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: object;
}

/** One turn of the conversation. */
export type PromptMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user' | 'assistant' | 'tool'; readonly content: readonly PromptPart[] };

/** A part of a turn, of any type. */
export interface PromptPart {
  readonly type: string;
  readonly text?: string;
  readonly mediaType?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: { readonly type: string; readonly value?: unknown; readonly reason?: string };
}

/** What was asked for and cannot be had. */
export type Warning = { type: 'unsupported'; feature: string; details?: string };

/** A call of a tool, for the program to carry out; `input` is text of JSON. */
export interface ToolCallPart {
  type: 'tool-call';
  toolCallId: string;
  toolName: string;
  input: string;
}

/** A part of a whole answer. */
export type ContentPart = { type: 'text' | 'reasoning'; text: string } | ToolCallPart;

/** Why an answer ended; `raw` is luci's own word. */
export interface FinishReason {
  unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';
  raw: string | undefined;
}

/** Tokens of an answer. */
export interface TokenUsage {
  inputTokens: { total: number | undefined; noCache: number | undefined; cacheRead: number | undefined; cacheWrite: undefined };
  outputTokens: { total: number | undefined; text: undefined; reasoning: undefined };
  /** luci's own, with times and speeds. */
  raw?: { [key: string]: JsonValue | undefined };
}

/** What is known of an answer beside its content. */
export interface ResponseMetadata {
  id: string;
  timestamp: Date;
  modelId: string;
}

/** A whole answer. */
export interface GenerateResult {
  content: ContentPart[];
  finishReason: FinishReason;
  usage: TokenUsage;
  response: ResponseMetadata;
  warnings: Warning[];
}

/** A part of an answer that comes piece by piece. */
export type StreamPart =
  | { type: 'stream-start'; warnings: Warning[] }
  | ({ type: 'response-metadata' } & ResponseMetadata)
  | { type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end' | 'tool-input-end'; id: string }
  | { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta'; id: string; delta: string }
  | { type: 'tool-input-start'; id: string; toolName: string }
  | ToolCallPart
  | { type: 'finish'; finishReason: FinishReason; usage: TokenUsage }
  | { type: 'error'; error: unknown };
