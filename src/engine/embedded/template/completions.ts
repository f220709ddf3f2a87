import type { Part, Value } from './jinja.ts';

/**
 * What real templates need and the library's interpreter lacks, as changes of a template's parts before they are evaluated: nothing counts
 * as an empty list, lists grow, texts have `format`.
 */

type Evaluate = (part: Part) => Value;

/** Filters for which nothing is an empty list. */
const listFilters = new Set([
  'length',
  'count',
  'list',
  'selectattr',
  'rejectattr',
  'map',
  'join',
  'items',
  'dictsort',
  'reverse',
  'unique',
]);
const emptyList: Part = { type: 'ArrayLiteral', value: [] };
const emptyText: Part = { type: 'StringLiteral', value: '' };
/** Filters for which what is not there is an empty text. */
const textFilters = new Set(['trim', 'string', 'upper', 'lower', 'title', 'capitalize', 'replace', 'indent']);

/** By the type of the part; what comes back is evaluated in its place. */
export const completions: Readonly<Record<string, (part: Part, evaluate: Evaluate) => Part | undefined>> = {
  For: (part, evaluate) => {
    const iterable = part['iterable'] as Part;
    if (iterable.type !== 'SelectExpression') return { ...part, iterable: listOf(evaluate(iterable)) };
    return { ...part, iterable: { ...iterable, lhs: listOf(evaluate(iterable['lhs'] as Part)) } };
  },
  // Pairs are unpacked like lists.
  TupleLiteral: (part) => ({ ...part, type: 'ArrayLiteral' }),
  ObjectLiteral: (part) => ({
    ...part,
    value: new Map([...(part['value'] as Map<Part, Part>)].map(([key, value]) => [textKey(key), value])),
  }),
  BinaryExpression: (part, evaluate) => {
    const operator = (part['operator'] as { readonly value: string }).value;
    if (!/^([+]|[<>]=?)$/.test(operator)) return undefined;
    const [left, right] = [evaluate(part['left'] as Part), evaluate(part['right'] as Part)];
    if (operator === '+') return { ...part, left: textOf(left), right: textOf(right) };
    return { ...part, left: numberLike(left, right), right: numberLike(right, left) };
  },
  FilterExpression: completeFilter,
  CallExpression: completeCall,
};

function completeFilter(part: Part, evaluate: Evaluate): Part {
  const filter = part['filter'] as Part;
  const name = String(filter.type === 'Identifier' ? filter['value'] : (filter['callee'] as Part | undefined)?.['value']);
  const operand = evaluate(part['operand'] as Part);
  if (listFilters.has(name)) return { ...part, operand: listOf(operand) };
  if (textFilters.has(name) && operand.type === 'UndefinedValue') return { ...part, operand: emptyText };
  if (name === 'string' && typeof operand.value === 'object' && !isNothing(operand))
    return { type: 'StringLiteral', value: pythonText(operand) };
  const items = operand.value;
  if ((name === 'min' || name === 'max') && Array.isArray(items) && items.length > 0) {
    const sorted = (items as Value[]).toSorted((a, b) => Number(a.value) - Number(b.value));
    return known((name === 'min' ? sorted[0] : sorted.at(-1)) as Value);
  }
  return { ...part, operand: known(operand) };
}

function completeCall(part: Part, evaluate: Evaluate): Part | undefined {
  const callee = part['callee'] as Part;
  if (callee.type !== 'MemberExpression' || callee['computed'] === true) return undefined;
  const name = (callee['property'] as Part)['value'];
  const object = evaluate(callee['object'] as Part);
  const args = part['args'] as readonly Part[];
  const held = object.value;
  if (Array.isArray(held) && name === 'append' && args[0]) {
    held.push(evaluate(args[0]));
    return { type: 'Comment' };
  }
  if (Array.isArray(held) && name === 'pop') {
    const [taken] = held.splice(args[0] ? Number(evaluate(args[0]).value) : -1, 1) as Value[];
    return taken ? known(taken) : { type: 'Comment' };
  }
  if (typeof held === 'string' && name === 'format') {
    const values = args.map((arg) => evaluate(arg).toString());
    return { type: 'StringLiteral', value: held.replaceAll('{}', () => values.shift() ?? '') };
  }
  return { ...part, callee: { ...callee, object: known(object) } };
}

/** A value that was evaluated. */
function known(value: Value): Part {
  return { type: 'Value', value };
}

function listOf(value: Value): Part {
  return isNothing(value) ? emptyList : known(value);
}

function textOf(value: Value): Part {
  return value.type === 'UndefinedValue' ? emptyText : known(value);
}

function isNothing(value: Value): boolean {
  return value.type === 'UndefinedValue' || value.type === 'NullValue';
}

function textKey(key: Part): Part {
  return key.type === 'IntegerLiteral' ? { type: 'StringLiteral', value: String(key['value']) } : key;
}

/** Keys of objects are texts here: one that was a number is compared as one. */
function numberLike(value: Value, other: Value): Part {
  const isKey = typeof value.value === 'string' && typeof other.value === 'number' && /^\d+$/.test(value.value);
  return isKey ? { type: 'IntegerLiteral', value: Number(value.value) } : known(value);
}

/** A value as Python writes it: `{'a': [True, None]}`. */
function pythonText({ value }: Value): string {
  const held = value;
  if (typeof held === 'string') return held.includes("'") && !held.includes('"') ? `"${held}"` : `'${held.replaceAll("'", "\\'")}'`;
  if (held === null || held === undefined) return 'None';
  if (typeof held === 'boolean') return held ? 'True' : 'False';
  if (Array.isArray(held)) return `[${(held as Value[]).map(pythonText).join(', ')}]`;
  if (held instanceof Map) return `{${[...(held as Map<string, Value>)].map(([key, item]) => `'${key}': ${pythonText(item)}`).join(', ')}}`;
  return String(held);
}
