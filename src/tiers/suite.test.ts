import { expect, test } from 'vitest';
import { forms, nobodies, verdictOn } from '../../test/suites/answerers.ts';
import type { CaseDefinition } from './case.ts';
import { casesOf, highestTier, instanceOf, type TierNumber } from './suite.ts';

/** Proof that the graders work: right answers pass, nearly right ones and twenty kinds of nonsense do not. */

const all = Array.from({ length: highestTier + 1 }, (_, tier) => casesOf(tier as TierNumber)).flat();
const byId = all.map((definition) => [definition.id, definition] as const);

test.each(byId)('%s: the right answer passes and the nearly right one fails, on 12 seeds', async (_, definition) => {
  for (let seed = 0; seed < 12; seed += 1) {
    const instance = instanceOf(definition, String(seed), 0);
    expect(await verdictOn(instance, instance.oracle), `seed ${seed}`).toEqual({ passes: true });
    expect(await verdictOn(instance, instance.nearMiss), `seed ${seed}`).toMatchObject({ passes: false });
  }
});

test.each(byId)('%s: the same seed gives the same bytes, 200 seeds at least 160 different prompts', (_, definition) => {
  const promptOf = (seed: number): string => JSON.stringify(instanceOf(definition, String(seed), 0));
  expect(promptOf(7)).toBe(promptOf(7));
  // What is asked, and the machine it is asked about.
  const asked = (seed: number): string => {
    const { turns, world } = instanceOf(definition, String(seed), 0);
    return JSON.stringify([turns.map(({ user }) => user), world]);
  };
  expect(new Set(Array.from({ length: 200 }, (_unused, seed) => asked(seed))).size).toBeGreaterThanOrEqual(160);
});

test.each(nobodies)('an answerer that %s passes nothing', async (_, answer) => {
  for (const definition of all)
    for (const seed of ['0', '1', '2']) {
      const instance = instanceOf(definition, seed, 0);
      expect(await verdictOn(instance, answer(instance)), `${definition.id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test.each(forms)('a right answer with %s passes', async (_, form) => {
  for (const definition of all) {
    const instance = instanceOf(definition, '3', 0);
    const turns = instance.oracle.map((turn) => ({ ...turn, text: form(turn.text) }));
    expect(await verdictOn(instance, turns), definition.id).toEqual({ passes: true });
  }
});

test('answers a constant would hit are never right', () => {
  const wanted = (definition: CaseDefinition): unknown[] =>
    Array.from({ length: 300 }, (_, seed) => instanceOf(definition, String(seed), 0).turns.at(-1)?.verify).flatMap((verify) =>
      verify?.kind === 'number' ? [verify.value] : [],
    );
  const values = all.flatMap(wanted);
  expect(values.length).toBeGreaterThan(500);
  expect(values.filter((value) => [0, 1, 2, 10, 42, 100].includes(value as number))).toEqual([]);
});
