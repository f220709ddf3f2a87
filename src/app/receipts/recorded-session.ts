import type { ChatRequest, EndReason, EngineFacts, Session, ToolCall, Usage } from '../../engine/engine.ts';

/** Sessions that remember what was asked and answered, word for word as the engine has it. */

/** One answer, and what it was asked by. */
export interface RecordedAnswer {
  readonly facts: EngineFacts;
  readonly request: ChatRequest;
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Pick<ToolCall, 'name' | 'arguments'>[];
  readonly reason: EndReason;
  readonly usage: Usage;
}

/** The session, which tells of each answer before its end is handed on; an answer that was broken off is not told. */
export function recordedSession(session: Session, onAnswer: (answer: RecordedAnswer) => void): Session {
  return {
    ...session,
    async *generate(request, signal) {
      const said = { text: '', thinking: '' };
      const calls: Pick<ToolCall, 'name' | 'arguments'>[] = [];
      for await (const event of session.generate(request, signal)) {
        if (event.type === 'text' || event.type === 'thinking') said[event.type] += event.text;
        // Its id is another one each time.
        if (event.type === 'tool-call') calls.push({ name: event.call.name, arguments: event.call.arguments });
        if (event.type === 'end') onAnswer({ facts: session.facts, request, ...said, calls, reason: event.reason, usage: event.usage });
        yield event;
      }
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
