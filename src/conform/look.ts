import type { Finding, Reply } from './check.ts';

/** Ways to look at an answer that checks of all protocols share. */

/** What stands at a place of a value, as in `choices.0.delta`; undefined where nothing does. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

/** The list at a place; empty where there is none. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The text at a place; empty where there is none. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

/** A look at one place of the body. */
export function place(path: string, holds: (value: unknown) => boolean): (reply: Reply) => Finding {
  return ({ json }) => {
    const value = at(json, path);
    return holds(value) ? undefined : `${path} is ${shown(value)}`;
  };
}

/** A look at the status. */
export function statusIs(...wanted: readonly number[]): (reply: Reply) => Finding {
  return ({ status }) => (wanted.includes(status) ? undefined : `the status is ${status}`);
}

/** A look at the content type. */
export function typeIs(wanted: string): (reply: Reply) => Finding {
  return ({ contentType }) => (contentType.startsWith(wanted) ? undefined : `its type is ${shown(contentType)}`);
}

/** A look at a text: thinking is apart from it. */
export function withoutThinking(path: string): (reply: Reply) => Finding {
  return ({ json }) => (/<\/?think(ing)?>/.test(textAt(json, path)) ? 'the content has <think>' : undefined);
}

/** What is wrong where an answer goes on after the text that was to end it. */
export function stopProblem(earlier: string, answer: string): Finding {
  const stop = stopIn(earlier);
  return stop !== undefined && answer.includes(stop) ? `the answer has ${shown(stop)}, which should end it` : undefined;
}

/** A value in few words. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
export const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

/** Whether a text is JSON of an object. */
export function isJsonObject(value: unknown): boolean {
  return typeof value === 'string' && isObject(parsed(value));
}

/** A text as JSON; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with the characters of a text: the sign for what could not be read, or half a pair. */
export function brokenCharacters(text: string, isUtf8: boolean): Finding {
  if (!isUtf8) return 'its bytes are no UTF-8';
  return text.includes('\ufffd') || /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)
    ? 'half a character was sent'
    : undefined;
}

/** The words in which a prompt that is too long is told where programs look for them. */
const overflowWords =
  /exceeds? the available context size|maximum context length|prompt is too long|context (length|window|size)|too many tokens|longer than the context/i;

/** A look at a refusal: a prompt that does not fit is told where programs look for it. */
export function overflowTold(reply: Reply): Finding {
  if (reply.status < 400) return `the status is ${reply.status}`;
  return overflowWords.test(complaintOf(reply)) ? undefined : `it says ${shown(complaintOf(reply))}`;
}

/** What a server said is wrong, in whatever form it said it. */
export function complaintOf({ json, text }: Reply): string {
  const said = [textAt(json, 'error.message'), textAt(json, 'error'), textAt(json, 'detail'), textAt(json, 'message')].find(Boolean);
  return (said ?? text).replace(/\s+/g, ' ').trim().slice(0, 120);
}

/** Part of an answer that is asked to be its end the next time; undefined where the answer has too little in it. */
export function stopIn(answer: string): string | undefined {
  const words = answer.trim().split(/\s+/);
  const stop = words[1] ?? answer.trim().slice(1);
  return stop === '' ? undefined : stop;
}

/** A text of more tokens than a context has; undefined where nobody says how many that is, or it would take too long. */
export function tooLongFor(contextLength: number | undefined): string | undefined {
  if (contextLength === undefined || contextLength > maxContextTried) return undefined;
  return 'one two '.repeat(contextLength);
}

/** A text for more is megabytes, and reading it would take longer than a check may. */
const maxContextTried = 300_000;
