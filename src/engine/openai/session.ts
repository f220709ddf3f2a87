import { abortError, throwIfAborted } from '../../base/abort.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import type { Net, NetResponse } from '../../net/net.ts';
import type {
  ChatMessage,
  ChatRequest,
  EndReason,
  EngineFacts,
  GenerationEvent,
  JsonSchema,
  Session,
  ToolCall,
  ToolDefinition,
  Usage,
} from '../engine.ts';
import { grammarOf } from '../schema-grammar.ts';
import { type Dialect, takesAllSampling } from './dialect.ts';
import { readEventStream } from './event-stream.ts';
import { watchOver } from './watch-over.ts';

/** A model behind an OpenAI-compatible endpoint: llama-server, llamafile, vLLM, or somebody's service. One client for all of them. */

/** Where it is, and what it is known to be able to do. */
export interface OpenAiTarget {
  readonly net: Net;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** A secret: only ever a header. */
  readonly apiKey?: string;
  readonly model: string;
  readonly facts: EngineFacts;
  readonly dialect: Dialect;
  /** Whether the server still answers, for one that is ours: asked while it is silent. */
  readonly isAlive?: () => Promise<boolean>;
  readonly onClose?: () => Promise<void>;
}

/** How long a prompt may be worked on without a sign. */
const idleTimeoutMs = 600_000;

/** A session on it. Nothing is asked before the first request. */
export function openAiSession(target: OpenAiTarget): Session {
  const { facts, model, onClose, dialect } = target;
  return {
    facts,
    generate: (request, signal) => generate(target, request, signal),
    async countTokens(messages, tools) {
      if (dialect !== 'llama-server') return roughTokens(messages, tools);
      const root = target.baseUrl.replace(/\/v1$/, '');
      const templated = await post(target, `${root}/apply-template`, { messages: messages.map(toWire), ...toolsToWire(tools) });
      const tokenized = await post(target, `${root}/tokenize`, { content: String(templated['prompt'] ?? ''), add_special: true });
      return Array.isArray(tokenized['tokens']) ? tokenized['tokens'].length : roughTokens(messages, tools);
    },
    async embed(texts, signal) {
      const { data } = await post(target, `${target.baseUrl}/embeddings`, { model, input: texts }, signal);
      if (!Array.isArray(data)) throw new LuciError('ENGINE_FAILED', `${placeOf(target)} gives no vectors.`);
      return (data as { embedding: number[] }[]).map(({ embedding }) => embedding);
    },
    async [Symbol.asyncDispose]() {
      await onClose?.();
    },
  };
}

/** Four characters a token: what can be said without the tokenizer. */
function roughTokens(messages: readonly ChatMessage[], tools: readonly ToolDefinition[] = []): number {
  const characters = messages.reduce((sum, { content }) => sum + content.length + 16, 0) + JSON.stringify(tools).length;
  return Math.ceil(characters / 4);
}

function toWire(message: ChatMessage): unknown {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content: message.content };
  return {
    role: 'assistant',
    content: message.content,
    tool_calls: message.toolCalls.map(({ id, name, arguments: args }) => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
    })),
  };
}

function toolsToWire(tools: readonly ToolDefinition[] | undefined): object {
  if (!tools?.length) return {};
  return { tools: tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } })) };
}

function bodyOf({ model, dialect }: OpenAiTarget, request: ChatRequest): object {
  const { messages, tools, toolChoice, jsonSchema, sampling = {}, maxTokens, stop, thinking } = request;
  const { temperature = 0.7, topP = 0.95, seed, topK, minP, repeatPenalty } = sampling;
  const more = {
    top_k: topK,
    min_p: minP,
    repeat_penalty: repeatPenalty,
    chat_template_kwargs: thinking === undefined ? undefined : { enable_thinking: thinking },
    cache_prompt: true,
  };
  return {
    model,
    messages: messages.map(toWire),
    stream: true,
    stream_options: { include_usage: true },
    temperature,
    top_p: topP,
    seed,
    max_tokens: maxTokens,
    stop: stop?.length ? stop : undefined,
    ...toolsToWire(tools),
    ...(tools?.length ? { tool_choice: toolChoice ?? 'auto', parallel_tool_calls: false } : {}),
    ...(jsonSchema ? answerForm(dialect, jsonSchema) : {}),
    ...(takesAllSampling(dialect) ? more : {}),
  };
}

function answerForm(dialect: Dialect, schema: JsonSchema): object {
  if (dialect === 'llamafile-0.9') return { grammar: grammarOf(schema) };
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } };
}

async function* generate(target: OpenAiTarget, request: ChatRequest, outer: AbortSignal | undefined): AsyncGenerator<GenerationEvent> {
  const startedAt = performance.now();
  using watch = watchOver(target.isAlive, outer);
  const { signal } = watch;
  const response = await send(target, `${target.baseUrl}/chat/completions`, bodyOf(target, request), signal);
  let firstAt: number | undefined;
  let reason: EndReason | undefined;
  let usage: Record<string, unknown> = {};
  let timings: Record<string, unknown> = {};
  let pieces = 0;
  const calls = new Map<number, { id: string; name: string; text: string }>();
  try {
    for await (const value of readEventStream(response.body as AsyncIterable<Buffer>)) {
      watch.heard();
      // What came before the stop may all be here already; it is not handed on any more.
      throwIfAborted(signal);
      if (value['error'] !== undefined) throw new LuciError('ENGINE_FAILED', `${placeOf(target)}: ${wordsOf(value['error'])}`);
      if (isRecord(value['usage'])) usage = value['usage'];
      if (isRecord(value['timings'])) timings = value['timings'];
      const choice = Array.isArray(value['choices']) ? (value['choices'][0] as Record<string, unknown> | undefined) : undefined;
      if (!choice) continue;
      const delta = isRecord(choice['delta']) ? choice['delta'] : {};
      const thought = delta['reasoning_content'] ?? delta['reasoning'];
      if (typeof thought === 'string' && thought !== '') yield { type: 'thinking', text: thought };
      if (typeof delta['content'] === 'string' && delta['content'] !== '') {
        firstAt ??= performance.now();
        pieces += 1;
        yield { type: 'text', text: delta['content'] };
      }
      if (Array.isArray(delta['tool_calls'])) for (const part of delta['tool_calls'] as WireCall[]) addCall(calls, part);
      if (typeof choice['finish_reason'] === 'string') reason = endReason(choice['finish_reason']);
    }
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    if (error instanceof LuciError) throw error;
    throw brokeOff(target, error);
  } finally {
    response.body.destroy();
  }
  throwIfAborted(signal);
  if (reason === undefined) throw brokeOff(target, undefined);
  for (const call of calls.values()) yield { type: 'tool-call', call: finishedCall(target, call, reason) };
  yield { type: 'end', reason: calls.size > 0 ? 'tool-calls' : reason, usage: usageOf(usage, timings, { startedAt, firstAt, pieces }) };
}

interface WireCall {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

function addCall(calls: Map<number, { id: string; name: string; text: string }>, { index = 0, id, function: called }: WireCall): void {
  const call = calls.get(index) ?? { id: id ?? `call-${index + 1}`, name: '', text: '' };
  call.name += called?.name ?? '';
  call.text += called?.arguments ?? '';
  calls.set(index, call);
}

/** Arguments that a limit cut are no JSON: an error, never half a call. */
function finishedCall(target: OpenAiTarget, { id, name, text }: { id: string; name: string; text: string }, reason: EndReason): ToolCall {
  try {
    return { id, name, arguments: (text.trim() === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  } catch (cause) {
    const why = reason === 'length' ? 'it was cut by the limit of tokens' : 'its arguments are no JSON';
    throw new LuciError('ENGINE_FAILED', `${placeOf(target)} wrote a call of ${name} that cannot be used: ${why}.`, { cause });
  }
}

function endReason(text: string): EndReason {
  if (text === 'length') return 'length';
  return text === 'tool_calls' ? 'tool-calls' : 'stop';
}

function usageOf(
  usage: Record<string, unknown>,
  timings: Record<string, unknown>,
  { startedAt, firstAt, pieces }: { startedAt: number; firstAt: number | undefined; pieces: number },
): Usage {
  const endedAt = performance.now();
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
  const details = isRecord(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const generatedTokens = number(usage['completion_tokens'], pieces);
  const promptTokens = number(usage['prompt_tokens'], 0);
  const cachedTokens = number(timings['cache_n'], number(details['cached_tokens'], 0));
  const firstMs = (firstAt ?? endedAt) - startedAt;
  const rate = (tokens: number, ms: number): number => (ms > 0 && tokens > 0 ? Math.round((tokens / ms) * 10_000) / 10 : 0);
  return {
    promptTokens,
    cachedTokens,
    generatedTokens,
    loadMs: 0,
    timeToFirstTokenMs: Math.round(firstMs),
    totalMs: Math.round(endedAt - startedAt),
    promptTokensPerSecond: Math.round(number(timings['prompt_per_second'], rate(promptTokens - cachedTokens, firstMs)) * 10) / 10,
    generatedTokensPerSecond:
      Math.round(number(timings['predicted_per_second'], rate(generatedTokens - 1, endedAt - startedAt - firstMs)) * 10) / 10,
  };
}

async function post(target: OpenAiTarget, url: string, body: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const response = await send(target, url, body, signal);
  const value: unknown = JSON.parse(await textOf(response, 64 * 1024 ** 2));
  return isRecord(value) ? value : {};
}

async function send(target: OpenAiTarget, url: string, body: object, signal: AbortSignal | undefined): Promise<NetResponse> {
  const asked = target.net.request({
    url,
    method: 'POST',
    purpose: 'remote-engine',
    headers: { 'Content-Type': 'application/json', Authorization: target.apiKey ? `Bearer ${target.apiKey}` : undefined },
    body: JSON.stringify(body),
    idleTimeoutMs,
    signal,
  });
  const response = await (target.facts.kind === 'remote' ? asked.catch(notReached) : asked);
  if (response.status === 200) return response;
  throw statusError(target, response.status, await textOf(response, 4000).catch(() => ''));
}

/** An endpoint of the user's that cannot be reached: the hub, of which the net speaks, has no part in it. */
function notReached(error: unknown): never {
  if (!isLuciError(error, 'NETWORK_FAILED')) throw error;
  const hint = 'Is it running? luci remote list shows its address. Behind a proxy? Set HTTPS_PROXY.';
  throw new LuciError('NETWORK_FAILED', error.message, { hint, details: error.details, cause: error });
}

function statusError(target: OpenAiTarget, status: number, text: string): LuciError {
  const said = wordsOf(text);
  const place = placeOf(target);
  if (status === 400 && /context|too long|exceed/i.test(said))
    return new LuciError('CONTEXT_OVERFLOW', `The prompt does not fit: ${said}`, { hint: 'Ask with less text.' });
  if (status === 401 || status === 403)
    return new LuciError('ENGINE_FAILED', `${place} does not accept the key.`, { hint: 'luci remote add NAME URL --key-env VARIABLE' });
  if (status === 404) return new LuciError('MODEL_UNKNOWN', `${place} has no model ${target.model}.`, { hint: 'luci list --remote' });
  return new LuciError('ENGINE_FAILED', `${place} answered ${status}${said ? `: ${said}` : ''}`);
}

function brokeOff(target: OpenAiTarget, cause: unknown): LuciError {
  return new LuciError('ENGINE_CRASHED', `${placeOf(target)} ended in the middle of its answer.`, {
    cause,
    hint: 'Run the command again.',
  });
}

function placeOf({ baseUrl }: OpenAiTarget): string {
  return new URL(baseUrl).host;
}

/** The words of an error body, which may be JSON; never its addresses. */
function wordsOf(body: unknown): string {
  let value = body;
  if (typeof body === 'string') {
    try {
      value = JSON.parse(body);
    } catch {
      value = body;
    }
  }
  for (let depth = 0; isRecord(value) && depth < 3; depth += 1) value = value['error'] ?? value['message'] ?? value['detail'] ?? '';
  return typeof value === 'string'
    ? value
        .replace(/\S+:\/\/\S+/g, '(address)')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 200)
    : '';
}

async function textOf({ body }: NetResponse, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Models an endpoint says it has. */
export async function listRemoteModels(
  target: Pick<OpenAiTarget, 'net' | 'baseUrl' | 'apiKey'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const asked = target.net.request({
    url: `${target.baseUrl}/models`,
    purpose: 'remote-engine',
    headers: target.apiKey ? { Authorization: `Bearer ${target.apiKey}` } : {},
    signal,
  });
  const response = await asked.catch(notReached);
  const text = await textOf(response, 4 * 1024 ** 2);
  const { host } = new URL(target.baseUrl);
  if (response.status === 401 || response.status === 403)
    throw new LuciError('ENGINE_FAILED', `${host} does not accept the key.`, { hint: 'luci remote add NAME URL --key-env VARIABLE' });
  if (response.status !== 200)
    throw new LuciError('ENGINE_FAILED', `${host} answered ${response.status} when it was asked for its models.`);
  try {
    const value: unknown = JSON.parse(text);
    const data = isRecord(value) && Array.isArray(value['data']) ? value['data'] : [];
    return data.flatMap((item: unknown) => (isRecord(item) && typeof item['id'] === 'string' ? [item['id']] : []));
  } catch (cause) {
    throw new LuciError('ENGINE_FAILED', `${host} does not answer as an OpenAI-compatible endpoint.`, {
      cause,
      hint: 'The address mostly ends in /v1.',
    });
  }
}
