/** Marks of Markdown inside a line, and whether what they begin has ended. Knows one line as far as it came. */

/** Where something begins that more text may still change; the length of the line where nothing does. */
export function openMarkAt(line: string): number {
  let at = 0;
  while (at < line.length) {
    const end = endOf(line, at);
    if (end === undefined) {
      // What nobody ends for so long is no mark.
      if (line.length - at <= maxHeldCharacters) return at;
      at += 1;
    } else at = end;
  }
  return line.length;
}

/** How much of an answer may be held back until its mark is closed. */
const maxHeldCharacters = 200;

/** Behind what begins at a place; undefined where it has not ended. */
function endOf(line: string, at: number): number | undefined {
  const mark = line[at] ?? '';
  if (mark === '\\') return at + 1 < line.length ? at + 2 : undefined;
  if (mark === '!') return line[at + 1] === '[' ? endOfLink(line, at + 1) : at + 1;
  return ends[mark]?.(line, at) ?? (mark in ends ? undefined : at + 1);
}

const ends: Readonly<Record<string, (line: string, at: number) => number | undefined>> = {
  '`': endOfCode,
  '*': endOfStress,
  _: endOfStress,
  '~': endOfStress,
  '[': endOfLink,
  '<': endOfTag,
  '&': endOfEntity,
};

function runAt(line: string, at: number): string {
  const mark = line[at] ?? '';
  let end = at;
  while (line[end] === mark) end += 1;
  return line.slice(at, end);
}

function endOfCode(line: string, at: number): number | undefined {
  const run = runAt(line, at);
  for (let from = at + run.length; ; ) {
    const close = line.indexOf(run, from);
    if (close < 0) return undefined;
    const closing = runAt(line, close);
    if (closing.length === run.length) return close + run.length;
    from = close + closing.length;
  }
}

function endOfStress(line: string, at: number): number | undefined {
  const run = runAt(line, at);
  const behind = at + run.length;
  const next = line[behind];
  if (next === undefined) return undefined;
  // Before a space nothing begins; inside a word only a star does.
  if (/\s/.test(next) || (run[0] === '_' && /[\p{L}\p{N}]/u.test(line[at - 1] ?? ''))) return behind;
  for (let close = line.indexOf(run, behind); close >= 0; close = line.indexOf(run, close + 1)) {
    if (/\s/.test(line[close - 1] ?? '')) continue;
    return close + runAt(line, close).length;
  }
  return undefined;
}

function endOfLink(line: string, at: number): number | undefined {
  const close = line.indexOf(']', at);
  if (close < 0 || close === line.length - 1) return undefined;
  if (line[close + 1] !== '(') return close + 1;
  const end = line.indexOf(')', close);
  return end < 0 ? undefined : end + 1;
}

function endOfTag(line: string, at: number): number | undefined {
  const next = line[at + 1];
  if (next !== undefined && !/[A-Za-z/!]/.test(next)) return at + 1;
  const close = line.indexOf('>', at);
  return close < 0 ? undefined : close + 1;
}

function endOfEntity(line: string, at: number): number | undefined {
  return /^&\w{0,8}$/.test(line.slice(at)) ? undefined : at + 1;
}
