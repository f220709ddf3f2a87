import type { CaseResult } from '../result.ts';
import { abilityOf, textLengths } from './context.ts';

/** Of the answers to a length so many must be right: two of its three kinds. */
const neededShare = 2 / 3;

/**
 * The longest text, in tokens, up to which a model can use what it reads: every length up to it has two thirds of its answers right.
 * 0 where the shortest has not; undefined where the shortest has no answer.
 */
export function effectiveContext(answers: readonly Pick<CaseResult, 'ability' | 'status'>[]): number | undefined {
  let effective: number | undefined;
  for (const thousands of textLengths) {
    const own = answers.filter(({ ability, status }) => ability === abilityOf(thousands) && status !== 'error');
    if (own.length === 0) return effective;
    const right = own.filter(({ status }) => status === 'pass').length;
    if (right < own.length * neededShare) return effective ?? 0;
    effective = thousands * 1000;
  }
  return effective;
}
