import { expect, test } from 'vitest';
import { killAnswers } from './kill-answers.ts';

test('six streams whose server or engine is killed at a random event are read on, byte for byte', { timeout: 120_000 }, async () => {
  const seed = Date.now() % 1e6;
  const result = await killAnswers({ count: 6, seed, model: undefined, maxTokens: 300 });
  expect({ seed, ...result }).toMatchObject({ wrong: [], kills: { server: 4, engine: 1, both: 1 } });
  // Most must be killed where there is something to go on with.
  expect(result.killedAt.filter((part) => part < 0.9).length).toBeGreaterThan(2);
});
