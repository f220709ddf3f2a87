import type { Verifier } from '../case.ts';
import { plainLines, unwrapped } from './answer-text.ts';
import { keepsRule, ruleText } from './constraints.ts';
import { jsonValuesIn, lastOfShape } from './json-values.ts';
import { meantNumber } from './numbers.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders that only look at the text, from which thinking was removed. It is never empty. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export function gradeExactText({ value }: Of<'exactText'>, text: string): Grade {
  const found = unwrapped(text);
  return [found, found.replace(/\.$/, '')].includes(value) ? passed : failed('the text differs', found.slice(0, 200));
}

export function gradeNumber({ value, tolerance = 0, unit }: Of<'number'>, text: string): Grade {
  const found = meantNumber(text, unit);
  if (found === undefined) return failed('there is no number that is the answer');
  // One more or less than a whole number is another number; what may differ by rounding is a fraction.
  const allowed = Number.isInteger(value) && tolerance <= 1 ? 1e-9 : Math.max(1e-9, tolerance);
  return Math.abs(found - value) <= allowed ? passed : failed(`got ${found}, wanted ${value}`);
}

export function gradeJson({ want, anyOrder }: Of<'json'>, text: string): Grade {
  const value = lastOfShape(jsonValuesIn(text), want);
  if (value === undefined) return failed('there is no JSON of the kind asked for');
  return sameValue(value, want, { anyOrder, isLoose: true }) ? passed : failed('the values differ', JSON.stringify(value).slice(0, 300));
}

export function gradeWritten({ must, mustNot, otherwise, isCaseSensitive = false }: Of<'written'>, text: string): Grade {
  const has = (pattern: string): boolean => new RegExp(pattern, isCaseSensitive ? 'u' : 'iu').test(text);
  const isRight = (must === undefined || has(must)) && (mustNot === undefined || !has(mustNot));
  return isRight ? passed : failed(otherwise, text.slice(0, 200));
}

export function gradeLines({ want }: Of<'lines'>, text: string): Grade {
  const found = plainLines(text);
  return sameValue(found, want) ? passed : failed('the lines differ', found.join(' | ').slice(0, 300));
}

export function gradeConstraints({ list }: Of<'constraints'>, text: string): Grade {
  const broken = list.find((constraint) => !keepsRule(constraint, text));
  return broken ? failed(`rule broken: ${ruleText(broken)}`) : passed;
}

export function gradeKnapsack({ items, budget, best }: Of<'knapsack'>, text: string): Grade {
  const lists = jsonValuesIn(text).flatMap((value) => (Array.isArray(value) ? [value] : onlyList(value)));
  // Sums in brackets are no names.
  const value = lists.findLast((list) => list.every((name) => typeof name === 'string'));
  if (!value) return failed('there is no JSON list of names');
  const chosen = value.map((name) => items.find((item) => item.name === String(name).trim().toLowerCase()));
  if (chosen.some((item) => item === undefined)) return failed('a name that is not offered');
  if (new Set(chosen).size !== chosen.length) return failed('a thing is chosen twice');
  const cost = chosen.reduce((sum, item) => sum + (item?.cost ?? 0), 0);
  if (cost > budget) return failed(`it costs ${cost}, the budget is ${budget}`);
  const worth = chosen.reduce((sum, item) => sum + (item?.value ?? 0), 0);
  return worth === best ? passed : failed(`the value is ${worth}, ${best} is possible`);
}

/** The list of an object that holds nothing else. */
function onlyList(value: unknown): unknown[][] {
  const members = Object.values(value ?? {});
  return members.length === 1 && Array.isArray(members[0]) ? [members[0]] : [];
}
