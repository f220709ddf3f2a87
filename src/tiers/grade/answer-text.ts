/** What a model wrote, cut down to what is graded. Each of these has a test of its own: right answers marked wrong begin here. */

/** The text without its thinking; thinking that never ended leaves nothing. */
export function withoutThinking(text: string): string {
  const closed = text.replace(/<(think|thinking|thought|reasoning)>[\s\S]*?<\/\1>/gi, '');
  const open = /<(think|thinking|thought|reasoning)>/i.exec(closed);
  // Some templates open it in the prompt: then only the end is in the text.
  const end = closed.search(/<\/(think|thinking|thought|reasoning)>/i);
  const rest = end >= 0 ? closed.slice(closed.indexOf('>', end) + 1) : closed;
  return (open ? rest.slice(0, rest.search(/<(think|thinking|thought|reasoning)>/i)) : rest).replace(/\r\n?/g, '\n').trim();
}

/** What follows the last "Answer:" on its line, or on the next one; undefined where there is none. */
export function afterAnswer(text: string): string | undefined {
  const found = [...text.matchAll(/\banswer\b\**\s*:\s*(?:\*\*)?[ \t]*(?:\n[ \t]*)?([^\n]*)/gi)].at(-1)?.[1];
  // Bold and italics go; a lone star may belong to a pattern.
  return found
    ?.replace(/\*\*/g, '')
    .trim()
    .replace(/^\*(.*)\*$/, '$1');
}

/** Contents of fenced blocks, in order. */
export function codeBlocks(text: string): string[] {
  return [...text.matchAll(/```[^\n]*\n([\s\S]*?)(?:```|$)/g)].map((match) => match[1] ?? '');
}

/** The text without quotes, backticks or a fence around all of it, and without one final full stop. */
export function unwrapped(text: string): string {
  const blocks = codeBlocks(text);
  let bare = blocks.length === 1 && /^```[\s\S]*```$/.test(text.trim()) ? (blocks[0] ?? '') : text;
  bare = bare.trim();
  for (const [open, close] of [
    ['**', '**'],
    ['`', '`'],
    ['"', '"'],
    ["'", "'"],
    ['“', '”'],
  ] as const) {
    if (bare.length > open.length + close.length && bare.startsWith(open) && bare.endsWith(close))
      bare = bare.slice(open.length, -close.length).trim();
  }
  return bare;
}

const numberWords = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
];

/** All numbers in a text, thousands separators and number words to twenty understood. */
export function numbersIn(text: string): number[] {
  const pattern = new RegExp(
    `(?<![\\w.])-?\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?(?![\\w])|(?<![\\w.])-?\\d+(?:\\.\\d+)?(?!\\w*\\d)|\\b(?:${numberWords.join('|')})\\b`,
    'gi',
  );
  return [...text.matchAll(pattern)].map(([found]) => {
    const word = numberWords.indexOf(found.toLowerCase());
    return word >= 0 ? word : Number(found.replaceAll(',', ''));
  });
}

/** The number that is meant: after "Answer:", else the only one, else the only bold or boxed one, else the last of the last line. */
export function meantNumber(text: string): number | undefined {
  const stated = afterAnswer(text);
  if (stated !== undefined) return numbersIn(stated.replace(/.*=/, '')).at(0) ?? numbersIn(stated).at(-1);
  const all = [...new Set(numbersIn(text))];
  if (all.length > 40) return undefined; // Somebody tries them all.
  if (all.length === 1) return all[0];
  const marked = [
    ...new Set([...text.matchAll(/\*\*([^*\n]+)\*\*|\\boxed\{([^}]*)\}/g)].flatMap((match) => numbersIn(match[1] ?? match[2] ?? ''))),
  ];
  if (marked.length === 1) return marked[0];
  return numbersIn(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .at(-1) ?? '',
  ).at(-1);
}

/** The values of JSON a text holds: those in fences, else those that stand bare in it. */
export function jsonValuesIn(text: string): unknown[] {
  const fenced = codeBlocks(text).flatMap((block) => parse(block));
  if (fenced.length > 0) return fenced;
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

/** Lines without bullets, numbers, backticks, empty ones, and a heading that ends in a colon. */
export function plainLines(text: string): string[] {
  return (codeBlocks(text)[0] ?? text)
    .split('\n')
    .map((line) =>
      line
        .replace(/\*\*/g, '')
        .replace(/^\s*(?:[-*•]\s+|\d+[.)]\s+)?/, '')
        .replace(/[`*]/g, '')
        .trim(),
    )
    .filter((line) => line !== '' && !line.endsWith(':'));
}
