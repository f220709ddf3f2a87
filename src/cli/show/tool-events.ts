import type { CallConcern, Tool } from '../../agent/tool.ts';
import type { AgentEvent } from '../../agent/tool-loop.ts';
import type { ToolCall } from '../../engine/engine.ts';
import type { Show } from './show.ts';
import { printable, printableText } from './text.ts';

/** Calls of tools as a person sees them. */

/** Whether it is of a call. */
export function isToolEvent(event: AgentEvent): boolean {
  return event.type === 'look' || event.type === 'tool-call' || event.type === 'tool-result';
}

/** A call that is made, and a result that is a failure, each a line; nothing of other events. */
export function noteToolEvent(event: AgentEvent, { note, terminal: { style } }: Show): void {
  if (event.type === 'look' || event.type === 'tool-call') note(style('dim', `  ${callText(event.call)}`));
  // What the model is told of a call that cannot be used is nothing for the person.
  else if (event.type === 'tool-result' && event.result.isError && !event.result.facts?.unusable)
    note(style('care', `  ${printableText(event.result.content)}`));
}

/** What a person is asked before a call: what it is, after the reasons for care and what helps to answer, where there are such. */
export async function callQuestion(
  call: Pick<ToolCall, 'name' | 'arguments'>,
  { notice }: Pick<Tool, 'notice'>,
  warning: string | undefined,
  { isUnasked, origin }: Pick<CallConcern, 'isUnasked' | 'origin'> = {},
): Promise<string> {
  const unasked = isUnasked && origin?.type !== 'led' ? 'You did not ask for this by its name' : undefined;
  const facts = [unasked, warning, await notice?.(call.arguments)].filter((fact) => fact !== undefined);
  return `${facts.map((fact) => `${printable(fact)}. `).join('')}Allow ${callText(call)}?`;
}

/** `write_file {"path":"notes.txt","content":"…"}` */
export function callText({ name, arguments: args }: Pick<ToolCall, 'name' | 'arguments'>): string {
  return `${name} ${printable(JSON.stringify(args))}`;
}
