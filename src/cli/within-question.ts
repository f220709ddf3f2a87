import type { Agent, Answer, QueryOptions } from '../agent/agent.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import type { Luci } from '../app/luci.ts';
import type { ListedModel } from '../app/models.ts';
import { answerWithin, type WithinEvent } from '../assistant/deadline/answer-within.ts';
import { chooseInTime } from '../assistant/deadline/choose-in-time.ts';
import { processClock } from '../assistant/deadline/clock.ts';
import type { MeasuredSpeed } from '../assistant/deadline/plan.ts';
import { LuciError } from '../base/errors.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import type { Show } from './show/show.ts';
import { printable } from './show/text.ts';
import type { WaitingLine } from './show/waiting-line.ts';

/** `luci ask --within`: an answer in so many seconds, and what was given up for it on stderr. */

/** An answer with what was given up. */
export interface AnswerWithin extends Omit<Answer, 'usage' | 'reason'> {
  readonly reason: Answer['reason'];
  /** Left out where the time ended the answer. */
  readonly usage: Answer['usage'] | undefined;
  readonly within: GivenUp;
}

/** What was given up, for programs. */
export interface GivenUp {
  readonly seconds: number;
  /** The model that was chosen, where this one took its place. */
  readonly insteadOf?: string;
  readonly maxTokens?: number;
  readonly textTokens: number;
  readonly readTokens: number;
  /** What ended the answer before its end. */
  readonly cutBy?: 'time' | 'tokens';
}

/** A question with a time limit. */
export interface WithinQuestion {
  /** The model to ask. `chosen`: the one that is asked otherwise; only one that nobody named may give way to a smaller one. */
  choose(luci: Luci, chosen: UsableModel, isNamed: boolean): Promise<UsableModel>;
  /** The answer as it comes, in whole sentences; what is given up is told on stderr. */
  stream(asked: Asked): AsyncGenerator<AgentEvent>;
  /** The whole answer. */
  answer(asked: Asked): Promise<AnswerWithin>;
}

/** What is asked, and with what. */
export interface Asked {
  readonly text: string;
  readonly question: string;
  readonly fit: 'head' | 'tail' | 'map' | undefined;
  readonly luci: Luci;
  readonly agent: Agent;
  readonly request: QueryOptions;
  readonly model: string | undefined;
  readonly force: true | undefined;
  readonly show: Show;
  readonly waiting: WaitingLine;
}

/** The engine's last batch and the end of the process are part of the time. */
const partingMs = 200;
const partingShare = 0.05;

/** A question that is answered in so many seconds after the process was started. */
export function withinQuestion(seconds: number): WithinQuestion {
  const limitMs = seconds * 1000;
  const endsAtMs = limitMs - Math.min(partingMs, limitMs * partingShare);
  const late = new LuciError('TIMED_OUT', `There was no word of an answer within ${seconds} s.`, {
    hint: 'Give it more time with --within, ask about less text, or take a smaller model with -m.',
  });
  let given: GivenUp = { seconds, textTokens: 0, readTokens: 0 };
  let speed: MeasuredSpeed = {};
  let planned: string | undefined;

  async function* events({ text, question, fit, luci, agent, request, model, force, waiting }: Asked): AsyncGenerator<WithinEvent> {
    using end = processClock.alarm(endsAtMs, late);
    const signal = request.signal ? AbortSignal.any([request.signal, end.signal]) : end.signal;
    await using session = await luci.open(model, { signal, onEvent: waiting.onLoad, force });
    const keep = fit === 'tail' ? 'tail' : 'head';
    yield* answerWithin({ endsAtMs, late, clock: processClock, text, question, keep, session, agent, request, speed });
  }

  /** Keeps what was given up. Returns what is to be said of it: of a plan when the answer is under way, for it may be followed by another one. */
  function follow(event: WithinEvent, fit: Asked['fit']): string | undefined {
    if (event.type === 'plan') {
      const { maxTokens, textTokens, readTokens } = event;
      given = { ...given, maxTokens, textTokens, readTokens };
      planned = planText(given, fit);
    } else if (event.type === 'cut') given = { ...given, cutBy: event.by };
    if (!isOfAnswer(event)) return undefined;
    const line = planned;
    planned = undefined;
    return event.type === 'cut' ? [line, cutText(given, event.isAfterSentence)].filter(Boolean).join('\n') : line;
  }

  async function* stream(asked: Asked): AsyncGenerator<AgentEvent> {
    const { show, waiting, fit } = asked;
    for await (const event of events(asked)) {
      const line = follow(event, fit);
      if (event.type === 'cut' && !show.json) show.endAnswer();
      if (line !== undefined) {
        waiting.stop();
        show.note(show.terminal.style('dim', line));
      }
      if (event.type !== 'plan' && event.type !== 'cut') yield event;
    }
  }

  return {
    async choose(luci, chosen, isNamed) {
      const models = await luci.models.list();
      const found = isNamed ? chosen : chooseInTime(chosen, models, limitMs);
      if (found.name !== chosen.name) given = { ...given, insteadOf: chosen.name };
      speed = speedOf(models.find(({ name }) => name === found.name));
      return found;
    },
    stream,
    async answer(asked) {
      let [text, thinking] = ['', ''];
      let end: Extract<AgentEvent, { type: 'end' }> | undefined;
      for await (const event of stream(asked)) {
        if (event.type === 'text') text += event.text;
        else if (event.type === 'thinking') thinking += event.text;
        else if (event.type === 'end') end = event;
      }
      return { text, thinking, reason: end?.reason ?? 'stopped', usage: end?.usage, within: given };
    },
  };
}

/** Whether the answer is under way. */
function isOfAnswer({ type }: WithinEvent): boolean {
  return type === 'text' || type === 'thinking' || type === 'cut' || type === 'end';
}

/** As `luci bench` measured it, at its shortest context. */
function speedOf(model: ListedModel | undefined): MeasuredSpeed {
  const [row] = model?.speed?.rows ?? [];
  return { promptTokensPerSecond: row?.promptTokensPerSecond, generatedTokensPerSecond: row?.generatedTokensPerSecond };
}

/** What is given up before the answer begins; undefined where that is nothing. */
function planText({ seconds, insteadOf, maxTokens, textTokens, readTokens }: GivenUp, fit: Asked['fit']): string | undefined {
  const part = fit === 'tail' ? 'last' : 'first';
  const given = [
    ...(insteadOf === undefined ? [] : [`a smaller model than ${printable(insteadOf)}`]),
    ...(readTokens < textTokens ? [`the ${part} ${counted(readTokens)} of ${counted(textTokens)} tokens of the text`] : []),
  ];
  if (given.length === 0) return undefined;
  const most = maxTokens === undefined ? [] : [`at most ${counted(maxTokens)} tokens`];
  return `within ${seconds} s: ${[...most, ...given].join(', ')}`;
}

function cutText({ seconds, maxTokens, cutBy }: GivenUp, isAfterSentence: boolean): string {
  const when = cutBy === 'time' ? `after ${seconds} s` : `at ${maxTokens} tokens, for which there was time`;
  return `cut ${when}${isAfterSentence ? '; the last whole sentence ends it' : ', in its first sentence'}`;
}

function counted(tokens: number): string {
  return tokens.toLocaleString('en');
}

/** Throws USAGE for what has no part of an answer that would be worth having, or a time of its own. */
export function checkWithinFlags(given: {
  readonly within?: number;
  readonly timeout?: number;
  readonly schema?: string;
  readonly tools?: true;
  readonly quote?: true;
  readonly raw?: true;
  readonly receipt?: string;
  readonly fit?: string;
}): void {
  const hint = 'luci ask --within 20s -f notes.txt "What is to be bought?"';
  if (given.within === 0) throw new LuciError('USAGE', '--within 0 leaves no time for an answer.', { hint });
  const other = (['timeout', 'schema', 'tools', 'quote', 'raw', 'receipt'] as const).find((name) => given[name] !== undefined);
  if (other) throw new LuciError('USAGE', `--within and --${other} do not go together.`, { hint });
  if (given.fit === 'map')
    throw new LuciError('USAGE', '--fit map reads all of a text, and --within as much as there is time for: not both.', { hint });
}
