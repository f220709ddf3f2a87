import type { ToolCall, ToolDefinition } from '../engine/engine.ts';
import { schemaProblem } from './schema-problem.ts';

/** Tools a model may call. */

/** A tool: what the model sees of it, and what it does. */
export interface Tool extends ToolDefinition {
  /** Whether something that is there is changed or lost; the user is asked first. */
  readonly isDestructive?: (args: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Runs the call; the text goes back to the model. What is thrown goes back too, as a failure, and ends nothing. */
  run(args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<string>;
}

/** What the model sees of a tool. */
export function definitionOf({ name, description, parameters }: Tool): ToolDefinition {
  return { name, description, parameters };
}

/** Asks whether a destructive call may run. */
export type ConfirmCall = (call: ToolCall, tool: Tool) => Promise<boolean>;

/** A call that was carried out, or refused. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly content: string;
  readonly isError: boolean;
}

/** Carries out a call. Unknown tools, wrong arguments and failures become results the model can read. */
export async function runTool(
  tools: readonly Tool[],
  call: ToolCall,
  { confirm, signal }: { confirm?: ConfirmCall; signal?: AbortSignal } = {},
): Promise<ToolResult> {
  const failed = (why: string): ToolResult => ({ call, content: `error: ${why}`, isError: true });
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) return failed(`there is no tool ${call.name}`);
  const wrong = await schemaProblem(tool.parameters, call.arguments);
  if (wrong) return failed(`the arguments are wrong: ${wrong}`);
  try {
    const needsYes = (await tool.isDestructive?.(call.arguments)) === true;
    if (needsYes && !(await confirm?.(call, tool))) return failed('the user did not allow this');
    return { call, content: await tool.run(call.arguments, signal), isError: false };
  } catch (error) {
    if (signal?.aborted) throw error;
    return failed(error instanceof Error ? error.message : String(error));
  }
}
