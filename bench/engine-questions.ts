// What the sides of bench/engine.ts are asked, and how their times become rows of a table.
import type { Session } from '../src/engine/engine.ts';
import type { Question } from './engine-rivals.ts';
import { median } from './paired.ts';

let asked = 0;
/** Of a question nobody has asked before. */
export function nextNumber(): number {
  asked += 1;
  return asked;
}

/** A question nobody has asked before. */
export function fresh(maxTokens: number): Question {
  asked += 1;
  return {
    messages: [{ role: 'user', content: `${asked}. Tell me a long story about a river and the ${asked} people who live there.` }],
    maxTokens,
  };
}

/** The same, whose answer no model ends soon: larger ones tell a long story in 13 tokens. */
export function counting(maxTokens: number): Question {
  asked += 1;
  return { messages: [{ role: 'user', content: `${asked}0. Count from one to two hundred in words, one a line.` }], maxTokens };
}

/** A prompt nobody has read before, as long as the text. */
export function prompt(text: string): Question {
  asked += 1;
  return { messages: [{ role: 'user', content: `${asked}. ${text}` }], maxTokens: 1 };
}

/** Words of about so many tokens. */
export async function textOf(session: Session, tokens: number): Promise<string> {
  const words = 'The river runs past the mill and under the old bridge, where the children of the village fish in the evening. ';
  const each =
    (await session.countTokens([{ role: 'user', content: words.repeat(3) }])) -
    (await session.countTokens([{ role: 'user', content: words.repeat(2) }]));
  return words.repeat(Math.ceil(tokens / each));
}

/** Rivals in turn, after a round that does not count; each gives one number a round. */
export async function inTurn(
  rounds: number,
  rivals: readonly (() => Promise<number> | number)[],
): Promise<{ medians: number[]; ratios: number[] }> {
  const rows: number[][] = rivals.map(() => []);
  for (let round = -1; round < rounds; round += 1)
    for (const [index, rival] of rivals.entries()) {
      const value = await rival();
      if (round >= 0) rows[index]?.push(value);
    }
  // Of the first to each, round by round.
  const ratios = rows.map((row) => median(row.map((value, round) => (rows[0]?.[round] ?? Number.NaN) / value)));
  return { medians: rows.map(median), ratios };
}

/** With one digit. */
export function rounded(value = Number.NaN): string {
  return value.toFixed(1);
}

/** With two digits, as a ratio. */
export function two(value = Number.NaN): string {
  return value.toFixed(2);
}
