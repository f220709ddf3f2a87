import type { Answer } from '../agent/agent.ts';
import { collect } from '../agent/agent.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import type { ToolCall } from '../engine/engine.ts';

/** One question that is answered with tools: what was called on the way is part of the answer. */

/** A call with what came of it. */
export interface CallRecord {
  readonly name: string;
  readonly arguments: ToolCall['arguments'];
  readonly result: string;
  readonly isError: boolean;
  /** The change was not allowed. */
  readonly refused: boolean;
}

/** The whole answer of a stream, with its calls. */
export async function collectWithCalls(events: AsyncIterable<AgentEvent>): Promise<Answer & { readonly calls: readonly CallRecord[] }> {
  const calls: CallRecord[] = [];
  async function* noted(): AsyncGenerator<AgentEvent> {
    for await (const event of events) {
      if (event.type === 'tool-result') calls.push(recordOf(event.result));
      yield event;
    }
  }
  return { ...(await collect(noted())), calls };
}

function recordOf({ call, content, isError, facts }: Extract<AgentEvent, { type: 'tool-result' }>['result']): CallRecord {
  return { name: call.name, arguments: call.arguments, result: content, isError, refused: facts?.refused === true };
}
