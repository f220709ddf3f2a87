import { isLuciError, LuciError } from '../../base/errors.ts';
import type { Instance } from '../case.ts';
import type { GradeOptions } from '../grade/grading.ts';
import { failed, type Grade } from '../grade/verdict.ts';
import { nullModels } from '../null-models.ts';
import { verdictOn } from '../verdict-on.ts';
import { choiceText, type OwnCase, type OwnInstance, type OwnSuite } from './load-suite.ts';

/** Whether a suite says anything: right answers pass, wrong ones fail, and whoever knows nothing passes nothing. */

/** What was found in a suite. */
export interface LintReport {
  readonly suite: string;
  readonly version: string;
  readonly hash: string;
  readonly cases: readonly {
    readonly id: string;
    /** Instances that were tried, and how many there are. */
    readonly tried: number;
    readonly variants: number;
    readonly problems: readonly string[];
  }[];
}

/** Instances beside those that hold every value: combinations as the public seed draws them. */
const drawnInstances = 8;
/** Null models are put to fewer: they fail alike. */
const instancesForNullModels = 4;

/** Tries every case. Throws TESTS_INCOMPLETE when a sandbox does not work, or Python is needed and not there. */
export async function lintSuite({ name, version, hash, cases }: OwnSuite, options: GradeOptions = {}): Promise<LintReport> {
  const found = [];
  for (const own of cases) {
    const instances = instancesOf(own);
    const problems: string[] = [];
    for (const instance of instances)
      for (const problem of await answerProblems(instance, options)) problems.push(`${problem}${choiceText(instance.choice)}`);
    for (const instance of instances.slice(0, instancesForNullModels)) problems.push(...(await nullModelProblems(instance, options)));
    found.push({ id: own.id, tried: instances.length, variants: own.variants, problems: [...new Set(problems)] });
  }
  return { suite: name, version, hash, cases: found };
}

/** Which instances a run will ask. */
export interface AskedInstances extends GradeOptions {
  readonly repeats: number;
  readonly seed: string;
  readonly caseIds?: readonly string[];
}

/** Throws unless right answers pass and wrong ones fail in all that will be asked, and can be graded here. */
export async function requireSound(suite: OwnSuite, { repeats, seed, caseIds, ...options }: AskedInstances): Promise<void> {
  const asked = suite.cases.filter(({ id }) => caseIds === undefined || caseIds.includes(id));
  // What asks for Python where there is none will be an error of ours, whatever is answered.
  for (const own of asked.filter(({ needsPython }) => !needsPython || options.python))
    for (let variant = 0; variant < Math.min(repeats, own.variants); variant += 1) {
      const [problem] = await answerProblems(own.instance(seed, variant), options);
      if (problem !== undefined)
        throw new LuciError('USAGE', `${suite.name}, case ${own.id}: ${problem}.`, { hint: 'luci test lint FILE tells of every case' });
    }
}

/** What is wrong with the answers an instance comes with. */
async function answerProblems(instance: Instance & Pick<OwnInstance, 'wrong'>, options: GradeOptions): Promise<string[]> {
  const problems: string[] = [];
  const right = await orBroken(verdictOn(instance, instance.oracle, options));
  if (!right.passes) problems.push(`the right answer fails: ${right.reason}${right.evidence ? ` (${right.evidence.slice(0, 200)})` : ''}`);
  for (const [index, turns] of instance.wrong.entries())
    if ((await orBroken(verdictOn(instance, turns, options))).passes) problems.push(`wrong answer ${index + 1} passes`);
  return problems;
}

/** A case that cannot be graded is a problem of the suite; a sandbox that does not work is not. */
async function orBroken(verdict: Promise<Grade>): Promise<Grade> {
  try {
    return await verdict;
  } catch (error) {
    if (isLuciError(error, 'USAGE')) return failed(error.message);
    throw error;
  }
}

async function nullModelProblems(instance: OwnInstance, options: GradeOptions): Promise<string[]> {
  const problems: string[] = [];
  for (const [who, answer] of nullModels)
    if ((await orBroken(verdictOn(instance, answer(instance), options))).passes) problems.push(`somebody who ${who} passes`);
  return problems;
}

function instancesOf(own: OwnCase): readonly OwnInstance[] {
  const drawn = Array.from({ length: Math.min(drawnInstances, own.variants) }, (_, variant) => own.instance('0', variant));
  const seen = new Set<string>();
  return [...own.everyValue(), ...drawn].filter((instance) => {
    const key = JSON.stringify(instance.choice);
    return !seen.has(key) && seen.add(key);
  });
}
