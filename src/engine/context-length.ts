import { LuciError } from '../base/errors.ts';
import type { GgufFacts } from '../gguf/facts.ts';
import { estimateMemory } from '../gguf/memory-estimate.ts';
import { maxDefaultContextLength, minContextLength } from './defaults.ts';

/** How much context a model is opened with, and what is said when that is not enough. */

/** What it depends on beside the model. */
export interface ContextWish {
  /** Tokens that were asked for. */
  readonly contextLength?: number;
  /** Memory that may be taken for the model and all else that is at work (default: only the least context is given). */
  readonly freeBytes?: number;
}

/**
 * The tokens that were asked for; else what the model was trained for, at most {@link maxDefaultContextLength}, as far as half of the free memory
 * holds it, and never less than {@link minContextLength} for memory's sake.
 * @throws USAGE for more than the model was trained for
 */
export function contextLengthFor(facts: GgufFacts, { contextLength, freeBytes }: ContextWish): number {
  const trained = facts.contextLength ?? minContextLength;
  if (contextLength !== undefined && contextLength > trained)
    throw new LuciError('USAGE', `The model was trained for a context of ${trained} tokens, asked are ${contextLength}.`, {
      hint: `Run the command again with --context ${trained}`,
    });
  if (contextLength !== undefined) return contextLength;
  const least = Math.min(minContextLength, trained);
  if (freeBytes === undefined) return least;
  let length = Math.min(maxDefaultContextLength, trained);
  while (length > least && estimateMemory(facts, { contextLength: length }).totalBytes > freeBytes / 2) length = Math.floor(length / 2);
  return Math.max(length, least);
}

/** What did not fit. */
export interface Overflow {
  readonly promptTokens: number;
  /** Tokens of the answer that were asked for. */
  readonly maxTokens?: number;
  /** Tokens that are kept for an answer of which nobody said how long it may be. */
  readonly keptTokens?: number;
  /** Of the open session. */
  readonly contextLength: number;
  /** What the model was trained for, where that is known. */
  readonly trainedContextLength?: number;
}

/** Tokens a conversation keeps for an answer of which nobody said how long it may be: a quarter of a small context. */
export function keptForAnswer(contextLength: number): number {
  return Math.min(answerTokens, Math.floor(contextLength / 4));
}

const answerTokens = 512;
/** Proposals are whole steps of this. */
const stepTokens = 512;

/** CONTEXT_OVERFLOW with how much was given, what the model can hold, and a context that is enough, where it has one. */
export function contextOverflow(overflow: Overflow): LuciError {
  const { promptTokens, maxTokens, contextLength, trainedContextLength } = overflow;
  const trained = trainedContextLength === undefined ? '' : `, the model can hold ${trainedContextLength}`;
  const message = `The prompt has ${promptTokens} tokens${answerText(overflow)}; the context holds ${contextLength}${trained}.`;
  return new LuciError('CONTEXT_OVERFLOW', message, {
    hint: wayOut(overflow),
    details: { promptTokens, maxTokens, contextLength, trainedContextLength },
  });
}

function answerText({ maxTokens, keptTokens }: Overflow): string {
  if (maxTokens !== undefined) return ` and ${maxTokens} of the answer`;
  return keptTokens === undefined ? '' : `, ${keptTokens} more are kept for the answer`;
}

/** What is proposed has room for the usual answer too, or it would fail again in a chat. */
function wayOut({ promptTokens, maxTokens = answerTokens, contextLength, trainedContextLength = contextLength }: Overflow): string {
  const needed = promptTokens + maxTokens + 1;
  const proposed = Math.min(trainedContextLength, Math.ceil(needed / stepTokens) * stepTokens);
  if (proposed > contextLength && proposed >= needed) return `Run the command again with --context ${proposed}, or with less text.`;
  return 'Ask with less text, or take a model with a longer context: luci search';
}
