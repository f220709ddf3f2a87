import { abortError, throwIfAborted } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, ChatRequest, GenerationEvent, RenderRequest, Session, ToolDefinition } from '../engine.ts';
import { plainText } from '../plain-text.ts';
import { answerTooLong, type OpenAiTarget, placeOf, post, send } from './client.ts';
import { readEventStream } from './event-stream.ts';
import { streamedAnswer } from './streamed-answer.ts';
import { watchOver } from './watch-over.ts';
import { continuationBody, isRecord, requestBody, toWireMessage, toWireTools } from './wire.ts';

/** A model behind an OpenAI-compatible endpoint: llama-server, llamafile, vLLM, or somebody's service. One client for all of them. */

/** A token is told in about 300 bytes: these are more tokens than any context holds, and more text than one event is ever given. */
const streamBound = { maxBytes: 512 * 1024 ** 2, maxEventCharacters: 16 * 1024 ** 2 };

/** A session on it. Nothing is asked before the first request. */
export function openAiSession(target: OpenAiTarget): Session {
  const { facts, model, onClose, dialect } = target;
  return {
    facts,
    generate: (request, signal) => generate(target, request, signal),
    async countTokens(messages, tools) {
      if (dialect !== 'llama-server') return roughTokens(messages, tools);
      const root = target.baseUrl.replace(/\/v1$/, '');
      if (facts.modelKind === 'base')
        return (await countedBy(target, `${root}/tokenize`, plainText(messages))) ?? roughTokens(messages, tools);
      return (await countedBy(target, `${root}/tokenize`, await templated(target, { messages, tools }))) ?? roughTokens(messages, tools);
    },
    async render({ messages, tools }, signal) {
      if (dialect !== 'llama-server') return undefined;
      return facts.modelKind === 'base' ? plainText(messages) : templated(target, { messages, tools }, signal);
    },
    async embed(texts, signal) {
      const { data } = await post(target, `${target.baseUrl}/embeddings`, { model, input: texts }, signal);
      const vectors = (Array.isArray(data) ? data : []).flatMap((item: unknown) => (isRecord(item) ? [item['embedding']] : []));
      if (vectors.length !== texts.length || !vectors.every(isVector))
        throw new LuciError('ENGINE_FAILED', `${placeOf(target)} gives no vectors.`);
      return vectors;
    },
    async [Symbol.asyncDispose]() {
      await onClose?.();
    },
  };
}

/** A conversation as llama-server writes it by the model's template. */
async function templated(target: OpenAiTarget, { messages, tools }: RenderRequest, signal?: AbortSignal): Promise<string> {
  const conversation = { messages: messages.map(toWireMessage), tools: toWireTools(tools) };
  const { prompt } = await post(target, `${target.baseUrl.replace(/\/v1$/, '')}/apply-template`, conversation, signal);
  return String(prompt ?? '');
}

/** Tokens of a text by a server that counts them. */
async function countedBy(target: OpenAiTarget, url: string, content: string): Promise<number | undefined> {
  const { tokens } = await post(target, url, { content, add_special: true });
  return Array.isArray(tokens) ? tokens.length : undefined;
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => Number.isFinite(number));
}

/** Four characters a token: what can be said without the tokenizer. */
function roughTokens(messages: readonly ChatMessage[], tools: readonly ToolDefinition[] = []): number {
  const characters = messages.reduce((sum, { content }) => sum + content.length + 16, 0) + JSON.stringify(tools).length;
  return Math.ceil(characters / 4);
}

/** Whether the texts go to the model as they are. The server of 2024 knows no such question: it is asked in its own template. */
function isContinued({ facts, dialect }: OpenAiTarget, { raw }: ChatRequest): boolean {
  return (raw === true || facts.modelKind === 'base') && dialect !== 'llamafile-0.9';
}

async function* generate(target: OpenAiTarget, request: ChatRequest, outer: AbortSignal | undefined): AsyncGenerator<GenerationEvent> {
  const answer = streamedAnswer(target, request, performance.now());
  using watch = watchOver(target.isAlive, outer);
  const { signal } = watch;
  const isPlain = isContinued(target, request);
  const body = isPlain ? continuationBody(target.model, target.dialect, request) : requestBody(target.model, target.dialect, request);
  const response = await send(target, { url: `${target.baseUrl}/${isPlain ? 'completions' : 'chat/completions'}`, body, signal });
  try {
    const onDone = (): void => answer.done();
    for await (const record of readEventStream(response.body, { ...streamBound, onDone, tooLong: () => answerTooLong(target) })) {
      watch.heard();
      // What came before the stop may all be here already; it is not handed on any more.
      throwIfAborted(signal);
      yield* answer.takeIn(record);
      if (answer.isRepeating) break;
    }
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    throw error instanceof LuciError ? error : brokeOff(target, error);
  } finally {
    response.body.destroy();
  }
  throwIfAborted(signal);
  const end = answer.finish();
  if (end === undefined) throw brokeOff(target, undefined);
  yield* end;
}

function brokeOff(target: OpenAiTarget, cause: unknown): LuciError {
  return new LuciError('ENGINE_CRASHED', `${placeOf(target)} ended in the middle of its answer.`, {
    cause,
    hint: 'Run the command again.',
  });
}
