import { LlamaChat, type Token } from 'node-llama-cpp';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, ChatRequest, EndReason, GenerationEvent, ToolCall } from '../engine.ts';
import { grammarOf } from '../schema-grammar.ts';
import { chatSequence } from './chat-sequence.ts';
import { historyOf } from './conversation.ts';
import type { EmbeddedModel } from './embedded-model.ts';
import { cutsOf, evaluateDeterministic, evaluatePrompt, savedLengthOf } from './evaluate-prompt.ts';
import { functionsOf } from './functions.ts';
import type { Slot } from './slot.ts';

/** One answer of an open model. */

/** Generates; text goes to `emit` as it comes, the last event is `end`. A prompt that does not fit is CONTEXT_OVERFLOW, never cut. */
export async function generate(
  open: EmbeddedModel,
  request: ChatRequest,
  signal: AbortSignal,
  emit: (event: GenerationEvent) => void,
): Promise<void> {
  const startedAt = performance.now();
  const prompt = open.promptTokens(request.messages, functionsOf(request));
  requireRoom(prompt.length, request.maxTokens, open.facts.contextLength);
  const deterministic = request.repeatable === true;
  emit(await open.slots.use({ prompt, deterministic }, (slot) => answer(open, slot, { request, prompt, startedAt, signal, emit }), signal));
}

interface Answering {
  readonly request: ChatRequest;
  readonly prompt: readonly Token[];
  readonly startedAt: number;
  readonly signal: AbortSignal;
  emit(event: GenerationEvent): void;
}

/** The answer; returns its end. */
async function answer(open: EmbeddedModel, slot: Slot, { request, prompt, startedAt, signal, emit }: Answering): Promise<GenerationEvent> {
  const { model, chatWrapper } = open;
  const { contextLength } = open.facts;
  const { sampling = {} } = request;
  const deterministic = request.repeatable ? await slot.deterministic(prompt) : undefined;
  const functions = functionsOf(request);
  const tokensOf = (messages: readonly ChatMessage[]): readonly Token[] => open.promptTokens(messages, functions);
  const cachedTokens = deterministic
    ? await evaluateDeterministic(slot, prompt, { cuts: cutsOf(tokensOf, request.messages, prompt), deterministic, signal })
    : await evaluatePrompt(slot, prompt, { signal, systemLength: savedLengthOf(tokensOf, request.messages, prompt), states: open.states });
  const grammar = request.jsonSchema && (await model.llama.createGrammar({ grammar: grammarOf(request.jsonSchema) }));
  const room = contextLength - prompt.length;
  const maxTokens = Math.min(request.maxTokens ?? room - 1, room - 1);
  const isEnd = (token: Token): boolean => model.isEogToken(token);
  const contextSequence = chatSequence(slot, model, { contextLength, maxTokens, isEnd, deterministic, signal });
  const chat = new LlamaChat({ contextSequence, chatWrapper, autoDisposeSequence: false });
  let firstTokenAt: number | undefined;
  let generatedTokens = 0;
  try {
    const result = await chat.generateResponse(historyOf(request.messages), {
      signal,
      stopOnAbortSignal: true,
      maxTokens,
      temperature: sampling.temperature ?? 0.7,
      topK: sampling.topK ?? 40,
      topP: sampling.topP ?? 0.95,
      minP: sampling.minP ?? 0.05,
      seed: sampling.seed ?? Math.floor(Math.random() * 2 ** 31),
      repeatPenalty: sampling.repeatPenalty === undefined || sampling.repeatPenalty === 1 ? false : { penalty: sampling.repeatPenalty },
      ...(grammar ? { grammar } : functions ? { functions, documentFunctionParams: true, maxParallelFunctionCalls: 1 } : {}),
      customStopTriggers: request.stop?.length ? [...request.stop] : undefined,
      budgets: request.thinking === false ? { thoughtTokens: 0 } : undefined,
      onToken: (generated) => {
        firstTokenAt ??= performance.now();
        generatedTokens += generated.length;
      },
      onResponseChunk: (chunk) => {
        firstTokenAt ??= performance.now();
        if (chunk.text !== '') emit({ type: chunk.type === 'segment' ? 'thinking' : 'text', text: chunk.text });
      },
    });
    if (signal.aborted) throw abortError(signal);
    for (const [index, { functionName, params }] of (result.functionCalls ?? []).entries())
      emit({ type: 'tool-call', call: callOf(`call-${request.messages.length}-${index + 1}`, functionName, params) });
    const endedAt = performance.now();
    const first = firstTokenAt ?? endedAt;
    return {
      type: 'end',
      reason: reasonOf(result.metadata.stopReason),
      usage: {
        promptTokens: prompt.length,
        cachedTokens,
        generatedTokens,
        threads: deterministic?.threads,
        loadMs: Math.round(open.loadMs),
        timeToFirstTokenMs: Math.round(first - startedAt),
        totalMs: Math.round(endedAt - startedAt),
        promptTokensPerSecond: rate(prompt.length - cachedTokens, first - startedAt),
        generatedTokensPerSecond: rate(generatedTokens - 1, endedAt - first),
      },
    };
  } finally {
    chat.dispose({ disposeSequence: false });
  }
}

function callOf(id: string, name: string, params: unknown): ToolCall {
  return { id, name, arguments: typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {} };
}

/** Throws unless the prompt and the answer asked for fit. */
function requireRoom(promptTokens: number, maxTokens: number | undefined, contextLength: number): void {
  const needed = promptTokens + (maxTokens ?? 1) + 1;
  if (needed <= contextLength) return;
  const answer = maxTokens === undefined ? '' : ` and ${maxTokens} of the answer`;
  throw new LuciError('CONTEXT_OVERFLOW', `The prompt has ${promptTokens} tokens${answer}; the context holds ${contextLength}.`, {
    hint: 'Ask with less text, or with a larger context: LUCI_CONTEXT=8192 luci ask …',
    details: { promptTokens, maxTokens, contextLength },
  });
}

function reasonOf(stopReason: string): EndReason {
  if (stopReason === 'maxTokens') return 'length';
  if (stopReason === 'abort') return 'stopped';
  return stopReason === 'functionCalls' ? 'tool-calls' : 'stop';
}

function rate(tokens: number, durationMs: number): number {
  return durationMs > 0 && tokens > 0 ? Math.round((tokens / durationMs) * 10_000) / 10 : 0;
}
