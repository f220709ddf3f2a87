import { expect, test } from 'vitest';
import { contextOverflow, keptForAnswer } from './context-length.ts';

test('a context that is proposed is one that works, in a question and in a chat, and one the model has', () => {
  for (const trainedContextLength of [512, 2048, 4096, 32_768])
    for (const maxTokens of [undefined, 1, 600])
      for (let promptTokens = 100; promptTokens < 40_000; promptTokens += 97) {
        const { hint = '' } = contextOverflow({ promptTokens, maxTokens, contextLength: 512, trainedContextLength });
        const proposed = Number(/--context (\d+)/.exec(hint)?.[1] ?? Number.NaN);
        if (Number.isNaN(proposed)) {
          expect(hint).toContain('less text');
          expect(promptTokens + (maxTokens ?? 512) + 1 > Math.max(512, trainedContextLength) || promptTokens < 512).toBe(true);
          continue;
        }
        expect(proposed).toBeLessThanOrEqual(trainedContextLength);
        expect(promptTokens + (maxTokens ?? 1) + 1).toBeLessThanOrEqual(proposed);
        expect(promptTokens).toBeLessThanOrEqual(proposed - (maxTokens ?? keptForAnswer(proposed)));
      }
});
