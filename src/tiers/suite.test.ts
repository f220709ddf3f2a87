import { expect, test } from 'vitest';
import type { CaseDefinition, Instance, ScriptedTurn } from './case.ts';
import { grade } from './grade/grade.ts';
import type { Grade } from './grade/grade-text.ts';
import { openWorld } from './run/world.ts';
import { casesOf, highestTier, instanceOf, type TierNumber } from './suite.ts';

/** Proof that the graders work: right answers pass, nearly right ones and twenty kinds of nonsense do not. */

const all = Array.from({ length: highestTier + 1 }, (_, tier) => casesOf(tier as TierNumber)).flat();
const byId = all.map((definition) => [definition.id, definition] as const);

/** The verdict on scripted turns; every turn that is graded must pass. */
async function verdictOn(instance: Instance, turns: readonly ScriptedTurn[]): Promise<Grade> {
  await using world = instance.world ? await openWorld(instance.world) : undefined;
  let verdict: Grade = { passes: true };
  for (const [index, { verify }] of instance.turns.entries()) {
    const turn = turns[index] ?? { text: '' };
    const answered = world ? await world.play(turn) : { text: turn.text };
    if (verify && verdict.passes) verdict = await grade(verify, answered);
  }
  return verdict;
}

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

const sayAll = (instance: Instance, say: (user: string) => string): ScriptedTurn[] =>
  instance.turns.map(({ user }) => ({ text: say(user) }));
const constant =
  (text: string) =>
  (instance: Instance): ScriptedTurn[] =>
    sayAll(instance, () => text);

/** Answerers that know nothing; none of them may pass a case. */
const nobodies: readonly (readonly [name: string, answer: (instance: Instance) => ScriptedTurn[]])[] = [
  ['says nothing', constant('')],
  ['echoes the prompt', (instance) => sayAll(instance, (user) => user)],
  ['says all words of the prompt once', (instance) => sayAll(instance, (user) => [...new Set(user.split(/\s+/))].join(' '))],
  ['says the last line of the prompt', (instance) => sayAll(instance, (user) => user.split('\n').at(-1) ?? '')],
  ['says the first line of the prompt', (instance) => sayAll(instance, (user) => user.split('\n')[0] ?? '')],
  ['says yes', constant('yes')],
  ['says no', constant('no')],
  ['says 42', constant('Answer: 42')],
  ['says unknown', constant('unknown')],
  ['says {}', constant('{}')],
  ['says []', constant('[]')],
  ['refuses', constant('I am sorry, but I cannot help with that.')],
  ['claims to be done', constant('Done! I have taken care of everything.')],
  ['counts to 200', constant(Array.from({ length: 201 }, (_, number) => number).join(' '))],
  ['thinks and never answers', (instance) => sayAll(instance, () => `<think>${instance.oracle[0]?.text ?? ''}`)],
  ['returns its argument', (instance) => sayAll(instance, (user) => stub(user, 'x'))],
  ['returns 0', (instance) => sayAll(instance, (user) => stub(user, '0'))],
  ['returns []', (instance) => sayAll(instance, (user) => stub(user, '[]'))],
  [
    'deletes everything',
    (instance) =>
      instance.turns.map(() => ({
        text: 'Done.',
        calls: Object.keys(instance.world?.files ?? {}).map((path) => ({ name: 'delete_file', args: { path } })),
      })),
  ],
  [
    'lists and reads everything',
    (instance) =>
      instance.turns.map(() => ({
        text: 'Done.',
        calls: [
          { name: 'list_files', args: { path: '.' } },
          { name: 'system_info', args: {} },
          ...Object.keys(instance.world?.files ?? {}).map((path) => ({ name: 'read_file', args: { path } })),
        ],
      })),
  ],
];

function stub(user: string, value: string): string {
  const name = /\b((?:task|calc|stock|merge|route)\w*\d+)/.exec(user)?.[1] ?? 'f';
  return `\`\`\`js\nfunction ${name}(x) { return ${value}; }\n\`\`\``;
}

test.each(nobodies)('an answerer that %s passes nothing', async (_, answer) => {
  for (const definition of all)
    for (const seed of ['0', '1', '2']) {
      const instance = instanceOf(definition, seed, 0);
      expect(await verdictOn(instance, answer(instance)), `${definition.id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

/** Ways to write the same right answer. */
const forms: readonly (readonly [name: string, form: (text: string) => string])[] = [
  ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
  ['space around it', (text) => `\n  ${text}  \n\n`],
  ['thinking with a wrong answer before it', (text) => `<think>Perhaps 17? Answer: 17\n{"a": 1}</think>\n${text}`],
  ['thinking that the template opened', (text) => `It may be 17.\n</think>\n\n${text}`],
];

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
