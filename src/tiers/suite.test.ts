import { expect, test } from 'vitest';
import { forms, guess } from '../../test/suites/answerers.ts';
import { needsSandbox } from '../../test/suites/needs-sandbox.ts';
import { allTiers } from '../base/model.ts';
import type { CaseDefinition, Instance } from './case.ts';
import { nullModels } from './null-models.ts';
import { casesOf, instanceOf } from './suite.ts';
import { verdictOn } from './verdict-on.ts';

/** Proof that the graders work: right answers pass, nearly right ones and twenty kinds of nonsense do not. */

const all = allTiers.flatMap(casesOf);
/** Made once: puzzles with one solution take a while to find. */
const made = new Map<string, Instance>();
function instance(definition: CaseDefinition, seed: number): Instance {
  const key = `${definition.id} ${seed}`;
  const found = made.get(key) ?? instanceOf(definition, String(seed), 0);
  made.set(key, found);
  return found;
}

const byId = all.map((definition) => [definition.id, definition] as const);

test.each(byId)('%s: the right answer passes and the nearly right one fails', async (_, definition) => {
  for (let seed = 0; seed < (needsSandbox(definition) ? 6 : 40); seed += 1) {
    const asked = instance(definition, seed);
    expect(await verdictOn(asked, asked.oracle), `seed ${seed}`).toEqual({ passes: true });
    expect(await verdictOn(asked, asked.nearMiss), `seed ${seed}`).toMatchObject({ passes: false });
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

test.each(nullModels)('an answerer that %s passes nothing', async (_, answer) => {
  for (const definition of all)
    for (const seed of [0, 1, 2]) {
      const asked = instance(definition, seed);
      expect(await verdictOn(asked, answer(asked)), `${definition.id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test.each(forms)('a right answer with $name passes', async ({ form, except = [] }) => {
  for (const definition of all) {
    const asked = instance(definition, 3);
    const turns = asked.oracle.map((turn) => ({ ...turn, text: form(turn.text) }));
    // Where nothing but the answer was asked for, it is not only allowed to fail: it must.
    expect((await verdictOn(asked, turns)).passes, definition.id).toBe(!except.includes(definition.id));
  }
});

test('somebody who knows options, form and tool, and guesses, passes as rarely as the case says', async () => {
  for (const definition of all) {
    const { chanceLevel } = definition;
    const seeds = 40;
    let passed = 0;
    for (let seed = 0; seed < seeds; seed += 1) {
      const asked = instance(definition, seed);
      // NullModel guesses code: without a guess of its own the answer is "Done.", which is tried in the tests above.
      if (!asked.guess && chanceLevel === 0) break;
      passed += (await verdictOn(asked, guess(asked, String(seed)))).passes ? 1 : 0;
    }
    const most = seeds * chanceLevel + 3 * Math.sqrt(seeds * chanceLevel * (1 - chanceLevel)) + 0.999;
    expect(passed, `${definition.id} by a guess`).toBeLessThanOrEqual(most);
    expect(chanceLevel, definition.id).toBeLessThanOrEqual(1 / 8);
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

test('of the words that are offered one is of the kind: no plum beside a colour, no chisel beside an instrument', () => {
  const pick = all.find(({ id }) => id === 't0-pick');
  const prompts = Array.from({ length: 400 }, (_, seed) => (pick ? instanceOf(pick, String(seed), 0).turns[0]?.user : undefined) ?? '');
  const offers = (asked: string, words: RegExp): string[] => prompts.filter((user) => user.includes(asked) && words.test(user));
  expect(prompts.filter((user) => user.includes('is a colour?')).length).toBeGreaterThan(10);
  expect(offers('is a colour?', /\b(apricot|cherry|mango|pear|plum|papaya)\b/)).toEqual([]);
  expect(offers('is a tool?', /\b(cello|oboe|trumpet|violin|harp|tuba|tractor)\b/)).toEqual([]);
  expect(offers('is a musical instrument?', /\b(chisel|saw|drill)\b/)).toEqual([]);
});
