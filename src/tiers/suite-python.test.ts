import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePythonPart, type PythonPart } from '../../test/fixtures/python-part.ts';
import { forms } from '../../test/suites/answerers.ts';
import { allTiers } from '../base/model.ts';
import type { CaseDefinition, Instance, Language, Verifier } from './case.ts';
import { codeBlocks } from './grade/answer-text.ts';
import { sameValue } from './grade/same-value.ts';
import { nullModels } from './null-models.ts';
import { callFunction } from './sandbox/javascript.ts';
import { openPython, type PythonSandbox } from './sandbox/python.ts';
import { casesOf, instanceOf } from './suite.ts';
import { verdictOn } from './verdict-on.ts';

/** Proof that cases which ask for Python are the same tasks as in JavaScript, and graded as strictly. */

const timeLimitMs = 240_000;
const languages = ['javascript', 'python'] as const;
const definitions = allTiers.flatMap(casesOf).filter(({ inPython }) => inPython);
const byId = definitions.map((definition) => [definition.id, definition] as const);

let part: PythonPart;
let python: PythonSandbox;
beforeAll(async () => {
  part = await makePythonPart();
  python = await openPython(part.folder);
}, timeLimitMs);
afterAll(async () => {
  await python[Symbol.asyncDispose]();
  await part[Symbol.asyncDispose]();
});

type CodeVerifier = Extract<Verifier, { kind: 'code' }>;

function codeOf(instance: Instance): CodeVerifier {
  const verify = instance.turns[0]?.verify;
  if (verify?.kind !== 'code') throw new Error('no code is asked for');
  return verify;
}

test('code is asked for in both languages by three cases', () => {
  expect(definitions.map(({ id }) => id)).toEqual(['t1-code', 't2-edge', 't3-algo']);
});

test.each(byId)('%s: a seed draws the same task in both languages, and each is asked for in its own words', (_, definition) => {
  for (let seed = 0; seed < 60; seed += 1) {
    const [script, snake] = languages.map((language) => instanceOf(definition, String(seed), 0, language)) as [Instance, Instance];
    const { language, ...same } = codeOf(snake);
    expect(language).toBe('python');
    expect(same).toEqual(codeOf(script));
    const [inScript, inSnake] = [script.turns[0]?.user ?? '', snake.turns[0]?.user ?? ''];
    expect(inSnake).not.toMatch(/JavaScript|array/);
    const reworded = inScript.replace('JavaScript', 'Python').replaceAll('an array', 'a list').replaceAll('array', 'list');
    expect(reworded.replaceAll('an empty list', 'an empty list')).toBe(inSnake);
  }
});

test.each(byId)(
  '%s: in Python the right answer passes and the nearly right one fails, in every form',
  async (_, definition) => {
    const instance = instanceOf(definition, '0', 0, 'python');
    expect(await verdictOn(instance, instance.oracle, { python })).toEqual({ passes: true });
    expect(await verdictOn(instance, instance.nearMiss, { python })).toMatchObject({
      passes: false,
      reason: expect.stringMatching(/hidden test/),
    });
    for (const { name, form, except = [] } of forms) {
      if (except.includes(definition.id)) continue;
      const turns = instance.oracle.map((turn) => ({ ...turn, text: form(turn.text) }));
      expect(await verdictOn(instance, turns, { python }), name).toEqual({ passes: true });
    }
    for (const [name, answer] of nullModels)
      expect(await verdictOn(instance, answer(instance), { python }), name).toMatchObject({ passes: false });
  },
  timeLimitMs,
);

test(
  'a block that shows how to call the function, and a block inside a list, are no wrong answers',
  async () => {
    const instance = instanceOf(definitions[0] as CaseDefinition, '0', 0, 'python');
    const { functionName } = codeOf(instance);
    const right = instance.oracle[0]?.text ?? '';
    const indented = `1. Here:\n\n${right
      .split('\n')
      .slice(1)
      .map((line) => `   ${line}`)
      .join('\n')}`;
    for (const text of [`${right}\n\nFor example:\n\`\`\`python\nprint(${functionName}([1]))\n\`\`\``, indented])
      expect(await verdictOn(instance, [{ text }], { python })).toEqual({ passes: true });
    // The other language is no answer.
    const script = instanceOf(definitions[0] as CaseDefinition, '0', 0, 'javascript').oracle;
    expect(await verdictOn(instance, script, { python })).toMatchObject({ passes: false });
  },
  timeLimitMs,
);

test('without a sandbox for Python the case is an error, never a failure', async () => {
  const instance = instanceOf(definitions[0] as CaseDefinition, '0', 0, 'python');
  await expect(verdictOn(instance, instance.oracle)).rejects.toMatchObject({ code: 'TESTS_INCOMPLETE' });
});

/** Mistakes a model might make, as changes of the right code. */
const mutations: Readonly<Record<string, readonly (readonly [name: string, from: RegExp, to: (found: string) => string])[]>> = {
  't2-edge': [
    ['a gap one too small', /(?<=1\] <= )\d+/, (gap) => String(Number(gap) - 1)],
    ['no swap', /(?:Math\.)?min\(a, b\), (?:Math\.)?max\(a, b\)/, () => 'a, b'],
    ['no cap', /(?<=weight <= )\d+/, () => '99'],
  ],
  't3-algo': [
    ['a wall too few', /(?<=now > )\d+/, (walls) => String(Number(walls) - 1)],
    ['a wall too many', /(?<=now > )\d+/, (walls) => String(Number(walls) + 1)],
    ['turns for nothing', /\d+(?= : 0\)|(?= if direction))/, () => '0'],
  ],
};

test.each(languages)(
  '%s: right code gives what is wanted, nearly right code and every mutation do not, on 25 seeds',
  async (language) => {
    const runs: { what: string; source: string; verify: CodeVerifier; isRight: boolean }[] = [];
    for (const definition of definitions)
      for (let seed = 0; seed < 25; seed += 1) {
        const instance = instanceOf(definition, String(seed), 0, language);
        const verify = codeOf(instance);
        const what = `${definition.id}, seed ${seed}`;
        const [right = ''] = codeBlocks(instance.oracle[0]?.text ?? '');
        const [near = ''] = codeBlocks(instance.nearMiss[0]?.text ?? '');
        runs.push({ what, source: right, verify, isRight: true }, { what: `${what}, near`, source: near, verify, isRight: false });
        for (const [name, from, to] of mutations[definition.id] ?? []) {
          const source = right.replace(from, to);
          expect(source, `${what}, ${name}`).not.toBe(right);
          runs.push({ what: `${what}, ${name}`, source, verify, isRight: false });
        }
      }
    for (const [index, values] of (await valuesOf(language, runs)).entries()) {
      const { what, verify, isRight } = runs[index] as (typeof runs)[number];
      expect(
        verify.tests.every(({ want }, test) => sameValue(values[test], want)),
        what,
      ).toBe(isRight);
    }
  },
  timeLimitMs,
);

/** Values of all hidden tests. This code is ours, so one process may run all of it. */
async function valuesOf(language: Language, runs: readonly { source: string; verify: CodeVerifier }[]): Promise<readonly unknown[][]> {
  const calls = runs.map(({ source, verify }) => [source, verify.functionName, verify.tests.map(({ args }) => args)]);
  const limits = { timeMs: 60_000, memoryMB: 512 };
  if (language === 'javascript') {
    const source = `function run(source, name, calls) {
  const f = new Function(source + '; return ' + name)();
  return calls.map((args) => f(...args));
}`;
    return doneIn(await callFunction(source, 'run', calls, { limits })) as unknown[][];
  }
  const source = `
def run(source, name, calls):
    names = {}
    exec(source, names)
    return [names[name](*args) for args in calls]
`;
  await using patient = await openPython(part.folder, { limits });
  return doneIn(await patient.callFunction(source, 'run', calls)) as unknown[][];
}

function doneIn(result: { done: readonly unknown[] } | { failed: string }): readonly unknown[] {
  if ('failed' in result) throw new Error(result.failed);
  return result.done;
}
