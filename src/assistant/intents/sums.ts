import { type Intent, said } from '../intent.ts';
import { answerSum } from '../sums/answer-sum.ts';

/** Sums and conversions: the whole text must be one. */
export const sumIntents: readonly Intent[] = [
  {
    name: 'sums.sum',
    example: 'what is 15% of 80?',
    patterns: ['(?<sum>.+)'],
    reply({ sum = '' }) {
      const answer = answerSum(sum);
      if (answer === undefined) return undefined;
      const { text, value = null, unit = null, isExact } = answer;
      return said(text, { value, unit, exact: isExact });
    },
  },
];
