/**
 * A value as models write it: JSON, JSON with line ends in its strings or a comma too many, and what Python calls a literal. Knows
 * values, not calls.
 */

/**
 * What stands at a place:
 * - `whole`: a value, and where it ends;
 * - `cut`: the text ends within it; `value` is as far as it came, `isClosable` whether only closing brackets are missing;
 * - `none`: no value.
 */
export type ValueReading =
  | { readonly state: 'whole'; readonly value: unknown; readonly end: number }
  | { readonly state: 'cut'; readonly value: unknown; readonly isClosable: boolean }
  | { readonly state: 'none' };

/** The arguments of a Python call as far as they came. */
export interface PythonArguments {
  readonly positional: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

/** Values within values; nobody calls a tool with more, and a reader that follows any depth runs out of stack. */
const maxDepth = 48;

const none: ValueReading = { state: 'none' };

/** Reads the value that begins at `at`. */
export function readValue(text: string, at: number, depth = 0): ValueReading {
  if (at >= text.length) return { state: 'cut', value: undefined, isClosable: false };
  if (depth > maxDepth) return none;
  const first = text[at] ?? '';
  if (first === '{') return readObject(text, at + 1, depth);
  if (first === '[') return readList(text, at + 1, depth);
  if (first === '"' || first === "'") return readString(text, at);
  return readScalar(text, at);
}

/** Where blanks end. */
export function skipBlanks(text: string, at: number): number {
  let end = at;
  while (end < text.length && /\s/.test(text[end] ?? '')) end += 1;
  return end;
}

/** Where blanks and commas end. */
function skipCommas(text: string, at: number): number {
  let end = skipBlanks(text, at);
  while (text[end] === ',') end = skipBlanks(text, end + 1);
  return end;
}

function readObject(text: string, start: number, depth: number): ValueReading {
  const value: Record<string, unknown> = {};
  for (let at = start; ; ) {
    at = skipCommas(text, at);
    if (at >= text.length) return { state: 'cut', value, isClosable: true };
    if (text[at] === '}') return { state: 'whole', value, end: at + 1 };
    const item = readPair(text, at, value, depth);
    if (item.state === 'none') return none;
    if (item.state === 'cut') return { state: 'cut', value, isClosable: item.isClosable };
    at = item.end;
  }
}

/** A key and its value, put into the object as far as they came. */
function readPair(text: string, at: number, object: Record<string, unknown>, depth: number): ValueReading {
  const key = readKey(text, at);
  if (key.state !== 'whole') return key;
  const colon = skipBlanks(text, key.end);
  if (colon < text.length && text[colon] !== ':') return none;
  const item = readValue(text, skipBlanks(text, colon + 1), depth + 1);
  if (item.state !== 'none') set(object, String(key.value), item.value);
  return item;
}

/** A key of any name is the object's own, `__proto__` too. */
function set(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function readKey(text: string, at: number): ValueReading {
  if (text[at] === '"' || text[at] === "'") return readString(text, at);
  const [name] = matchAt(/[A-Za-z_]\w*/y, text, at) ?? [];
  if (name === undefined) return none;
  const end = at + name.length;
  return end < text.length ? { state: 'whole', value: name, end } : { state: 'cut', value: name, isClosable: false };
}

function readList(text: string, start: number, depth: number): ValueReading {
  const value: unknown[] = [];
  for (let at = start; ; ) {
    at = skipCommas(text, at);
    if (at >= text.length) return { state: 'cut', value, isClosable: true };
    if (text[at] === ']') return { state: 'whole', value, end: at + 1 };
    const item = readValue(text, at, depth + 1);
    if (item.state === 'none') return none;
    value.push(item.value);
    if (item.state === 'cut') return { state: 'cut', value, isClosable: item.isClosable };
    at = item.end;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** What has no meaning of its own in a string. */
const plain: Readonly<Record<string, RegExp>> = { '"': /[^"\\]+/y, "'": /[^'\\]+/y };

function readString(text: string, at: number): ValueReading {
  const quote = text[at] ?? '"';
  const isLong = text.startsWith(quote.repeat(3), at);
  const close = isLong ? quote.repeat(3) : quote;
  let value = '';
  for (let index = at + close.length; index < text.length; ) {
    if (text.startsWith(close, index)) return { state: 'whole', value, end: index + close.length };
    if (text[index] !== '\\') {
      const [piece = quote] = matchAt(plain[quote] ?? /./y, text, index) ?? [];
      value += piece;
      index += piece.length;
      continue;
    }
    const escaped = readEscape(text, index + 1);
    if (!escaped) break;
    value += escaped.value;
    index = escaped.end;
  }
  return { state: 'cut', value, isClosable: false };
}

/** What a backslash stands before; undefined where the text ends within it: it is not guessed at. */
function readEscape(text: string, at: number): { readonly value: string; readonly end: number } | undefined {
  const char = text[at];
  if (char === undefined || (char === 'u' && text.length < at + 5)) return undefined;
  const [hex] = char === 'u' ? (matchAt(/[0-9a-fA-F]{4}/y, text, at + 1) ?? []) : [];
  if (hex !== undefined) return { value: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 5 };
  return { value: escapes[char] ?? char, end: at + 1 };
}

const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null, True: true, False: false, None: null };

function readScalar(text: string, at: number): ValueReading {
  const [word] = matchAt(/-?[\w.+-]+|-/y, text, at) ?? [];
  if (word === undefined) return none;
  const end = at + word.length;
  const isAtEnd = end === text.length;
  const isNumber = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(word);
  if (!isNumber && !Object.hasOwn(words, word))
    return isAtEnd && mayBecomeScalar(word) ? { state: 'cut', value: undefined, isClosable: false } : none;
  const value = isNumber ? Number(word) : words[word];
  return isAtEnd ? { state: 'cut', value, isClosable: true } : { state: 'whole', value, end };
}

function mayBecomeScalar(word: string): boolean {
  return /^-?(\d+(\.\d*)?([eE][-+]?)?)?$/.test(word) || Object.keys(words).some((known) => known.startsWith(word));
}

/** Reads what stands between the brackets of a Python call; `at` is behind the opening one. */
export function readPythonArguments(text: string, start: number): ValueReading & { readonly arguments?: PythonArguments } {
  const positional: unknown[] = [];
  const named: Record<string, unknown> = {};
  const read = { arguments: { positional, named } };
  for (let at = start; ; ) {
    at = skipCommas(text, at);
    if (at >= text.length) return { state: 'cut', value: undefined, isClosable: true, ...read };
    if (text[at] === ')') return { state: 'whole', value: undefined, end: at + 1, ...read };
    const item = readArgument(text, at, positional, named);
    if (item.state === 'none') return none;
    if (item.state === 'cut') return { state: 'cut', value: undefined, isClosable: item.isClosable, ...read };
    at = item.end;
  }
}

/** One argument, put where it belongs as far as it came. */
function readArgument(text: string, at: number, positional: unknown[], named: Record<string, unknown>): ValueReading {
  const name = matchAt(/([A-Za-z_]\w*)\s*=\s*/y, text, at);
  if (!name && matchAt(/[A-Za-z_]\w*\s*$/y, text, at)) return { state: 'cut', value: undefined, isClosable: false };
  const item = readValue(text, at + (name?.[0].length ?? 0));
  if (item.state === 'none') return none;
  if (name) set(named, name[1] ?? '', item.value);
  else positional.push(item.value);
  return item;
}

/** A sticky pattern at a place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
