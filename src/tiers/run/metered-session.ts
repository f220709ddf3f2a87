import { LuciError } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import type { ChatRequest, GenerationEvent, Session } from '../../engine/engine.ts';

/** A session whose work is counted, and whose answers are given up when they take far too long. */

/** What the engine did for one case. */
export interface Meter {
  engineMs: number;
  promptMs: number;
  promptTokens: number;
  cachedTokens: number;
  /** Tokens of earlier prompts and answers of this case that the engine had to read again. */
  rereadTokens: number;
  generatedTokens: number;
  /** Length of the prompt before, with its answer. */
  lastTokens: number;
  /** See {@link CaseResult.threads}. */
  readonly threads: Set<number>;
}

/** A meter that has counted nothing. */
export function newMeter(): Meter {
  return {
    engineMs: 0,
    promptMs: 0,
    promptTokens: 0,
    cachedTokens: 0,
    rereadTokens: 0,
    generatedTokens: 0,
    lastTokens: 0,
    threads: new Set(),
  };
}

/** The session with its work added to the meter. Each reply has its own time; a reply over it is TESTS_INCOMPLETE, never a failure. */
export function meteredSession(session: Session, meter: Meter, timeoutMs: number): Session {
  return {
    facts: session.facts,
    async countTokens(messages, tools) {
      const startedAt = performance.now();
      try {
        return await session.countTokens(messages, tools);
      } finally {
        meter.engineMs += performance.now() - startedAt;
      }
    },
    embed: (texts, signal) => session.embed(texts, signal),
    generate: (request, signal) => metered(session, request, meter, { timeoutMs, signal }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function* metered(
  session: Session,
  request: ChatRequest,
  meter: Meter,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): AsyncGenerator<GenerationEvent> {
  const tooLong = new AbortController();
  const timer = setTimeout(
    () => tooLong.abort(new LuciError('TESTS_INCOMPLETE', `There was no answer after ${formatDuration(timeoutMs)}.`)),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  let lastMs = performance.now();
  try {
    const events = session.generate(request, signal ? AbortSignal.any([signal, tooLong.signal]) : tooLong.signal);
    for await (const event of events) {
      meter.engineMs += performance.now() - lastMs;
      if (event.type === 'end') {
        const { timeToFirstTokenMs, promptTokens, cachedTokens, generatedTokens, threads } = event.usage;
        if (threads !== undefined) meter.threads.add(threads);
        meter.promptMs += timeToFirstTokenMs;
        meter.promptTokens += promptTokens;
        meter.cachedTokens += cachedTokens;
        meter.rereadTokens += Math.max(0, Math.min(meter.lastTokens, promptTokens) - cachedTokens);
        meter.lastTokens = promptTokens + generatedTokens;
        meter.generatedTokens += generatedTokens;
      }
      yield event;
      lastMs = performance.now();
    }
  } catch (error) {
    // The engine may have its own words for being stopped.
    if (tooLong.signal.aborted && !signal?.aborted) throw tooLong.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Time for one reply: four times what its budget takes at the speed that was measured, a fifth of the prompt's tokens counted with it
 * because reading them takes time too; never less than a minute, so that a slow machine does not fail a model.
 */
export function replyTimeoutMs(budgetTokens: number, promptTokens: number, tokensPerSecond: number): number {
  if (tokensPerSecond <= 0) return unknownSpeedMs;
  return Math.max(60_000, Math.round((4000 * (budgetTokens + promptTokens / 5)) / tokensPerSecond));
}

const unknownSpeedMs = 3_600_000;
