/** JSON in what a model wrote. */

/** The values (objects and lists) a text holds, fenced or bare, in the order they are read; what lies inside another is part of it. */
export function jsonValuesIn(text: string): unknown[] {
  const whole = parse(text);
  if (whole.length > 0) return whole;
  const values: unknown[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '{' && text[at] !== '[') continue;
    const end = endOfValue(text, at);
    const value = end === undefined ? [] : parse(text.slice(at, end));
    if (end === undefined || value.length === 0) continue;
    values.push(...value);
    at = end - 1;
  }
  return values;
}

/** The last value that has the shape of the wanted one: a list, or an object with its keys; else the last of its kind. */
export function lastOfShape(values: readonly unknown[], want: unknown): unknown {
  if (Array.isArray(want)) return values.findLast((value) => Array.isArray(value));
  const keys = Object.keys(want ?? {});
  const objects = values.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as object[];
  return objects.findLast((value) => keys.every((key) => key in value)) ?? objects.at(-1);
}

function parse(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text.trim());
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch {
    return [];
  }
}

/** Where the bracket at `start` is closed, texts in quotes passed over. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfQuote(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

/** Where the text in quotes that begins at `start` ends; the end of all where it does not. */
function endOfQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
