import { LlamaChat } from 'node-llama-cpp';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatRequest, EndReason, GenerationEvent } from '../engine.ts';
import { historyOf } from './conversation.ts';
import type { EmbeddedModel } from './embedded-model.ts';
import { prefill } from './prefill.ts';

/** One answer of an open model. */

/** Generates; text goes to `emit` as it comes, the last event is `end`. A prompt that does not fit is CONTEXT_OVERFLOW, never cut. */
export async function generate(
  open: EmbeddedModel,
  request: ChatRequest,
  signal: AbortSignal,
  emit: (event: GenerationEvent) => void,
): Promise<void> {
  const { model, sequence, chatWrapper } = open;
  const { sampling = {} } = request;
  const startedAt = performance.now();
  const tokens = open.promptTokens(request.messages);
  const room = open.facts.contextLength - tokens.length;
  requireRoom(tokens.length, request.maxTokens, open.facts.contextLength);
  const cachedTokens = await prefill(sequence, tokens, signal, { isRepeatable: request.repeatable === true });
  const grammar =
    request.jsonSchema === undefined
      ? undefined
      : await model.llama.createGrammarForJsonSchema(request.jsonSchema as Parameters<typeof model.llama.createGrammarForJsonSchema>[0]);
  const chat = new LlamaChat({ contextSequence: sequence, chatWrapper, autoDisposeSequence: false });
  let firstTokenAt: number | undefined;
  let generatedTokens = 0;
  try {
    const result = await chat.generateResponse(historyOf(request.messages), {
      signal,
      stopOnAbortSignal: true,
      maxTokens: Math.min(request.maxTokens ?? room - 1, room - 1),
      temperature: sampling.temperature ?? 0.7,
      topK: sampling.topK ?? 40,
      topP: sampling.topP ?? 0.95,
      minP: sampling.minP ?? 0.05,
      seed: sampling.seed ?? Math.floor(Math.random() * 2 ** 31),
      repeatPenalty: sampling.repeatPenalty === undefined || sampling.repeatPenalty === 1 ? false : { penalty: sampling.repeatPenalty },
      ...(grammar ? { grammar } : {}),
      ...(request.stop?.length ? { customStopTriggers: [...request.stop] } : {}),
      ...(request.thinking === false ? { budgets: { thoughtTokens: 0 } } : {}),
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
    const endedAt = performance.now();
    const first = firstTokenAt ?? endedAt;
    emit({
      type: 'end',
      reason: reasonOf(result.metadata.stopReason),
      usage: {
        promptTokens: tokens.length,
        cachedTokens,
        generatedTokens,
        loadMs: Math.round(open.loadMs),
        timeToFirstTokenMs: Math.round(first - startedAt),
        totalMs: Math.round(endedAt - startedAt),
        promptTokensPerSecond: rate(tokens.length - cachedTokens, first - startedAt),
        generatedTokensPerSecond: rate(generatedTokens - 1, endedAt - first),
      },
    });
  } finally {
    chat.dispose({ disposeSequence: false });
  }
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
