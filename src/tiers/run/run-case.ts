import { createConversation } from '../../agent/conversation.ts';
import type { ToolFacts } from '../../agent/tool.ts';
import type { AgentEvent } from '../../agent/tool-loop.ts';
import { toolWayOf } from '../../agent/tool-way.ts';
import { abortError } from '../../base/abort.ts';
import { isLuciError, type LuciError } from '../../base/errors.ts';
import type { Session } from '../../engine/engine.ts';
import { gradedSampling, thinkingTokens, toolSystem } from '../asking.ts';
import { type CaseFacts, gradesPython, type Instance, type Verifier } from '../case.ts';
import { withoutThinking } from '../grade/answer-text.ts';
import { grade } from '../grade/grade.ts';
import type { Answered, GradeOptions } from '../grade/grading.ts';
import { type Grade, passed } from '../grade/verdict.ts';
import type { CaseResult, TurnResult } from '../result.ts';
import { meteredSession, newMeter, replyTimeoutMs } from './metered-session.ts';
import { openWorld, type World } from './world.ts';

/** One case put to a model, by the same conversation, tools and engine as everything else. */

type Asked = Omit<CaseResult, 'key' | 'tier' | 'mode' | 'caseId' | 'ability' | 'variant'>;

/** How a case is asked, and what its answers are graded with. */
export interface AskOptions extends GradeOptions {
  /** The model thinks before it answers: it gets tokens for that. */
  readonly thinks?: boolean;
  /** As measured in the warm-up; bounds the time of a reply. */
  readonly tokensPerSecond?: number;
}

/** What is asked: a case, made from a seed. */
export interface AskedCase {
  readonly definition: CaseFacts;
  readonly instance: Instance;
  readonly tier: number;
}

/** What came of the turns. */
interface Outcome {
  readonly verdict: Pick<Asked, 'status' | 'reason' | 'evidence' | 'errorKind'>;
  readonly loosePass: boolean;
  /** The budget an answer was cut at. */
  readonly cutAtTokens?: number;
}

/** Asks, carries out tool calls, grades. Engine and sandbox failures are `error`; only the signal's own end is thrown. */
export async function runCase(opened: Session, asked: AskedCase, options: AskOptions = {}): Promise<Asked> {
  const { signal, tokensPerSecond = 0, python } = options;
  const { definition, instance } = asked;
  const startedAt = performance.now();
  const turns: TurnResult[] = [];
  const thinkingBudget = thinkingBudgetOf(opened, asked, options);
  const maxTokens = definition.maxTokens + thinkingBudget;
  const meter = newMeter();
  const session = meteredSession(opened, meter, replyTimeoutMs(maxTokens, promptTokensOf(instance), tokensPerSecond));
  if (instance.turns.some(({ verify }) => gradesPython(verify))) python?.warm();
  let outcome: Outcome;
  try {
    outcome = await askTurns(session, instance, { turns, maxTokens, thinkingBudget, signal, python });
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    outcome = failedByUs(isLuciError(error) ? withHint(error) : `luci made a mistake: ${String(error)}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    ...outcome.verdict,
    loosePass: outcome.loosePass,
    cutAtTokens: outcome.cutAtTokens,
    turns,
    generatedTokens: meter.generatedTokens,
    promptTokens: meter.promptTokens,
    cachedTokens: meter.cachedTokens,
    rereadTokens: meter.rereadTokens,
    threads: meter.threads.size > 0 ? [...meter.threads] : undefined,
    seconds: round(seconds),
    promptSeconds: round(meter.promptMs / 1000),
    overheadSeconds: round(Math.max(0, seconds - meter.engineMs / 1000)),
  };
}

/** Where tools go through a grammar there is no room for thinking. */
function thinkingBudgetOf({ facts }: Session, { instance, tier }: AskedCase, { thinks = false }: AskOptions): number {
  const hasRoom = !instance.world || toolWayOf(facts) === 'native';
  return thinks && hasRoom ? (thinkingTokens[tier] ?? 4096) : 0;
}

interface TurnOptions extends GradeOptions {
  /** Every turn as it was answered is put here, those before an error too. */
  readonly turns: TurnResult[];
  readonly maxTokens: number;
  readonly thinkingBudget: number;
}

async function askTurns(session: Session, instance: Instance, options: TurnOptions): Promise<Outcome> {
  const { turns, maxTokens, thinkingBudget, ...grading } = options;
  await using world = instance.world ? await openWorld(instance.world) : undefined;
  const conversation = conversationOn(session, { instance, world, maxTokens });
  let verdict = passed;
  let isLoose = true;
  let cutAtTokens: number | undefined;
  for (const { user, verify } of instance.turns) {
    const { turn, answered, isCut } = await oneTurn(conversation, user, world, grading.signal);
    turns.push(turn);
    if (thinkingBudget > 0 && isCut && withoutThinking(turn.text) === '')
      return failedByUs(`it thought beyond its budget of ${thinkingBudget} tokens`, 'budget');
    if (isCut) cutAtTokens = maxTokens;
    if (!verify || !verdict.passes) continue;
    verdict = await grade(verify, answered, grading);
    if (!verdict.passes) isLoose = await passesLoosely(verify, answered, grading);
  }
  if (conversation.forgottenTurns > 0) return failedByUs('the context of the engine is too small for this case');
  return outcomeOf(verdict, isLoose, cutAtTokens);
}

function conversationOn(
  session: Session,
  { instance, world, maxTokens }: { readonly instance: Instance; readonly world: World | undefined; readonly maxTokens: number },
): ReturnType<typeof createConversation> {
  return createConversation(async () => session, {
    sampling: gradedSampling,
    repeatable: true,
    // By one thread where several requests compute at once: each then comes out as it would alone.
    threads: (session.facts.repeatableAtOnce ?? 1) > 1 ? 1 : undefined,
    maxTokens,
    system: instance.system ?? (world ? toolSystem : undefined),
    tools: world?.tools,
    confirm: world ? async () => true : undefined,
  });
}

/** A verdict, with the budget that an answer was cut at: what is not there was perhaps not reached. */
function outcomeOf(verdict: Grade, isLoose: boolean, cutAtTokens: number | undefined): Outcome {
  if (verdict.passes) return { verdict: { status: 'pass' }, loosePass: true, cutAtTokens };
  const reason = cutAtTokens === undefined ? verdict.reason : `cut at ${cutAtTokens} tokens; ${verdict.reason}`;
  return { verdict: { status: 'fail', reason, evidence: verdict.evidence }, loosePass: isLoose, cutAtTokens };
}

/** An error is ours, never counted as the model's failure. */
function failedByUs(reason: string, errorKind?: 'budget'): Outcome {
  return { verdict: { status: 'error', errorKind, reason }, loosePass: false };
}

/** What went wrong, and what to type. */
function withHint({ message, hint }: LuciError): string {
  return hint === undefined ? message : `${message} (${hint.split('\n')[0]})`;
}

async function oneTurn(
  conversation: ReturnType<typeof createConversation>,
  user: string,
  world: World | undefined,
  signal: AbortSignal | undefined,
): Promise<{ turn: TurnResult; answered: Answered; isCut: boolean }> {
  let text = '';
  let thinking = '';
  let isCut = false;
  const calls: { name: string; args: unknown; isError: boolean; content: string; facts?: ToolFacts }[] = [];
  for await (const event of conversation.send(user, signal)) {
    if (event.type === 'text') text += wordsOfModel(event);
    else if (event.type === 'thinking') thinking += event.text;
    else if (event.type === 'tool-call') text = '';
    else if (event.type === 'end') isCut = event.reason === 'length';
    else if (event.type === 'tool-result') {
      const { call, isError, content, facts } = event.result;
      text = '';
      calls.push({ name: call.name, args: call.arguments, isError, content, facts });
    }
  }
  const turn: TurnResult = { user, text, thinking: thinking === '' ? undefined : thinking, calls: calls.length > 0 ? calls : undefined };
  return { turn, isCut, answered: world ? { text, calls, files: await world.snapshot() } : { text } };
}

/** A sentence of luci's own is no answer. */
function wordsOfModel(event: Extract<AgentEvent, { text: string }>): string {
  return 'byLuci' in event ? '' : event.text;
}

/** Four characters a token, and what the tools and the files of a world add to it. */
function promptTokensOf({ system = '', turns, world }: Instance): number {
  const characters = [system, ...turns.map(({ user }) => user), JSON.stringify(world ?? '')].reduce((sum, { length }) => sum + length, 0);
  return characters / 4 + (world ? 800 : 0);
}

/** Whether the answer passes without its first or its last line: an opening, a closing offer. Only logged. */
async function passesLoosely(verify: Verifier, answered: Answered, options: GradeOptions): Promise<boolean> {
  const lines = answered.text.trim().split('\n');
  const forms = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((kept) => kept.join('\n').trim());
  for (const text of forms) if (text !== '' && (await grade(verify, { ...answered, text }, options)).passes) return true;
  return false;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
