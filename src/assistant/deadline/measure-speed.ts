import { randomUUID } from 'node:crypto';
import type { QueryOptions } from '../../agent/agent.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, Session, Usage } from '../../engine/engine.ts';
import type { Clock } from './clock.ts';
import type { MeasuredSpeed } from './plan.ts';

/** What it is measured with. */
export interface MeasureOptions {
  readonly session: Pick<Session, 'generate'>;
  readonly request: Pick<QueryOptions, 'system' | 'signal'>;
  readonly clock: Clock;
  /** Then it is given up. */
  readonly untilMs: number;
}

/** Few, for their time is missing from the answer. */
const answerTokens = 5;
/** One token says nothing of the time between two. */
const minAnswerTokens = 3;

/**
 * How fast a model is right now, beside all else that this machine does: by reading the beginning of a text, and by a few words. What was
 * given up tells that it is no faster than that; what could not be measured at all is left out.
 */
export async function measureOn(
  { beginning, tokens }: { readonly beginning: string; readonly tokens: number },
  { session, request, clock, untilMs }: MeasureOptions,
): Promise<MeasuredSpeed> {
  const { system, signal } = request;
  using tooLong = clock.alarm(untilMs, new LuciError('TIMED_OUT', 'The measurement took too long.'));
  const stop = signal ? AbortSignal.any([signal, tooLong.signal]) : tooLong.signal;
  const told: ChatMessage[] = system ? [{ role: 'system', content: system }] : [];
  // What is in the KV cache from the last question would be read in no time: no text begins so.
  const messages: ChatMessage[] = [...told, { role: 'user', content: `${randomUUID().slice(0, 8)}\n${beginning}` }];
  const startedAtMs = clock.now();
  let readMs: number | undefined;
  try {
    for await (const event of session.generate({ messages, maxTokens: answerTokens, sampling: { temperature: 0 } }, stop)) {
      if (event.type === 'text') readMs ??= clock.now() - startedAtMs;
      if (event.type === 'end') return speedOf(event.usage);
    }
  } catch (error) {
    if (signal?.aborted || !tooLong.signal.aborted) throw error;
    return { promptTokensPerSecond: (tokens / (readMs ?? clock.now() - startedAtMs)) * 1000 * (readMs === undefined ? unknownShare : 1) };
  }
  return {};
}

/** Of the speed that a reading cannot have had which did not come to its end. */
const unknownShare = 0.5;

function speedOf({ promptTokensPerSecond, generatedTokens, generatedTokensPerSecond }: Usage): MeasuredSpeed {
  return generatedTokens < minAnswerTokens ? { promptTokensPerSecond } : { promptTokensPerSecond, generatedTokensPerSecond };
}
