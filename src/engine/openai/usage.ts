import type { Usage } from '../engine.ts';
import { isRecord, type JsonRecord } from './wire.ts';

/** Tokens and times of an answer: what the endpoint says where that can be, else what was seen here. */

/** What was seen of an answer while it came, by `performance.now()`. */
export interface SeenAnswer {
  readonly startedAt: number;
  readonly firstTokenAt: number | undefined;
  readonly endedAt: number;
  /** Pieces of text, about one a token. */
  readonly pieces: number;
}

/** More than any context holds and any machine makes: beyond these a count is a mistake of who says it. */
const maxTokens = 1e9;
const maxTokensPerSecond = 1e6;

/** What an endpoint says of an answer, held against what can be. Negative, broken and endless numbers are as if they were not said. */
export function usageOf(said: JsonRecord, timings: JsonRecord, seen: SeenAnswer): Usage {
  const { startedAt, endedAt, firstTokenAt = endedAt, pieces } = seen;
  const details = isRecord(said['prompt_tokens_details']) ? said['prompt_tokens_details'] : {};
  const promptTokens = tokenCount(said['prompt_tokens']) ?? 0;
  const generatedTokens = tokenCount(said['completion_tokens']) ?? pieces;
  const cachedTokens = Math.min(promptTokens, tokenCount(timings['cache_n']) ?? tokenCount(details['cached_tokens']) ?? 0);
  const firstMs = firstTokenAt - startedAt;
  return {
    promptTokens,
    cachedTokens,
    generatedTokens,
    loadMs: 0,
    timeToFirstTokenMs: Math.round(firstMs),
    totalMs: Math.round(endedAt - startedAt),
    promptTokensPerSecond: oneDigit(rateOf(timings['prompt_per_second']) ?? rate(promptTokens - cachedTokens, firstMs)),
    generatedTokensPerSecond: oneDigit(rateOf(timings['predicted_per_second']) ?? rate(generatedTokens - 1, endedAt - firstTokenAt)),
  };
}

function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxTokens ? value : undefined;
}

function rateOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= maxTokensPerSecond ? value : undefined;
}

function rate(tokens: number, durationMs: number): number {
  return durationMs > 0 && tokens > 0 ? (tokens / durationMs) * 1000 : 0;
}

function oneDigit(value: number): number {
  return Math.round(value * 10) / 10;
}
