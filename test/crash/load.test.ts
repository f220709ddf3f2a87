import { expect, test } from 'vitest';
import { mixedLoad } from './mixed-load.ts';

test('clients of every protocol, some of which hang up, all come to an answer or an error while engine and server are killed', {
  timeout: 300_000,
}, async () => {
  const seed = Date.now() % 1e6;
  const result = await mixedLoad({ seconds: 40, clients: 6, seed, maxTokens: 400 });
  expect({ seed, ...result }).toMatchObject({ silent: [], left: { running: 0, waiting: 0, requests: 0 } });
  expect(result.ends.answer).toBeGreaterThan(20);
  expect(result.ends.left).toBeGreaterThan(3);
  for (const count of Object.values(result.kills)) expect(count).toBeGreaterThan(0);
  // What is held for those who left is given back.
  expect(result.after.openFiles).toBeLessThan(result.before.openFiles + 10);
});
