import { type ChangeKind, hasEffect, type Tool } from '../tool.ts';
import { asksFor } from './asked-changes.ts';
import { type KeptText, type OutsideTexts, textsIn } from './outside-texts.ts';
import { namesIt, plainText } from './plain-text.ts';

/** Whether a call comes from its person, or may come from a text that they did not write. Compares texts; understands none. */

/** A text of somebody else, as a person knows it: the file it is of, else the tool that gave it. */
export interface OutsideSource {
  readonly tool?: string;
  readonly name: string;
}

/** Why a call is perhaps not the person's. */
export type CallOrigin =
  /** A name or a path stands in a text from outside, and not in what the person wrote. */
  | { readonly type: 'named'; readonly argument: string; readonly name: string; readonly source: OutsideSource }
  /** A text stands there. */
  | { readonly type: 'copied'; readonly argument: string; readonly source: OutsideSource }
  /** The person's last words do not ask for such a call, and this was read in the conversation, the newest first. */
  | { readonly type: 'led'; readonly sources: readonly OutsideSource[] }
  /** More was read than can be compared with. */
  | { readonly type: 'unknown' };

/** What a call is held against. */
export interface CallCheck {
  readonly tool: Tool;
  /** All tools of the question: those that look are told apart from those that only say what they did. */
  readonly tools: readonly Tool[];
  readonly args: Readonly<Record<string, unknown>>;
  readonly outside: OutsideTexts;
  /** Whether something that is there is replaced or deleted. */
  readonly isLoss: boolean;
}

/** Shorter names and texts stand in too many texts to say where they are from. */
const minNameLength = 3;
const minTextLength = 8;
/** Lines times characters that are looked through for one text, about a second's work; what needs more may be of any. */
const maxLookups = 1e9;
/** Arguments that are paths, by the names that they have in luci's own tools. */
const pathArguments: ReadonlySet<string> = new Set(['path', 'from', 'to']);

/** Where a call comes from, where that is perhaps not the person; undefined for one that only looks. */
export function originOf(check: CallCheck): CallOrigin | undefined {
  const { tool, outside } = check;
  if (!hasEffect(tool) || (outside.texts.length === 0 && !outside.isFull)) return undefined;
  return argumentOrigin(check) ?? readingOrigin(check);
}

/** Whether the person asked in their last words for the loss of just this: by a verb, and by the name of all that it is about. */
export function asksForLoss(kind: ChangeKind, { args, outside }: Pick<CallCheck, 'args' | 'outside'>): boolean {
  return asksFor(kind, outside.newestWords) && isNamed(args, plainText(outside.newestWords));
}

function argumentOrigin(check: CallCheck): CallOrigin | undefined {
  for (const { argument, text } of textsIn(check.args)) {
    const origin = isName(argument, text) ? nameOrigin(argument, text, check) : textOrigin(argument, text, check);
    if (origin) return origin;
  }
  return undefined;
}

/** A path or a word without blanks. */
function isName(argument: string, text: string): boolean {
  return pathArguments.has(argument) || (text.length <= 255 && !/\s/.test(text.trim()));
}

/** A path is the person's where each name on its way is. */
function nameOrigin(argument: string, text: string, { tools, outside }: CallCheck): CallOrigin | undefined {
  const path = plainText(text);
  if (namesIt(outside.words, path)) return undefined;
  for (const name of path.split('/').map((part) => part.trim())) {
    if (name.length < minNameLength || namesIt(outside.words, name)) continue;
    const found = outside.texts.find((kept) => namesIt(kept.text, name) && !namesIt(kept.said, name));
    if (found) return { type: 'named', argument, name: text, source: sourceOf(found, tools) };
    if (outside.isFull) return { type: 'unknown' };
  }
  return undefined;
}

/** Each line of a text is looked up; of what goes to a program of others each longer word too, since nobody knows what becomes of it. */
function textOrigin(argument: string, text: string, { tool, tools, args, outside }: CallCheck): CallOrigin | undefined {
  const pieces = tool.kind === undefined ? [...text.split('\n'), ...text.split(/[\s"'<>(),;]+/)] : text.split('\n');
  const wanted = [...new Set([text, ...pieces].map(plainText))].filter((line) => line.length >= minTextLength);
  const unsaid = wanted.filter((line) => !outside.words.includes(line));
  if (unsaid.length === 0) return undefined;
  const characters = outside.texts.reduce((sum, kept) => sum + kept.text.length, 0);
  if (outside.isFull || unsaid.length * characters > maxLookups) return { type: 'unknown' };
  // What stands in the very file that is changed is at home there.
  const own = plainText(String(args['path'] ?? ''));
  const others = outside.texts.filter(({ path }) => own === '' || path === undefined || plainText(path) !== own);
  const found = others.find((kept) => unsaid.some((line) => kept.text.includes(line) && !kept.said.includes(line)));
  return found && { type: 'copied', argument, source: sourceOf(found, tools) };
}

/** Something was read in this conversation, and the last words of the person ask for no such call. */
function readingOrigin(check: CallCheck): CallOrigin | undefined {
  const { tools, outside } = check;
  const read = outside.texts.filter((kept) => isFromOutside(kept, tools)).map((kept) => sourceOf(kept, tools));
  if ((read.length === 0 && !outside.isFull) || isAsked(check)) return undefined;
  if (outside.isFull) return { type: 'unknown' };
  return { type: 'led', sources: read.filter((source, index) => read.findIndex((other) => isSameSource(source, other)) === index) };
}

/** Whether two sources are the same to a person: a file that a tool read, and the same one that went with a question. */
function isSameSource(one: OutsideSource, other: OutsideSource): boolean {
  return one.name === other.name && (one.tool === other.tool || one.tool === undefined || other.tool === undefined);
}

function isAsked({ tool: { kind }, args, outside, isLoss }: CallCheck): boolean {
  const said = plainText(outside.newestWords);
  if (kind === undefined || kind === 'read') {
    const texts = textsIn(args)
      .map(({ text }) => plainText(text))
      .filter((text) => text !== '');
    return texts.length > 0 && texts.every((text) => namesIt(said, text));
  }
  if (asksFor(kind, outside.newestWords)) return true;
  // Who names a file or folder that is not there yet wants it to be made, in whatever language.
  return (kind === 'write' || kind === 'make') && !isLoss && isNamed(args, said);
}

/** Whether words name all that a call is about. */
function isNamed(args: CallCheck['args'], said: string): boolean {
  const paths = textsIn(args).filter(({ argument }) => pathArguments.has(argument));
  return paths.every(({ text }) => {
    const path = plainText(text);
    return namesIt(said, path) || path.split('/').every((name) => name === '' || name === '.' || namesIt(said, name));
  });
}

/** What a tool says of a change that it made, or of its own failure, is its own words. */
function isFromOutside({ tool: name, isError }: KeptText, tools: readonly Tool[]): boolean {
  const kind = tools.find((tool) => tool.name === name)?.kind;
  return kind === undefined || (kind === 'read' && !isError);
}

function sourceOf({ tool: name, path }: KeptText, tools: readonly Tool[]): OutsideSource {
  const isFile = name === undefined || tools.find((tool) => tool.name === name)?.kind === 'read';
  return { tool: name, name: isFile && path !== undefined && path !== '.' ? path : (name ?? path ?? '') };
}
