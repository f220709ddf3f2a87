import type { EndReason, Usage } from '../../engine/engine.ts';

/** Why an answer ended, in OpenAI's words. */
export function finishReason(reason: EndReason): 'stop' | 'length' | 'tool_calls' | 'content_filter' {
  if (reason === 'tool-calls') return 'tool_calls';
  if (reason === 'filtered') return 'content_filter';
  return reason === 'length' || reason === 'repetition' ? 'length' : 'stop';
}

/** Tokens of all answers of one request. */
export function usageOf(usages: readonly Usage[]): unknown {
  const sum = (count: (usage: Usage) => number): number => usages.reduce((total, usage) => total + count(usage), 0);
  const [prompt, generated] = [sum(({ promptTokens }) => promptTokens), sum(({ generatedTokens }) => generatedTokens)];
  return {
    prompt_tokens: prompt,
    completion_tokens: generated,
    total_tokens: prompt + generated,
    prompt_tokens_details: { cached_tokens: sum(({ cachedTokens }) => cachedTokens) },
  };
}
