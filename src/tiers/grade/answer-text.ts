/** What a model wrote, cut down to what is graded. Each of these has a test of its own: right answers marked wrong begin here. */

/**
 * The text without its thinking, its line ends, spaces, hyphens and fences written one way; thinking that never ended leaves nothing.
 * Every grader gets its text from here, so what is written otherwise and means the same is folded once.
 */
export function withoutThinking(text: string): string {
  const closed = text.replace(/<(think|thinking|thought|reasoning)>[\s\S]*?<\/\1>/gi, '');
  const open = /<(think|thinking|thought|reasoning)>/i.exec(closed);
  // Some templates open it in the prompt: then only the end is in the text.
  const end = closed.search(/<\/(think|thinking|thought|reasoning)>/i);
  const rest = end >= 0 ? closed.slice(closed.indexOf('>', end) + 1) : closed;
  return plainCharacters(open ? rest.slice(0, rest.search(/<(think|thinking|thought|reasoning)>/i)) : rest).trim();
}

/** Composed letters, one kind of space, hyphen, minus, line end and fence; marks nobody sees are gone. */
export function plainCharacters(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, '')
    .replace(/[\u2010\u2011\u2212]/g, '-')
    .replace(/^([ \t]*)~~~/gm, '$1```');
}

const answerLabel = /\banswer\b[*_]*\s*[:：][*_]*/gi;
const holdsValue = /[\p{L}\p{N}]/u;

/** What follows the last "Answer:", to the first empty line after a value; of a fence its content. Undefined where there is no label. */
export function afterAnswer(text: string): string | undefined {
  const label = [...text.matchAll(answerLabel)].at(-1);
  if (!label) return undefined;
  const rest = text.slice(label.index + label[0].length);
  const fenced = /^\s*```[^\n]*\n([\s\S]*?)(?:```|$)/.exec(rest)?.[1];
  if (fenced !== undefined) return fenced.trim();
  const paragraphs = rest.split(/\n[ \t]*\n/);
  const first = paragraphs.find((paragraph) => holdsValue.test(paragraph.replace(/\\[a-z]+/g, ''))) ?? '';
  // Bold and italics go; a lone star may belong to a pattern.
  return first
    .replace(/\*\*/g, '')
    .trim()
    .replace(/^\*([^*]*)\*$/, '$1');
}

/** The first line of what follows "Answer:". */
export function answerLine(text: string): string | undefined {
  return afterAnswer(text)
    ?.split('\n')
    .find((line) => line.trim() !== '')
    ?.trim();
}

/** Formulas as text: boxes, texts, brackets and dollars of TeX are taken off, its signs written plainly. */
export function withoutFormulas(text: string): string {
  return text
    .replace(/\\(?:boxed|text|textbf|mathbf|mathrm|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g, ' $1 ')
    .replace(/\\(?:boxed|text|textbf|mathbf|mathrm|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g, ' $1 ')
    .replace(/\{,\}|\\,(?=\d)/g, ',')
    .replace(/\\approx/g, '≈')
    .replace(/\\times/g, '×')
    .replace(/\\[[\]()]|\\[,;! ]|\\quad/g, ' ')
    .replace(/\$(?=[^$\n]*\$)([^$\n]*)\$/g, ' $1 ');
}

/** Contents of fenced blocks, in order. */
export function codeBlocks(text: string): string[] {
  return [...text.matchAll(/```[^\n]*\n([\s\S]*?)(?:```|$)/g)].map((match) => match[1] ?? '');
}

const wrappers = [
  ['**', '**'],
  ['*', '*'],
  ['`', '`'],
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['<', '>'],
] as const;

/** The text without quotes, backticks or a fence around all of it. */
export function unwrapped(text: string): string {
  const blocks = codeBlocks(text);
  let bare = blocks.length === 1 && /^```[\s\S]*```$/.test(text.trim()) ? (blocks[0] ?? '') : text;
  bare = bare.trim();
  for (const [open, close] of wrappers) {
    if (bare.length > open.length + close.length && bare.startsWith(open) && bare.endsWith(close))
      bare = bare.slice(open.length, -close.length).trim();
  }
  return bare;
}

/** Lines without bullets, numbers, backticks, empty ones, and a heading before them that ends in a colon. */
export function plainLines(text: string): string[] {
  const lines = (codeBlocks(text)[0] ?? text)
    .split('\n')
    .map((line) =>
      line
        .replace(/\*\*/g, '')
        .replace(/^\s*(?:[-*•–]\s+|\d+[.)]\s+)?/, '')
        .replace(/[`*]/g, '')
        .trim(),
    )
    .filter((line) => line !== '');
  return lines[0]?.endsWith(':') ? lines.slice(1) : lines;
}
