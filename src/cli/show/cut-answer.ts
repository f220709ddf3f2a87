import type { EndReason, Usage } from '../../engine/engine.ts';
import type { Show } from './show.ts';

/** Tokens every model's context holds: up to here a longer answer can be promised. */
const surelyHeldTokens = 2048;

/** Says of an answer that was ended before the model ended it why, and how more of it is had. `maxTokens` is the limit that was asked for, if any. */
export function noteCut(show: Show, { reason, usage }: { readonly reason: EndReason; readonly usage: Usage }, maxTokens?: number): void {
  const text = endText(reason, usage, maxTokens);
  if (text !== undefined) show.note(show.terminal.style('dim', text));
}

function endText(reason: EndReason, usage: Usage, maxTokens: number | undefined): string | undefined {
  if (reason === 'length') return cutText(usage, maxTokens);
  if (reason === 'filtered') return `ended at ${usage.generatedTokens} tokens: a filter of the endpoint withheld the rest`;
  return reason === 'repetition' ? repetitionText(usage) : undefined;
}

function repetitionText({ generatedTokens }: Usage): string {
  return `ended at ${generatedTokens} tokens: the model repeats itself without end`;
}

function cutText({ promptTokens, generatedTokens }: Usage, maxTokens: number | undefined): string {
  const cut = `cut at ${generatedTokens} tokens`;
  if (maxTokens === undefined || generatedTokens < maxTokens) return `${cut}: the context is full`;
  const more = maxTokens * 2;
  return promptTokens + more < surelyHeldTokens ? `${cut}; --max-tokens ${more} for more` : `${cut}; without --max-tokens there is more`;
}
