import type { Token } from 'node-llama-cpp';
import type { ChatMessage } from '../engine.ts';
import { evenSlice } from './batches.ts';
import { commonLength, type Evaluation, type Lane } from './lane.ts';
import { leastSaved, type SavedStates } from './saved-states.ts';

/** Brings a lane to a prompt by the shortest way: what it has, what was saved, and only then by evaluating. */

/** How a prompt is evaluated. */
export interface PromptEvaluation extends Evaluation {
  /** Tokens it begins with that other prompts will begin with too; their state is saved. */
  readonly systemLength: number;
  readonly states: SavedStates;
}

/**
 * Brings the lane to all tokens of the prompt but the last.
 * @returns how many tokens had not to be evaluated
 */
export async function evaluatePrompt(lane: Lane, prompt: readonly Token[], how: PromptEvaluation): Promise<number> {
  const { systemLength, states } = how;
  const wanted = prompt.slice(0, -1);
  const common = commonLength(lane.tokens, wanted);
  const isSystemMissing = lane.canBeCut && systemLength >= leastSaved && common < systemLength;
  const system = wanted.slice(0, systemLength);
  if (isSystemMissing) await loadSystem(lane, system, states);
  await lane.keep(keptLength(lane, wanted, how));
  const cachedTokens = lane.tokens.length;
  if (isSystemMissing && cachedTokens < systemLength) {
    await lane.evaluate(system.slice(cachedTokens), how);
    await saveSystem(lane, system, states);
  }
  await lane.evaluate(wanted.slice(lane.tokens.length), how);
  await lane.mark();
  return cachedTokens;
}

/** Alone, only up to where a slice begins: then every token is evaluated in the same company, whatever was there before. */
function keptLength(lane: Lane, wanted: readonly Token[], { isAlone }: Evaluation): number {
  const common = commonLength(lane.tokens, wanted);
  if (!isAlone) return common;
  const even = Math.min(common, lane.evenLength);
  return even - (even % evenSlice);
}

/** A file that cannot be had is no failure: its tokens are evaluated then. */
async function loadSystem(lane: Lane, system: readonly Token[], states: SavedStates): Promise<void> {
  try {
    const path = await states.find(system);
    if (path !== undefined) await lane.load(path);
  } catch (error) {
    log(error);
  }
}

async function saveSystem(lane: Lane, system: readonly Token[], states: SavedStates): Promise<void> {
  // Only the writing is waited for: nothing else touches the lane.
  await new Promise<void>((resolve) => {
    states
      .save(system, async (path) => {
        await lane.save(path).finally(resolve);
      })
      .catch(log)
      .finally(resolve);
  });
}

function log(error: unknown): void {
  process.stderr.write(`state of a prompt: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** How many tokens of the prompt come from its system message, as this model's template writes it. 0 where it is short. */
export function systemLengthOf(
  promptTokens: (messages: readonly ChatMessage[]) => Token[],
  [first]: readonly ChatMessage[],
  prompt: readonly Token[],
): number {
  if (first?.role !== 'system' || first.content.length < leastSaved) return 0;
  // The same system message before another question; one that hardly anybody begins with.
  return commonLength(promptTokens([first, { role: 'user', content: '\u00a7' }]), prompt);
}
