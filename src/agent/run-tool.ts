import type { ToolCall } from '../engine/engine.ts';
import { checkCall } from './check-call.ts';
import { asksForLoss, originOf } from './outside-text/call-origin.ts';
import { originText } from './outside-text/origin-text.ts';
import type { OutsideTexts } from './outside-text/outside-texts.ts';
import { type CallConcern, type ConfirmCall, type Tool, ToolError, type ToolFacts, type ToolResult } from './tool.ts';

/** What a call is carried out with. */
export interface RunToolOptions {
  readonly confirm?: ConfirmCall;
  readonly signal?: AbortSignal;
  /** What the conversation has of texts that its person did not write. Without it a call is asked for by what its tool does alone. */
  readonly outside?: OutsideTexts;
}

/** Carries out a call. Unknown tools, wrong arguments and failures become results the model can read. */
export async function runTool(tools: readonly Tool[], call: ToolCall, options: RunToolOptions = {}): Promise<ToolResult> {
  const checked = await checkCall(tools, call.name, call.arguments);
  if ('problem' in checked) return failedCall(call, checked.problem, { unusable: true });
  const { tool, arguments: args } = checked;
  const fitted: ToolCall = { ...call, arguments: args };
  try {
    const { needsYes, concern } = await look(tools, tool, args, options.outside);
    const { loss, origin } = concern;
    const warning = [loss, origin && originText(origin)].filter(Boolean).join('. ') || undefined;
    if (needsYes && !(await options.confirm?.(fitted, tool, warning, concern)))
      return failedCall(fitted, `the user did not allow this${loss === undefined ? '' : `: ${loss}`}`, { refused: true });
    return { call: fitted, content: await tool.run(args, options.signal), isError: false };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const facts = error instanceof ToolError ? error.facts : undefined;
    return failedCall(fitted, error instanceof Error ? error.message : String(error), facts);
  }
}

/** Whether a call needs the person, and why. */
async function look(
  tools: readonly Tool[],
  tool: Tool,
  args: ToolCall['arguments'],
  outside: OutsideTexts | undefined,
): Promise<{ readonly needsYes: boolean; readonly concern: CallConcern }> {
  const loss = await tool.warning?.(args);
  const isDestructive = (await tool.isDestructive?.(args)) === true;
  if (!outside) return { needsYes: loss !== undefined || isDestructive, concern: { loss } };
  const { kind } = tool;
  const isLoss = kind === 'delete' || (tool.isLoss ? await tool.isLoss(args) : isDestructive);
  const check = { tool, tools, args, outside, isLoss };
  const origin = originOf(check);
  const isUnasked = isLoss && kind !== undefined && kind !== 'read' && !asksForLoss(kind, check);
  return {
    needsYes: loss !== undefined || isDestructive || origin !== undefined || isUnasked,
    concern: { loss, origin, isUnasked: isUnasked || undefined },
  };
}

/** A result that says why there is none. */
export function failedCall(call: ToolCall, why: string, facts?: ToolFacts): ToolResult {
  return { call, content: `error: ${why}`, isError: true, facts };
}
