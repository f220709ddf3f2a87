import { decimalText } from './decimal-text.ts';
import { workOut } from './parse-sum.ts';
import { convert, NotASum, NoValue, type Quantity } from './quantity.ts';
import { unitOf } from './units.ts';

/** Questions that are sums or conversions, told from those that only look like one. */

/** What a sum comes to. */
export interface SumAnswer {
  /** As in `0.1 + 0.2 = 0.3`. */
  readonly text: string;
  /** Decimal digits; undefined where the sum has no value. */
  readonly value: string | undefined;
  readonly unit?: string;
  /** Whether the digits are the very value; otherwise they are rounded. */
  readonly isExact: boolean;
}

/** Texts are longer than any sum. */
const maxLength = 200;

/** `3/4 of 100` is a sum in any case; these alone are days, times and habits of speech. */
const sayings = new Set(['9/11', '24/7', '7/11', '50/50', '20/20', '4/20', '80/20', '7/7', '1/6', '360/365']);

/** What is asked for by a sum alone or by a question about one; undefined for every other text. */
export function answerSum(asked: string): SumAnswer | undefined {
  const { text, lead } = withoutQuestion(asked);
  if (text.length > maxLength || !isSure(text, lead)) return undefined;
  try {
    return percentAnswer(text) ?? conversion(text) ?? sum(text);
  } catch (error) {
    if (error instanceof NoValue) return { text: `${shown(text)} has no value here: ${error.message}.`, value: undefined, isExact: true };
    if (error instanceof NotASum) return undefined;
    throw error;
  }
}

/** What stands before a sum: a word that calls it one, a question, or nothing. */
type Lead = 'named' | 'asked' | 'none';

function withoutQuestion(asked: string): { readonly text: string; readonly lead: Lead } {
  const withoutEnd = asked.replace(/ ?=$/, '');
  const named = /^(?:calculate|compute|work out|evaluate|how much is|convert|=) ?(?=\S)/i.exec(withoutEnd)?.[0];
  if (named !== undefined) return { text: withoutEnd.slice(named.length), lead: 'named' };
  const question = /^what(?: is|'s) (?=\S)/i.exec(withoutEnd)?.[0] ?? '';
  return { text: withoutEnd.slice(question.length), lead: withoutEnd !== asked ? 'named' : question === '' ? 'none' : 'asked' };
}

/** Digits with a dash or a stroke may be a date, a number of a telephone, the result of a game, or a saying. */
function isSure(text: string, lead: Lead): boolean {
  if (lead === 'named') return true;
  const isSaying = sayings.has(text) || /^\d{1,4}([-–/.])\d{1,2}\1\d{1,4}$/.test(text) || /^\d{3,}[-–]\d{3,}$/.test(text);
  if (lead === 'asked') return !isSaying;
  return !isSaying && !/^\+?[\d.,]+(?:[-–/][\d.,]+)+$/.test(text) && !/^\+?\(?\d{2,}\)? ?\d{2,}[ -]\d/.test(text);
}

/** `5 km in miles`, `how many feet are in 3 m`, `seconds in a day`. */
function conversion(text: string): SumAnswer | undefined {
  const asked = /^how many (?<unit>[^\d]+?)(?: (?:is|are|make|make up))?(?: there)? (?:in )?(?<amount>(?:an?|one|[-\d.]).*)$/i.exec(text);
  const said = /^(?<amount>.*\S) (?:in|to|into|as) (?<unit>[^\d]+)$/i.exec(text);
  const { amount, unit: name } = (asked ?? said)?.groups ?? {};
  if (amount === undefined || name === undefined) return undefined;
  const unit = unitOf(name.trim());
  if (unit === undefined) return undefined;
  const { quantity } = workOut(amount.replace(/^(?:an?|one) /i, '1 '));
  return answered(amount.replace(/^(?:an?|one) /i, '1 '), convert(quantity, unit));
}

/** `what percent of 80 is 12`, `12 is what percent of 80`, `20% off 50`. */
function percentAnswer(text: string): SumAnswer | undefined {
  const part =
    /^(?:what )?per ?cent(?:age)? of (?<whole>[\d.,]+) (?:is|are) (?<part>[\d.,]+)$/i.exec(text)?.groups ??
    /^(?<part>[\d.,]+) (?:is|are) (?:what|which|how many) per ?cent(?:age)? of (?<whole>[\d.,]+)$/i.exec(text)?.groups;
  if (part) {
    const { quantity } = workOut(`${part['part']} / ${part['whole']}`);
    return answered(`${part['part']} of ${part['whole']}`, { ...quantity, isPercent: true });
  }
  const off = /^(?<percent>[\d.]+ ?(?:%|per ?cent)) off (?:of )?(?<price>[\d.,]+)$/i.exec(text)?.groups;
  return off && answered(`${off['price']} - ${off['percent']}`, workOut(`${off['price']} - ${off['percent']}`).quantity);
}

function sum(text: string): SumAnswer | undefined {
  const { quantity, hasOperator } = workOut(text);
  return hasOperator ? answered(text, quantity) : undefined;
}

function answered(asked: string, { value, unit, isPercent }: Quantity): SumAnswer {
  const { text, isExact } = decimalText(isPercent ? value.mul(100) : value);
  const symbol = unit?.symbol ?? (isPercent ? '%' : undefined);
  const told = symbol === undefined ? text : `${text} ${symbol}`;
  return { text: `${shown(asked)} = ${told}${isExact ? '' : ' (rounded)'}`, value: text, unit: symbol, isExact };
}

function shown(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
