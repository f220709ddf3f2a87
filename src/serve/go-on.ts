import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Answerer } from '../app/answer-journal/answer-file.ts';
import { engineOf } from '../app/receipts/receipt.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Session } from '../engine/engine.ts';
import { type AnswerEvent, type AnswerRequest, answerOf } from './answer.ts';
import type { ServeContext } from './context.ts';

/**
 * Answers that go on where they were cut off. The model is asked the same again, what it says is held against what was said, and only what
 * comes behind that is told: an answer that comes out otherwise is an error, never another text.
 */

/** Where an answer was left, and what made it. */
export interface LeftAnswer {
  readonly told: readonly AnswerEvent[];
  readonly answerer: Answerer | undefined;
  readonly onAnswerer: (answerer: Answerer) => void;
}

/** An engine that ends under an answer is started again so often. */
const maxCrashes = 2;

/** What an answer says beyond what was told of it, also where the engine ends meanwhile. @throws NOT_RESUMABLE */
export async function* steadyAnswer(
  context: ServeContext,
  asked: AnswerRequest,
  { told, answerer, onAnswerer }: LeftAnswer,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const said = [...told];
  let known = answerer;
  const onOpen = async (opened: Session): Promise<void> => {
    const now = await answererOf(context, asked.model, opened);
    if (said.length > 0) requireSame(known, now);
    if (!isDeepStrictEqual(known, now)) onAnswerer(now);
    known = now;
  };
  for (let crashes = 0; ; crashes += 1) {
    try {
      for await (const event of beyond(said, answerOf(context, { ...asked, onOpen }, signal))) {
        said.push(event);
        yield event;
      }
      return;
    } catch (error) {
      if (!isLuciError(error, 'ENGINE_CRASHED') || crashes >= maxCrashes || isElsewhere(known)) throw error;
    }
  }
}

/** What answers under a name. */
async function answererOf({ luci }: ServeContext, model: string | undefined, opened: Session): Promise<Answerer> {
  const { name, path, remote } = await luci.models.choose(model);
  const { device, contextLength } = opened.facts;
  return { model: remote ? `${elsewhere}${name}` : await bytesOf(luci, name, path), engine: engineOf(opened), device, contextLength };
}

/** The digest that is on record, else what tells the file from another without reading it. */
async function bytesOf(luci: ServeContext['luci'], name: string, path: string): Promise<string> {
  const installed = (await luci.store.find(name))?.files[0]?.sha256;
  if (installed !== undefined) return installed;
  const { size, mtimeMs } = await stat(path);
  return `${size} bytes of ${mtimeMs}`;
}

const elsewhere = 'elsewhere: ';

function isElsewhere(answerer: Answerer | undefined): boolean {
  return answerer?.model.startsWith(elsewhere) === true;
}

function requireSame(before: Answerer | undefined, now: Answerer): void {
  if (isElsewhere(now)) throw notResumable('a model elsewhere would be asked, and maybe paid, a second time');
  if (isDeepStrictEqual(before, now)) return;
  const parts = ['model', 'engine', 'device', 'contextLength'] as const;
  const part = parts.find((name) => before?.[name] !== now[name]) ?? 'model';
  throw notResumable(part === 'model' ? 'the model has other bytes now' : `it was made with ${before?.[part]}, and here is ${now[part]}`);
}

function notResumable(why: string): LuciError {
  return new LuciError('NOT_RESUMABLE', `The answer that was cut off cannot go on: ${why}.`, { hint: 'Ask again.' });
}

/** What an answer says beyond what was said of it. @throws NOT_RESUMABLE where it says something else */
export async function* beyond(said: readonly AnswerEvent[], events: AsyncIterable<AnswerEvent>): AsyncGenerator<AnswerEvent> {
  const before = merged(said);
  for await (const event of events) {
    const rest = before.length === 0 ? event : restOf(event, before);
    if (rest) yield rest;
  }
}

/** Text in one piece, however it came in pieces. */
function merged(said: readonly AnswerEvent[]): AnswerEvent[] {
  const whole: AnswerEvent[] = [];
  for (const event of said) {
    const last = whole.at(-1);
    if (isText(event) && last && isText(last) && last.type === event.type)
      whole[whole.length - 1] = { ...last, text: last.text + event.text };
    else whole.push(event);
  }
  return whole;
}

/** What of an event was not said before; takes from `before` what it says again. */
function restOf(event: AnswerEvent, before: AnswerEvent[]): AnswerEvent | undefined {
  const [first] = before;
  if (!first) return event;
  if (isText(event) && isText(first) && event.type === first.type) {
    if (first.text.length > event.text.length && first.text.startsWith(event.text)) {
      before[0] = { ...first, text: first.text.slice(event.text.length) };
      return undefined;
    }
    if (event.text.startsWith(first.text) && (before.length === 1 || event.text === first.text)) {
      before.shift();
      return event.text === first.text ? undefined : { ...event, text: event.text.slice(first.text.length) };
    }
  }
  if (event.type === 'call' && first.type === 'call' && isSameCall(event.call, first.call)) {
    before.shift();
    return undefined;
  }
  throw notResumable('asked again, the model says something else');
}

type Call = Extract<AnswerEvent, { type: 'call' }>['call'];

/** Its id is another one each time. */
function isSameCall(a: Call, b: Call): boolean {
  return a.name === b.name && JSON.stringify(a.arguments) === JSON.stringify(b.arguments);
}

function isText(event: AnswerEvent): event is Extract<AnswerEvent, { readonly text: string }> {
  return event.type === 'text' || event.type === 'thinking';
}
