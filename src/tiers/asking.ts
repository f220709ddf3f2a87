import type { OfferedTool } from '../agent/told-tools.ts';
import { toolInstructions, toolReplySchema } from '../agent/tool-format.ts';
import { builtInToolDefinitions } from '../agent/tools/built-in-tools.ts';
import { grammarOf } from '../engine/grammar/schema-grammar.ts';

/** How every question is asked, whatever it is: all of it stands in the hash of a suite, so that answers to other questions are never mixed. */

/** Greedy, and the same everywhere: nothing of an answer is left to chance. */
export const gradedSampling = { temperature: 0, topK: 1, topP: 1, minP: 0, seed: 0 } as const;

/** Tokens a thinking model may think in each tier, apart from its answer. */
export const thinkingTokens = [512, 1024, 2048, 4096] as const;

/** The system prompt of cases with tools that have none of their own. */
export const toolSystem = 'You are an assistant on this computer. Use the tools to do what the user asks.';

/**
 * The tools that models are tested with, in the order in which they are told. The assistant may have more: what was measured stays what it is
 * until one is added here, with a new `suiteVersion`.
 */
const gradedNames = ['list_files', 'read_file', 'write_file', 'move_file', 'make_folder', 'delete_file', 'system_info'] as const;

/** Those of the built-in tools that models are tested with; all of them are told, whatever is asked. */
export function gradedTools<T extends OfferedTool>(builtIn: readonly T[]): readonly T[] {
  return gradedNames.flatMap((name) => builtIn.filter((tool) => tool.name === name)).map((tool) => ({ ...tool, wantedBy: undefined }));
}

/** State of this module: what tools say of themselves does not change while a program runs. */
let told: unknown;

/** What a model is told and held to besides the prompts: tools as they describe themselves, the instructions and the grammar made of them, sampling, budgets of thinking. */
export function waysOfAsking(): unknown {
  const tools = gradedTools(builtInToolDefinitions);
  told ??= {
    sampling: gradedSampling,
    thinkingTokens,
    toolSystem,
    tools,
    instructions: toolInstructions(tools),
    grammar: grammarOf(toolReplySchema(tools, {})),
  };
  return told;
}
