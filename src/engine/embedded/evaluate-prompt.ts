import type { Token } from 'node-llama-cpp';
import type { ChatMessage } from '../engine.ts';
import type { Deterministic } from './batch-loop.ts';
import { chunkEnds, commonEnd, endsBeforeSingles } from './prompt-chunks.ts';
import { minSavedTokens, type SavedStates } from './saved-states.ts';
import { commonLength, type Slot } from './slot.ts';

/** Brings a slot to a prompt by the shortest way: what it has, what was saved, and only then by evaluating. */

/** How a prompt is evaluated. */
export interface PromptEvaluation {
  readonly signal: AbortSignal;
  /** Tokens it begins with that other prompts will begin with too; their state is saved. */
  readonly systemLength: number;
  readonly states: SavedStates;
}

/**
 * Brings the slot to all tokens of the prompt but the last.
 * @returns how many tokens had not to be evaluated
 */
export async function evaluatePrompt(slot: Slot, prompt: readonly Token[], how: PromptEvaluation): Promise<number> {
  const { systemLength, states } = how;
  const wanted = prompt.slice(0, -1);
  const common = commonLength(slot.tokens, wanted);
  const isSystemMissing = slot.canBeCut && systemLength >= minSavedTokens && common < systemLength;
  const system = wanted.slice(0, systemLength);
  if (isSystemMissing) await loadSystem(slot, system, states);
  await slot.keep(commonLength(slot.tokens, wanted));
  const cachedTokens = slot.tokens.length;
  if (isSystemMissing && cachedTokens < systemLength) {
    await slot.evaluate(system.slice(cachedTokens), how);
    await saveSystem(slot, system, states);
  }
  await slot.evaluate(wanted.slice(slot.tokens.length), how);
  await slot.checkpoint();
  return cachedTokens;
}

/** How a prompt is evaluated that must come out alike. */
export interface DeterministicEvaluation {
  /** See {@link cutsOf}. */
  readonly cuts: readonly number[];
  readonly deterministic: Deterministic;
  readonly signal: AbortSignal;
}

/**
 * The same in batches of its own that follow from the prompt and its `cuts` alone: every token is evaluated with the same batchmates,
 * by the same number of threads, whatever was there before.
 */
export async function evaluateDeterministic(slot: Slot, prompt: readonly Token[], how: DeterministicEvaluation): Promise<number> {
  const ends = chunkEnds(prompt.length - 1, how.cuts);
  const isAlike = slot.deterministicThreads === how.deterministic.threads;
  const held = isAlike ? slot.deterministicEnds : endsBeforeSingles(slot.deterministicEnds);
  await slot.keep(commonEnd(held, ends, commonLength(slot.tokens, prompt)));
  // A state that cannot be cut everywhere may have been cut inside a chunk.
  if (slot.tokens.length !== (slot.deterministicEnds.at(-1) ?? 0)) await slot.keep(0);
  const cachedTokens = slot.tokens.length;
  for (const end of ends) await slot.evaluate(prompt.slice(slot.tokens.length, end), how);
  await slot.checkpoint();
  return cachedTokens;
}

/** A file that cannot be had is no failure: its tokens are evaluated then. */
async function loadSystem(slot: Slot, system: readonly Token[], states: SavedStates): Promise<void> {
  try {
    const path = await states.find(system);
    if (path !== undefined) await slot.load(path);
  } catch (error) {
    log(error);
  }
}

async function saveSystem(slot: Slot, system: readonly Token[], states: SavedStates): Promise<void> {
  // Only the writing is waited for: nothing else touches the slot.
  await new Promise<void>((resolve) => {
    states
      .save(system, async (path) => {
        await slot.save(path).finally(resolve);
      })
      .catch(log)
      .finally(resolve);
  });
}

function log(error: unknown): void {
  process.stderr.write(`state of a prompt: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** Tokens of messages as the model's template writes them, the beginning of the answer included. */
type TokensOf = (messages: readonly ChatMessage[]) => readonly Token[];

/** How many tokens of the prompt come from its system message, as this model's template writes it. 0 where there is none. */
function systemLengthOf(tokensOf: TokensOf, [first]: readonly ChatMessage[], prompt: readonly Token[]): number {
  if (first?.role !== 'system') return 0;
  // The same system message before another question; one that hardly anybody begins with.
  return commonLength(tokensOf([first, { role: 'user', content: '\u00a7' }]), prompt);
}

/** The same where it is worth saving. A short one is not looked at: that takes a template and a tokenizer a millisecond. */
export function savedLengthOf(tokensOf: TokensOf, messages: readonly ChatMessage[], prompt: readonly Token[]): number {
  return (messages[0]?.content.length ?? 0) < minSavedTokens ? 0 : systemLengthOf(tokensOf, messages, prompt);
}

/**
 * Tokens of an earlier answer that are evaluated one by one. A call of a tool is shorter; and where a model's words come back as other
 * tokens than it chose, or without its thinking, more would cost four times what a chunk does.
 */
const maxSingleTokens = 64;

/**
 * Where {@link evaluateDeterministic} cuts: behind the system message, and at every token of earlier answers and the one before them, because
 * those were evaluated one by one when they were chosen.
 */
export function cutsOf(tokensOf: TokensOf, messages: readonly ChatMessage[], prompt: readonly Token[]): number[] {
  const cuts = [systemLengthOf(tokensOf, messages, prompt)];
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'assistant' || index === 0) continue;
    const begin = commonLength(tokensOf(messages.slice(0, index)), prompt);
    const end = commonLength(tokensOf(messages.slice(0, index + 1)), prompt);
    for (let place = begin - 1; place <= Math.min(end, begin + maxSingleTokens); place += 1) cuts.push(place);
    cuts.push(end);
  }
  return cuts;
}
