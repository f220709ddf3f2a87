import { LuciError } from '../base/errors.ts';
import type { GradeOptions } from './grade/grading.ts';
import type { ReadLog } from './run-log.ts';
import { ladder, type Suite } from './suite.ts';
import { verdictOn } from './verdict-on.ts';

/** Answers that are in a log graded again, without a model: for graders that were mended. */

/** An answer whose verdict is another one now. */
export interface Rescored {
  readonly caseId: string;
  readonly variant: number;
  readonly before: string;
  readonly now: 'pass' | 'fail';
  readonly reason?: string;
}

/** Grades all answers of a log again; returns those that changed. The suite must be of the same version: prompts are made anew from the seed. */
export async function rescoreRun(
  { run, answers }: ReadLog,
  { suite = ladder, signal, python }: GradeOptions & { readonly suite?: Suite } = {},
): Promise<readonly Rescored[]> {
  if (run.suite !== `${suite.name} ${suite.version}`)
    throw new LuciError('USAGE', `The run is of ${run.suite}; here is ${suite.name} ${suite.version}.`, {
      hint: suite.isLadder ? `luci test rescore ${run.model} --suite FILE` : `luci test rescore ${run.model}`,
    });
  const known = new Set(suite.tiers.flatMap((tier) => suite.casesOf(tier)).map(({ id }) => id));
  const changed: Rescored[] = [];
  for (const { caseId, variant, status, turns } of answers) {
    if (!known.has(caseId) || status === 'error') continue;
    const instance = suite.instanceOf(caseId, run.seed, variant, run.language);
    const scripted = turns.map(({ text, calls = [] }) => ({
      text,
      calls: calls.map(({ name, args }) => ({ name, args: args as Record<string, unknown> })),
    }));
    const verdict = await verdictOn(instance, scripted, { signal, python });
    const now = verdict.passes ? 'pass' : 'fail';
    if (now !== status) changed.push({ caseId, variant, before: status, now, reason: verdict.passes ? undefined : verdict.reason });
  }
  return changed;
}
