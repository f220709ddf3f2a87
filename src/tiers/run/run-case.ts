import { createConversation } from '../../agent/conversation.ts';
import { abortError } from '../../base/abort.ts';
import { isLuciError, type LuciError } from '../../base/errors.ts';
import type { Session } from '../../engine/engine.ts';
import { type CaseFacts, gradesPython, type Instance, type Verifier } from '../case.ts';
import { withoutThinking } from '../grade/answer-text.ts';
import { type Answered, grade } from '../grade/grade.ts';
import type { Grade } from '../grade/grade-text.ts';
import type { CaseResult, TurnResult } from '../result.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { meteredSession, newMeter, replyTimeoutMs } from './metered-session.ts';
import { openWorld, type World } from './world.ts';

/** One case put to a model, by the same conversation, tools and engine as everything else. */

/** Greedy, and the same everywhere: nothing of an answer is left to chance. */
export const gradedSampling = { temperature: 0, topK: 1, topP: 1, minP: 0, seed: 0 } as const;

/** Tokens a thinking model may think in each tier, apart from its answer. */
export const thinkingTokens = [512, 1024, 2048, 4096] as const;

const toolSystem = 'You are an assistant on this computer. Use the tools to do what the user asks.';

type Asked = Omit<CaseResult, 'key' | 'tier' | 'mode' | 'caseId' | 'variant'>;

/** How a case is asked. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  /** The model thinks before it answers: it gets tokens for that. */
  readonly thinks?: boolean;
  /** As measured in the warm-up; bounds the time of a reply. */
  readonly tokensPerSecond?: number;
  /** Where code is asked for in Python. */
  readonly python?: PythonSandbox;
}

/** Asks, carries out tool calls, grades. Engine and sandbox failures are `error`; only the signal's own end is thrown. */
export async function runCase(
  opened: Session,
  definition: CaseFacts,
  instance: Instance,
  tier: number,
  { signal, thinks = false, tokensPerSecond = 0, python }: AskOptions = {},
): Promise<Asked> {
  const startedAt = performance.now();
  const turns: TurnResult[] = [];
  // Where tools go through a grammar there is no room for thinking.
  const thinking = thinks && (!instance.world || opened.facts.supports.tools) ? (thinkingTokens[tier] ?? 4096) : 0;
  const maxTokens = definition.maxTokens + thinking;
  const meter = newMeter();
  const session = meteredSession(opened, meter, replyTimeoutMs(maxTokens, promptTokensOf(instance), tokensPerSecond));
  let isLoose = true;
  const finish = (verdict: Pick<Asked, 'status' | 'reason' | 'evidence' | 'errorKind'>): Asked => {
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      ...verdict,
      loosePass: verdict.status === 'pass' || (verdict.status === 'fail' && isLoose),
      turns,
      generatedTokens: meter.generatedTokens,
      promptTokens: meter.promptTokens,
      cachedTokens: meter.cachedTokens,
      rereadTokens: meter.rereadTokens,
      seconds: round(seconds),
      promptSeconds: round(meter.promptMs / 1000),
      overheadSeconds: round(Math.max(0, seconds - meter.engineMs / 1000)),
    };
  };
  if (instance.turns.some(({ verify }) => gradesPython(verify))) python?.warm();
  try {
    await using world = instance.world ? await openWorld(instance.world) : undefined;
    const system = instance.system ?? (world ? toolSystem : undefined);
    const conversation = createConversation(async () => session, {
      sampling: gradedSampling,
      repeatable: true,
      maxTokens,
      system,
      ...(world ? { tools: world.tools, confirm: async () => true } : {}),
    });
    let verdict: Grade = { passes: true };
    for (const { user, verify } of instance.turns) {
      const { turn, answered, isCut } = await oneTurn(conversation, user, world, signal);
      turns.push(turn);
      if (thinking > 0 && isCut && withoutThinking(turn.text) === '')
        return finish({ status: 'error', errorKind: 'budget', reason: `it thought beyond its budget of ${thinking} tokens` });
      if (!verify || !verdict.passes) continue;
      verdict = await grade(verify, answered, signal, python);
      if (!verdict.passes) isLoose = await passesLoosely(verify, answered, signal, python);
    }
    if (conversation.forgottenTurns > 0) return finish({ status: 'error', reason: 'the context of the engine is too small for this case' });
    if (verdict.passes) return finish({ status: 'pass' });
    return finish({ status: 'fail', reason: verdict.reason, evidence: verdict.evidence });
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    return finish({ status: 'error', reason: isLuciError(error) ? withHint(error) : `luci made a mistake: ${String(error)}` });
  }
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
  const calls: { name: string; args: unknown; isError: boolean; content: string }[] = [];
  for await (const event of conversation.send(user, signal)) {
    if (event.type === 'text') text += event.text;
    else if (event.type === 'thinking') thinking += event.text;
    else if (event.type === 'tool-call') text = '';
    else if (event.type === 'end') isCut = event.reason === 'length';
    else if (event.type === 'tool-result') {
      const { call, isError, content } = event.result;
      calls.push({ name: call.name, args: call.arguments, isError, content });
    }
  }
  const turn: TurnResult = { user, text, thinking: thinking === '' ? undefined : thinking, calls: calls.length > 0 ? calls : undefined };
  return { turn, isCut, answered: { text, ...(world ? { calls, files: await world.snapshot() } : {}) } };
}

/** Four characters a token, and what the tools and the files of a world add to it. */
function promptTokensOf({ system = '', turns, world }: Instance): number {
  const characters = [system, ...turns.map(({ user }) => user), JSON.stringify(world ?? '')].reduce((sum, { length }) => sum + length, 0);
  return characters / 4 + (world ? 800 : 0);
}

/** Whether the answer passes without its first or its last line: an opening, a closing offer. Only logged. */
async function passesLoosely(
  verify: Verifier,
  answered: Answered,
  signal: AbortSignal | undefined,
  python: PythonSandbox | undefined,
): Promise<boolean> {
  const lines = answered.text.trim().split('\n');
  const forms = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((kept) => kept.join('\n').trim());
  for (const text of forms) if (text !== '' && (await grade(verify, { ...answered, text }, signal, python)).passes) return true;
  return false;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
