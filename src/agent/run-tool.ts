import type { ToolCall } from '../engine/engine.ts';
import { checkCall } from './check-call.ts';
import { type ConfirmCall, type Tool, ToolError, type ToolFacts, type ToolResult } from './tool.ts';

/** What a call is carried out with. */
export interface RunToolOptions {
  readonly confirm?: ConfirmCall;
  readonly signal?: AbortSignal;
}

/** Carries out a call. Unknown tools, wrong arguments and failures become results the model can read. */
export async function runTool(tools: readonly Tool[], call: ToolCall, { confirm, signal }: RunToolOptions = {}): Promise<ToolResult> {
  const checked = await checkCall(tools, call.name, call.arguments);
  if ('problem' in checked) return failedCall(call, checked.problem, { unusable: true });
  const { tool, arguments: args } = checked;
  const fitted: ToolCall = { ...call, arguments: args };
  try {
    const warning = await tool.warning?.(args);
    const needsYes = warning !== undefined || (await tool.isDestructive?.(args)) === true;
    if (needsYes && !(await confirm?.(fitted, tool, warning)))
      return failedCall(fitted, `the user did not allow this${warning === undefined ? '' : `: ${warning}`}`, { refused: true });
    return { call: fitted, content: await tool.run(args, signal), isError: false };
  } catch (error) {
    if (signal?.aborted) throw error;
    const facts = error instanceof ToolError ? error.facts : undefined;
    return failedCall(fitted, error instanceof Error ? error.message : String(error), facts);
  }
}

/** A result that says why there is none. */
export function failedCall(call: ToolCall, why: string, facts?: ToolFacts): ToolResult {
  return { call, content: `error: ${why}`, isError: true, facts };
}
