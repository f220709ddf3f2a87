import { expect, test } from 'vitest';
import { allTiers } from '../base/model.ts';
import type { Instance } from './case.ts';
import { casesOf, instanceOf } from './suite.ts';

/** Budgets are at least twice the longest usual right answer; what a model writes is counted as no vocabulary counts it higher. */

/** Four letters, one digit, one other mark a token: vocabularies of models join more. */
function tokensAtMost(text: string): number {
  return (text.match(/\p{L}{1,4}|\d|\n+|[^\s\p{L}\d]{1,2}/gu) ?? []).length;
}

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

/** How people write it who show their work, around the answer that is right. */
const usual: Readonly<Record<string, (instance: Instance, right: string) => string>> = {
  't0-yesno': (_, right) =>
    right
      .split('\n')
      .map((line) => `${line}, because the text says what happened there.`)
      .join('\n'),
  't1-regex': (_, right) =>
    `Here is what each part does:\n1. \`^\` is the start of the text, so nothing stands before it.\n2. \`[A-Z]{3}\` are exactly three capital letters.\n3. \`-\` is the character itself.\n4. \`\\d{2,4}\` are two to four digits.\n5. \`[xy]?\` is one of the letters, or nothing.\n6. \`$\` is the end of the text, so nothing follows.\n\n${right}`,
  't2-boxes': ({ turns }) => {
    const verify = turns.at(-1)?.verify;
    const want = verify?.kind === 'json' ? (verify.want as Record<string, number>) : {};
    const state = Object.entries(want)
      .map(([thing, box]) => `${box}: ${thing}`)
      .join(', ');
    const steps = Array.from({ length: 12 }, (_, index) => `${index + 1}. After this swap the boxes hold ${state}.`);
    return `Let me go through it step by step.\n${steps.join('\n')}\n\n${json(want)}`;
  },
  't3-schedule': (_, right) =>
    `Let me look at what is possible.\n${Array.from(
      { length: 20 },
      (_unused, index) =>
        `- Case ${index + 1}: if Anton works on Monday, then Bea must work on Tuesday by clue (3), which breaks clue (2).`,
    ).join('\n')}\nOnly one order is left.\n${right}`,
  't3-knapsack': (_, right) =>
    `Value for each coin:\n${Array.from({ length: 9 }, () => '- helmets: 45 / 18 = 2.5 for each coin').join('\n')}\n${Array.from(
      { length: 14 },
      () => 'Try helmets + jars + keys + lamps: cost 18 + 9 + 22 + 14 = 63, value 45 + 30 + 41 + 25 = 141.',
    ).join('\n')}\n${right}`,
  't2-calendar': (_, right) =>
    `${Array.from({ length: 6 }, (_unused, index) => `Meeting ${index + 1} is on 2026-03-0${index + 1}, a Tuesday; the hall is open, so it stays.`).join('\n')}\n${right}`,
  't1-steps': (_, right) =>
    `1. Boxes and things: 4 × 20 = 80 keys in all.\n2. Damaged: 20% of 80 = 0.2 × 80 = 16 keys are thrown away.\n3. Left: 80 - 16 = 64 keys can be sold.\n4. Sold for: 64 × 5 = 320 coins.\n5. Stall: 320 - 15 = 305 coins remain in the end.\n\n${right}`,
};

test.each(allTiers.flatMap(casesOf).map((definition) => [definition.id, definition] as const))(
  '%s: twice the usual answer fits',
  (id, definition) => {
    for (const seed of ['0', '1', '2', '3']) {
      const instance = instanceOf(definition, seed, 0);
      const longest = instance.oracle.map(({ text, calls = [] }) => {
        // A call is a reply of its own.
        const said = [text, ...calls.map((call) => JSON.stringify(call))].map(tokensAtMost);
        return Math.max(...said, tokensAtMost(usual[id]?.(instance, text) ?? ''));
      });
      expect(definition.maxTokens, `seed ${seed}`).toBeGreaterThanOrEqual(2 * Math.max(...longest));
    }
  },
);
