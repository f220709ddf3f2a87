import { LuciError } from '../base/errors.ts';
import type { Language } from './case.ts';
import type { CaseResult } from './result.ts';
import type { ReadLog } from './run-log.ts';
import { fisherExact, wilsonInterval } from './statistics.ts';
import { casesOf } from './suite.ts';

/** Two runs against each other: the same questions, pair by pair. */

/** What a comparison comes to. */
export interface Comparison {
  readonly kind: 'pairs';
  readonly pairs: number;
  /** Cases only the first, and only the second passes. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  readonly passed: readonly [first: number, second: number];
  readonly intervals: readonly [first: readonly [number, number], second: readonly [number, number]];
  /** Exact two-sided p of McNemar's test on the pairs that differ. */
  readonly p: number;
  /** What else differs and may be the reason. */
  readonly warnings: readonly string[];
}

/** One model with the public seed and with others: it may have seen the questions. */
export interface SeedComparison {
  readonly kind: 'seeds';
  readonly model: string;
  readonly seeds: readonly [open: string, fresh: string];
  readonly passed: readonly [number, number];
  readonly total: readonly [number, number];
  /** One-sided p of Fisher's exact test: how likely the public seed comes out so much better by chance. */
  readonly p: number;
}

/** The seed whose questions everybody can read. */
export const publicSeed = '0';

/** Whether two runs are of the same bytes and suite, one with the public seed and one with another. */
export function isSeedPair({ run: a }: ReadLog, { run: b }: ReadLog): boolean {
  const isSame = a.modelSha256 === b.modelSha256 && a.suiteHash === b.suiteHash;
  return isSame && (a.seed === publicSeed) !== (b.seed === publicSeed);
}

/** Compares the answers to the public questions with those to fresh ones, over the cases both runs have. */
export function compareSeeds(first: ReadLog, second: ReadLog): SeedComparison {
  const [open, fresh] = first.run.seed === publicSeed ? [first, second] : [second, first];
  const of = ({ answers }: ReadLog, other: ReadLog): readonly CaseResult[] => {
    const common = new Set(other.answers.filter(isDecided).map(({ caseId }) => caseId));
    return answers.filter((answer) => isDecided(answer) && common.has(answer.caseId));
  };
  const groups = [of(open, fresh), of(fresh, open)].map((answers) => [
    answers.filter(({ status }) => status === 'pass').length,
    answers.length,
  ]) as [[number, number], [number, number]];
  if (groups[0][1] === 0) throw new LuciError('USAGE', 'The runs have no case in common.', { hint: `luci test ${open.run.model}` });
  return {
    kind: 'seeds',
    model: open.run.model,
    seeds: [open.run.seed, fresh.run.seed],
    passed: [groups[0][0], groups[1][0]],
    total: [groups[0][1], groups[1][1]],
    p: fisherExact(groups[0], groups[1]),
  };
}

/** Compares. Throws USAGE for runs of different suites or without a common question. */
export function compareRuns(first: ReadLog, second: ReadLog): Comparison {
  if (first.run.suiteHash !== second.run.suiteHash)
    throw new LuciError(
      'USAGE',
      `The runs are of different suites (${first.run.suiteHash} and ${second.run.suiteHash}) and cannot be compared.`,
      {
        hint: `luci test ${second.run.model}`,
      },
    );
  const isSameQuestion = languageCheck(first.run.language, second.run.language);
  const idOf = ({ caseId, variant }: CaseResult, seed: string): string => `${caseId}/${seed}/${variant}`;
  const others = new Map(second.answers.filter(isDecided).map((answer) => [idOf(answer, second.run.seed), answer]));
  const pairs = first.answers.filter(isDecided).flatMap((answer) => {
    const other = others.get(idOf(answer, first.run.seed));
    return other && isSameQuestion(answer) ? [[answer, other] as const] : [];
  });
  if (pairs.length === 0)
    throw new LuciError('USAGE', 'The runs have no question in common: other seeds, or other tiers.', { hint: 'luci test --seed 0' });
  const passes = ({ status }: CaseResult): boolean => status === 'pass';
  const onlyFirst = pairs.filter(([a, b]) => passes(a) && !passes(b)).map(([a]) => a.caseId);
  const onlySecond = pairs.filter(([a, b]) => !passes(a) && passes(b)).map(([a]) => a.caseId);
  const passed = [pairs.filter(([a]) => passes(a)).length, pairs.filter(([, b]) => passes(b)).length] as const;
  return {
    kind: 'pairs',
    pairs: pairs.length,
    onlyFirst,
    onlySecond,
    passed,
    intervals: [wilsonInterval(passed[0], pairs.length), wilsonInterval(passed[1], pairs.length)],
    p: mcnemarExact(onlyFirst.length, onlySecond.length),
    warnings: (['engine', 'toolPath', 'contextLength', 'language'] as const).flatMap((fact) =>
      first.run[fact] === second.run[fact]
        ? []
        : [
            `${fact} differs: ${first.run[fact]} and ${second.run[fact]}${fact === 'language' ? '; cases that ask for code in it are left out' : ''}`,
          ],
    ),
  };
}

/** Whether an answer is to a question both runs were asked: a case that asks for code in the run's language is another one in another language. */
function languageCheck(first: Language, second: Language): (answer: CaseResult) => boolean {
  if (first === second) return () => true;
  const own = new Set(([0, 1, 2, 3] as const).flatMap(casesOf).flatMap(({ id, inPython }) => (inPython ? [id] : [])));
  return ({ caseId }) => !own.has(caseId);
}

function isDecided({ status }: CaseResult): boolean {
  return status !== 'error';
}

/** Two-sided exact test: how likely a split at least as uneven is when both are equally good (binomial with 1/2). */
export function mcnemarExact(a: number, b: number): number {
  const n = a + b;
  if (n === 0) return 1;
  let tail = 0;
  let term = 0.5 ** n;
  for (let k = 0; k <= Math.min(a, b); k += 1) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}
