import type { ChatMessage, ChatRequest, GenerationEvent, Session, ToolCall } from '../engine/engine.ts';
import { type ConfirmCall, definitionOf, runTool, type Tool, type ToolResult } from './tool.ts';
import { parseToolReply, toolReplySchema, withToolsAsText } from './tool-format.ts';

/** An answer that may need tools: the model calls, the calls are carried out, and so on until it answers. */

/** What happens on the way to an answer. The last is `end`. */
export type AgentEvent = GenerationEvent | { readonly type: 'tool-result'; readonly result: ToolResult };

/** What the loop works with. */
export interface ToolLoopOptions {
  readonly tools: readonly Tool[];
  readonly confirm?: ConfirmCall;
  readonly signal?: AbortSignal;
  /** Calls after which the model must answer (default 16). */
  readonly maxCalls?: number;
}

/** Runs the loop. `messages` grows by the turns of the model and the results of the tools, so that the caller can go on with it. */
export async function* answerWithTools(
  session: Session,
  request: ChatRequest,
  messages: ChatMessage[],
  { tools, confirm, signal, maxCalls = 16 }: ToolLoopOptions,
): AsyncGenerator<AgentEvent> {
  let generatedTokens = 0;
  for (let count = 0; ; ) {
    const mayCall = count < maxCalls;
    // After the last call the tools are told all the same: the conversation goes on as it began.
    const limited: ChatRequest = { ...request, messages, toolChoice: mayCall ? undefined : 'none' };
    const turn = tools.length > 0 ? oneTurn(session, limited, tools, `call-${count + 1}`, signal) : session.generate(limited, signal);
    let text = '';
    let written: string | undefined;
    const calls: ToolCall[] = [];
    let end: GenerationEvent | undefined;
    for await (const event of turn) {
      if (event.type === 'text') text += event.text;
      if (event.type === 'written') written = event.text;
      // The loop ends, whatever the engine makes of it.
      if (event.type === 'written' || (event.type === 'tool-call' && !mayCall)) continue;
      if (event.type === 'tool-call') calls.push(event.call);
      if (event.type !== 'end') {
        yield event;
        continue;
      }
      // The calls before were written as well.
      generatedTokens += event.usage.generatedTokens;
      end = { ...event, usage: { ...event.usage, generatedTokens } };
    }
    messages.push({
      role: 'assistant',
      content: text,
      toolCalls: calls.length > 0 ? calls : undefined,
      written,
    });
    if (calls.length === 0) {
      if (end) yield end;
      return;
    }
    for (const call of calls) {
      count += 1;
      const result = await runTool(tools, call, { confirm, signal });
      messages.push({ role: 'tool', toolCallId: call.id, name: call.name, content: result.content });
      yield { type: 'tool-result', result };
    }
  }
}

/** One turn: natively where the engine knows tools, else by the grammar, which forces a schema of the answer as well. */
async function* oneTurn(
  session: Session,
  request: ChatRequest,
  tools: readonly Tool[],
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<GenerationEvent | { readonly type: 'written'; readonly text: string }> {
  const definitions = tools.map(definitionOf);
  const { supports } = session.facts;
  const isNative = request.toolChoice === 'required' ? supports.requiredCalls : supports.tools;
  if (isNative && request.jsonSchema === undefined) {
    yield* session.generate({ ...request, tools: definitions }, signal);
    return;
  }
  let text = '';
  const { toolChoice: _, ...rest } = request;
  const asText: ChatRequest = {
    ...rest,
    messages: withToolsAsText(request.messages, definitions),
    jsonSchema: toolReplySchema(definitions, request),
  };
  for await (const event of session.generate(asText, signal)) {
    if (event.type === 'text') text += event.text;
    else if (event.type !== 'end') yield event;
    else {
      const parsed = parseToolReply(text, id);
      const reply = 'call' in parsed && request.toolChoice === 'none' ? { answer: text } : parsed;
      if ('call' in reply) yield { type: 'tool-call', call: reply.call };
      else if (reply.answer !== '') yield { type: 'text', text: reply.answer };
      yield { type: 'written', text: text.trimEnd() };
      yield { ...event, reason: 'call' in reply ? 'tool-calls' : event.reason };
    }
  }
}
