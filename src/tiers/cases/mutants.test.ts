import { expect, test } from 'vitest';
import { survivingMutants } from '../../../test/suites/surviving-mutants.ts';
import { allTiers } from '../../base/model.ts';
import { casesOf, instanceOf } from '../suite.ts';

const withCode = ['t1-code', 't1-regex', 't2-edge', 't2-bugfix', 't2-sql', 't3-algo', 't3-repair', 't3-sql', 't3-parser'];

test.each(withCode)('%s: every named mistake is told by the hidden tests, in every instance', async (id) => {
  const definition = allTiers.flatMap(casesOf).find((one) => one.id === id);
  if (!definition) throw new Error(`no case ${id}`);
  for (let seed = 0; seed < (id.endsWith('sql') ? 1 : 25); seed += 1) {
    const instance = instanceOf(definition, String(seed), 0);
    expect(instance.mutants?.length ?? 0, `seed ${seed}`).toBeGreaterThanOrEqual(12);
    expect(await survivingMutants(instance), `seed ${seed}`).toEqual([]);
  }
});

test('a desk never says that a day has free seats and none: other days than those asked for are drawn', () => {
  const definition = casesOf(3).find(({ id }) => id === 't3-policy');
  if (!definition) throw new Error('no t3-policy');
  for (let seed = 0; seed < 2000; seed += 1) {
    const days = [...(instanceOf(definition, String(seed), 0).world?.files['seats.txt'] ?? '').matchAll(/day (\d+)/g)].map(
      ([, day]) => day,
    );
    expect(days.length, `seed ${seed}`).toBe(2);
    expect(new Set(days).size, `seed ${seed}`).toBe(2);
  }
});

/** Cases of a choice: what is wanted is named once among what may be named. */
test.each(['t0-extract', 't0-pick', 't0-info', 't2-calendar', 't2-long', 't3-hops'])('%s: no distractor is the target', (id) => {
  const definition = allTiers.flatMap(casesOf).find((one) => one.id === id);
  if (!definition) throw new Error(`no case ${id}`);
  const seeds = id === 't3-hops' || id === 't2-long' ? 300 : 2000;
  for (let seed = 0; seed < seeds; seed += 1) {
    const { verify } = instanceOf(definition, String(seed), 0).turns.at(-1) ?? {};
    const choice = verify?.kind === 'state' ? verify.answer : verify;
    if (choice?.kind !== 'oneOf') throw new Error('no choice');
    expect(new Set(choice.want).size, `seed ${seed}`).toBe(choice.want.length);
    expect(choice.options.filter((option) => choice.want.includes(option)).length, `seed ${seed}`).toBe(choice.want.length);
  }
});
