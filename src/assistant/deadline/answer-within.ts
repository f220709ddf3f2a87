import type { Agent, QueryOptions } from '../../agent/agent.ts';
import type { AgentEvent } from '../../agent/tool-loop.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, GenerationEvent, Session } from '../../engine/engine.ts';
import { cutToFit } from '../fit-text.ts';
import type { Clock } from './clock.ts';
import { measureOn } from './measure-speed.ts';
import { type DeadlinePlan, type MeasuredSpeed, minReadTokens, planWithin } from './plan.ts';
import { type WholeSentences, wholeSentences } from './whole-sentences.ts';

/** An answer by a deadline: as much of the text is read as there is time for, and what has come by then is the answer. */

/** What happens on the way; text comes in whole sentences. After `cut` there is no `end`. */
export type WithinEvent =
  | AgentEvent
  /** Before the answer, and anew where the reading took longer than was planned. */
  | ({ readonly type: 'plan'; readonly textTokens: number } & Omit<DeadlinePlan, 'readMs'>)
  /** The answer was ended by the time, or by the tokens that there was time for. */
  | { readonly type: 'cut'; readonly by: 'time' | 'tokens'; readonly isAfterSentence: boolean };

/** What it is asked with. */
export interface WithinOptions {
  /** In the time of the clock. */
  readonly endsAtMs: number;
  /** Why the answer ends there: thrown where there is no word of one. */
  readonly late: LuciError;
  readonly clock: Clock;
  /** What the question is about; empty for nothing. */
  readonly text: string;
  readonly question: string;
  /** Which end of the text is read where there is no time for all of it. */
  readonly keep: 'head' | 'tail';
  readonly session: Pick<Session, 'facts' | 'countTokens' | 'generate'>;
  readonly agent: Pick<Agent, 'stream'>;
  readonly request: QueryOptions;
  /** As it was measured before. */
  readonly speed: MeasuredSpeed;
}

/** A shorter text is read in no time worth measuring. */
const minMeasuredTokens = 512;
/** So much of it tells how fast it is read. */
const measuredTokens = 64;
/** How often a text is made shorter whose reading takes too long. */
const maxPlans = 4;
/** No token of a usual text has more characters. */
const charactersPerToken = 12;

/** Asks. Throws `late` where not a word came in time. */
export async function* answerWithin(options: WithinOptions): AsyncGenerator<WithinEvent> {
  const { clock, endsAtMs, late, text, session, request } = options;
  using end = clock.alarm(endsAtMs, late);
  const signal = anyOf(request.signal, end.signal);
  const questionTokens = await countOf(options, '');
  const textTokens = text === '' ? 0 : await tokensOfText(options, questionTokens);
  const leftMs = (): number => endsAtMs - clock.now();
  let speed = options.speed;
  if (textTokens >= minMeasuredTokens) {
    const beginning = text.slice(0, Math.ceil(text.length * (measuredTokens / textTokens)));
    const how = { session, request: { ...request, signal }, clock, untilMs: clock.now() + leftMs() / 4 };
    speed = { ...speed, ...(await measureOn({ beginning, tokens: measuredTokens }, how)) };
  }
  let readLimit: number | undefined;
  for (let count = 1; ; count += 1) {
    const { contextLength } = session.facts;
    const { maxTokens } = request;
    const plan = planWithin({ leftMs: leftMs(), speed, questionTokens, textTokens, readLimit, contextLength, maxTokens });
    const prompt = await promptOf(options, plan, { questionTokens, textTokens });
    yield { type: 'plan', textTokens, readTokens: plan.readTokens, maxTokens: plan.maxTokens };
    const isLast = count === maxPlans || plan.readTokens <= minReadTokens;
    const readBy = isLast ? Number.POSITIVE_INFINITY : clock.now() + plan.readMs;
    const slow = yield* answerOnce(prompt, plan, { ...options, request: { ...request, signal }, end: end.signal, readBy });
    if (!slow) return;
    // What was read of the beginning is not read again; of another part, less is.
    const isKept = options.keep === 'head' && slow.doneTokens > questionTokens;
    readLimit = isKept ? Math.min(plan.readTokens, slow.doneTokens - questionTokens) : plan.readTokens / 4;
  }
}

/** A prompt that was not read in the time that was planned for it, with how far that came. */
type SlowReading = Pick<Progress, 'doneTokens'>;

interface Once extends WithinOptions {
  readonly end: AbortSignal;
  /** The first word is to be there by then. */
  readonly readBy: number;
}

/** An answer as far as it came. */
interface Progress {
  /** Of the prompt, as the engine told last. */
  doneTokens: number;
  /** What was written and not handed on. */
  readonly sentences: WholeSentences;
  isSaid: boolean;
}

/** Asks once; returns how far the reading came where it was given up to be tried with less. */
async function* answerOnce(prompt: string, plan: DeadlinePlan, options: Once): AsyncGenerator<WithinEvent, SlowReading | undefined> {
  const { clock, agent, request, end, readBy } = options;
  using reading = clock.alarm(readBy, new LuciError('TIMED_OUT', 'The text was not read in time.'));
  const progress: Progress = { doneTokens: 0, sentences: wholeSentences(), isSaid: false };
  const signal = anyOf(request.signal, reading.signal);
  try {
    for await (const event of agent.stream(prompt, { ...request, maxTokens: plan.maxTokens, signal })) {
      // From the first word on there is nothing to be read any more.
      if (event.type === 'text' || event.type === 'thinking') reading[Symbol.dispose]();
      const isCut = event.type === 'end' && isCutByPlan(event, plan, options);
      yield* isCut ? cutEvents('tokens', progress) : handedOn(event, progress);
    }
  } catch (error) {
    if (reading.signal.aborted && !request.signal?.aborted) return progress;
    if (!end.aborted || !(progress.isSaid || progress.sentences.rest.trim())) throw error;
    yield* cutEvents('time', progress);
  }
  return undefined;
}

/** An event with its text in whole sentences; the last is whole when the answer ends. */
function* handedOn(event: AgentEvent, progress: Progress): Generator<AgentEvent> {
  const { sentences } = progress;
  if (event.type === 'reading') progress.doneTokens = event.doneTokens;
  if (event.type === 'end' && sentences.rest !== '') yield { type: 'text', text: sentences.rest };
  if (event.type !== 'text') return yield event;
  const text = sentences.push(event.text);
  if (text === '') return;
  progress.isSaid ||= text.trim() !== '';
  yield { ...event, text };
}

/** The end of an answer that was cut: what follows its last whole sentence is left out, unless there is none. */
function* cutEvents(by: 'time' | 'tokens', { sentences, isSaid }: Progress): Generator<WithinEvent> {
  if (!isSaid && sentences.rest !== '') yield { type: 'text', text: sentences.rest };
  yield { type: 'cut', by, isAfterSentence: isSaid };
}

/** Whether an answer had come to the limit that the time set, not to one that was asked for or to the end of the context. */
function isCutByPlan(
  { reason, usage }: Extract<GenerationEvent, { type: 'end' }>,
  plan: DeadlinePlan,
  { request }: WithinOptions,
): boolean {
  const { maxTokens } = plan;
  return reason === 'length' && maxTokens !== undefined && usage.generatedTokens >= maxTokens && maxTokens !== request.maxTokens;
}

/** The question about as much of the text as is planned. */
async function promptOf(
  options: WithinOptions,
  { readTokens }: DeadlinePlan,
  { questionTokens, textTokens }: { readonly questionTokens: number; readonly textTokens: number },
): Promise<string> {
  const { text, keep } = options;
  if (readTokens >= textTokens) return aboutText(options, text);
  const fits = async (part: string): Promise<boolean> => (await countOf(options, part)) <= questionTokens + readTokens;
  return aboutText(options, (await cutToFit(text, keep, fits, readTokens * charactersPerToken)).text);
}

function aboutText({ question }: Pick<WithinOptions, 'question'>, text: string): string {
  return [text, question].filter((part) => part !== '').join('\n\n');
}

function countOf({ session, request, ...asked }: WithinOptions, text: string): Promise<number> {
  const told: ChatMessage[] = request.system ? [{ role: 'system', content: request.system }] : [];
  return session.countTokens([...told, { role: 'user', content: aboutText(asked, text) }]);
}

/** Tokens of the text; those of one that no context holds are reckoned from its beginning. */
async function tokensOfText(options: WithinOptions, questionTokens: number): Promise<number> {
  const { text, session } = options;
  const beginning = text.slice(0, session.facts.contextLength * charactersPerToken);
  const counted = Math.max(1, (await countOf(options, beginning)) - questionTokens);
  return Math.round(counted * (text.length / beginning.length));
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
