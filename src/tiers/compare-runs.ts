import { LuciError } from '../base/errors.ts';
import { allTiers } from '../base/model.ts';
import type { Language } from './case.ts';
import { regressionOf, type TierChange, tierChanges } from './regression.ts';
import type { CaseResult } from './result.ts';
import type { ReadLog } from './run-log.ts';
import { fisherExact, pairedExact, repeatsToTell, wilsonInterval } from './statistics.ts';
import { casesOf } from './suite.ts';

/** Two runs against each other: the same questions, pair by pair. */

/** What a comparison comes to. */
export interface Comparison {
  readonly kind: 'pairs';
  readonly pairs: number;
  /** Different cases among them. */
  readonly cases: number;
  /** Cases only the first, and only the second passes. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  readonly passed: readonly [first: number, second: number];
  readonly intervals: readonly [first: readonly [number, number], second: readonly [number, number]];
  /** Exact two-sided p of the pairs that differ, repeats of a case as one: whether it would hold for other kinds of questions, see {@link pairedExact}. */
  readonly p: number;
  /** The same with each question for itself (McNemar's test): whether it holds for questions of these kinds. Equal to `p` where no case was repeated. */
  readonly pOfThese: number;
  /** Answers to each case, and how many would tell a difference of 20 points nine times out of ten; undefined where no number would. */
  readonly repeats: { readonly had: number; readonly needed: number | undefined };
  /** The second run against the first as its baseline. */
  readonly regression: ReturnType<typeof regressionOf>;
  readonly tiers: readonly TierChange[];
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
  const cases = [...new Set(pairs.map(([{ caseId }]) => caseId))];
  const timesIn = (ids: readonly string[], caseId: string): number => ids.filter((id) => id === caseId).length;
  const tiers = tierChanges(first, second, isSameQuestion);
  return {
    kind: 'pairs',
    pairs: pairs.length,
    cases: cases.length,
    onlyFirst,
    onlySecond,
    passed,
    intervals: [wilsonInterval(passed[0], pairs.length), wilsonInterval(passed[1], pairs.length)],
    p: pairedExact(cases.map((caseId) => timesIn(onlyFirst, caseId) - timesIn(onlySecond, caseId))),
    pOfThese: pairedExact([...onlyFirst.map(() => 1), ...onlySecond.map(() => -1)]),
    repeats: { had: Math.round(pairs.length / cases.length), needed: repeatsToTell(cases.length) },
    regression: regressionOf(tiers),
    tiers,
    warnings: (['luciVersion', 'engine', 'toolPath', 'contextLength', 'language'] as const).flatMap((fact) =>
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
  const own = new Set(allTiers.flatMap(casesOf).flatMap(({ id, inPython }) => (inPython ? [id] : [])));
  return ({ caseId }) => !own.has(caseId);
}

function isDecided({ status }: CaseResult): boolean {
  return status !== 'error';
}
