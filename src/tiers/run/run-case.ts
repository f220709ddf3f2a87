import { createConversation } from '../../agent/conversation.ts';
import { abortError } from '../../base/abort.ts';
import { isLuciError } from '../../base/errors.ts';
import type { Session } from '../../engine/engine.ts';
import type { CaseDefinition, Instance, Verifier } from '../case.ts';
import { type Answered, grade } from '../grade/grade.ts';
import type { Grade } from '../grade/grade-text.ts';
import type { CaseResult, TurnResult } from '../result.ts';
import { openWorld, type World } from './world.ts';

/** One case put to a model, by the same conversation, tools and engine as everything else. */

/** Greedy, and the same everywhere: nothing of an answer is left to chance. */
export const gradedSampling = { temperature: 0, topK: 1, topP: 1, minP: 0, seed: 0 } as const;

/** Tokens a thinking model may think, apart from its answer. */
const thinkingTokens = [512, 1024, 2048, 4096] as const;

const toolSystem = 'You are an assistant on this computer. Use the tools to do what the user asks.';

type Asked = Pick<CaseResult, 'status' | 'reason' | 'evidence' | 'loosePass' | 'turns' | 'generatedTokens' | 'seconds' | 'overheadSeconds'>;

/** Asks, carries out tool calls, grades. Engine and sandbox failures are `error`; only the signal's own end is thrown. */
export async function runCase(
  session: Session,
  definition: CaseDefinition,
  instance: Instance,
  tier: number,
  { signal, thinks = false }: { signal?: AbortSignal; thinks?: boolean } = {},
): Promise<Asked> {
  const startedAt = performance.now();
  const turns: TurnResult[] = [];
  const spent = { tokens: 0, engineMs: 0 };
  let isLoose = true;
  const finish = (verdict: Pick<Asked, 'status' | 'reason' | 'evidence'>): Asked => {
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      ...verdict,
      loosePass: verdict.status === 'pass' || (verdict.status === 'fail' && isLoose),
      turns,
      generatedTokens: spent.tokens,
      seconds: round(seconds),
      overheadSeconds: round(Math.max(0, seconds - spent.engineMs / 1000)),
    };
  };
  try {
    await using world = instance.world ? await openWorld(instance.world) : undefined;
    const system = instance.system ?? (world ? toolSystem : undefined);
    const conversation = createConversation(async () => session, {
      sampling: gradedSampling,
      repeatable: true,
      maxTokens: definition.maxTokens + (thinks ? (thinkingTokens[tier] ?? 4096) : 0),
      ...(system ? { system } : {}),
      ...(world ? { tools: world.tools, confirm: async () => true } : {}),
    });
    let verdict: Grade = { passes: true };
    for (const { user, verify } of instance.turns) {
      const { turn, answered } = await oneTurn(conversation, user, world, spent, signal);
      turns.push(turn);
      if (!verify || !verdict.passes) continue;
      verdict = await grade(verify, answered, signal);
      if (!verdict.passes) isLoose = await passesLoosely(verify, answered, signal);
    }
    if (conversation.forgottenTurns > 0) return finish({ status: 'error', reason: 'the context of the engine is too small for this case' });
    if (verdict.passes) return finish({ status: 'pass' });
    return finish({ status: 'fail', reason: verdict.reason, ...(verdict.evidence === undefined ? {} : { evidence: verdict.evidence }) });
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    return finish({ status: 'error', reason: isLuciError(error) ? error.message : `luci made a mistake: ${String(error)}` });
  }
}

async function oneTurn(
  conversation: ReturnType<typeof createConversation>,
  user: string,
  world: World | undefined,
  spent: { tokens: number; engineMs: number },
  signal: AbortSignal | undefined,
): Promise<{ turn: TurnResult; answered: Answered }> {
  let text = '';
  let thinking = '';
  const calls: { name: string; args: unknown; isError: boolean; content: string }[] = [];
  let lastMs = performance.now();
  for await (const event of conversation.send(user, signal)) {
    // What the tools take is ours, not the engine's.
    if (event.type !== 'tool-result') spent.engineMs += performance.now() - lastMs;
    lastMs = performance.now();
    if (event.type === 'text') text += event.text;
    else if (event.type === 'thinking') thinking += event.text;
    else if (event.type === 'tool-call') text = '';
    else if (event.type === 'tool-result')
      calls.push({
        name: event.result.call.name,
        args: event.result.call.arguments,
        isError: event.result.isError,
        content: event.result.content,
      });
    else if (event.type === 'end') spent.tokens += event.usage.generatedTokens;
  }
  const turn: TurnResult = { user, text, ...(thinking === '' ? {} : { thinking }), ...(calls.length > 0 ? { calls } : {}) };
  return { turn, answered: { text, ...(world ? { calls, files: await world.snapshot() } : {}) } };
}

/** Whether the answer passes without its first or its last line: an opening, a closing offer. Only logged. */
async function passesLoosely(verify: Verifier, answered: Answered, signal: AbortSignal | undefined): Promise<boolean> {
  const lines = answered.text.trim().split('\n');
  const forms = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((kept) => kept.join('\n').trim());
  for (const text of forms) if (text !== '' && (await grade(verify, { ...answered, text }, signal)).passes) return true;
  return false;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
