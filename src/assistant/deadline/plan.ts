import { keptForAnswer } from '../../engine/context-length.ts';

/** How much of a text there is time to read, and how long the answer may be. Pure. */

/** How fast a model is here, as far as that was measured. */
export interface MeasuredSpeed {
  readonly promptTokensPerSecond?: number;
  readonly generatedTokensPerSecond?: number;
}

/** What is planned for. */
export interface PlanWish {
  readonly leftMs: number;
  readonly speed: MeasuredSpeed;
  /** Tokens of everything but the text. */
  readonly questionTokens: number;
  readonly textTokens: number;
  /** Set where the last plan was not kept: no more of the text is read than this, which is in the KV cache or little. */
  readonly readLimit: number | undefined;
  readonly contextLength: number;
  /** The longest answer that was asked for. */
  readonly maxTokens?: number;
}

/** What there is time for. */
export interface DeadlinePlan {
  /** Of the text. */
  readonly readTokens: number;
  /** Of the answer; undefined where nobody knows how fast the model is: the time alone ends it. */
  readonly maxTokens: number | undefined;
  /** After so long the reading is to be done. */
  readonly readMs: number;
}

/** Time is kept for an answer of this length, where nobody says more. */
const answerTokens = 256;
/** But no more than this part of the time: half an answer about much of the text is worth more than all of one about nothing. */
const answerShare = 0.4;
/** A long prompt is read more slowly than the short one that was measured, and other programs begin at any time. */
const steadiness = 0.8;
/** The few words that were measured may have been slow ones: the deadline ends the answer in any case, and this limit cuts none that has time. */
const uncertainty = 1.5;
/** Less of a text than this says nothing. */
export const minReadTokens = 64;

/** The plan: all of the text where there is time and room for it. */
export function planWithin(wish: PlanWish): DeadlinePlan {
  const { leftMs, speed, questionTokens, textTokens, readLimit, contextLength } = wish;
  const { promptTokensPerSecond: reading = Number.POSITIVE_INFINITY, generatedTokensPerSecond: writing } = speed;
  const keptMs = leftMs * answerShare;
  const answerMs = writing === undefined ? keptMs : Math.min(keptMs, ((wish.maxTokens ?? answerTokens) / writing) * 1000);
  const readMs = Math.max(0, leftMs - answerMs);
  const inTime = readLimit ?? (readMs / 1000) * reading * steadiness - questionTokens;
  const inContext = contextLength - (wish.maxTokens ?? keptForAnswer(contextLength)) - questionTokens;
  const readTokens = Math.max(0, Math.floor(Math.min(textTokens, inContext, Math.max(minReadTokens, inTime))));
  const readingMs = readLimit === undefined ? ((questionTokens + readTokens) / reading) * 1000 : 0;
  const inRest = writing === undefined ? undefined : Math.max(1, Math.floor(((leftMs - readingMs) / 1000) * writing * uncertainty));
  const limits = [inRest, wish.maxTokens].filter((tokens) => tokens !== undefined);
  return { readTokens, maxTokens: limits.length > 0 ? Math.min(...limits) : undefined, readMs };
}
