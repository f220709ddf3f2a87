import type { ChatRequest, EndReason, GenerationEvent, Session } from '../../src/engine/engine.ts';
import { type ScriptedSession, scriptedSession } from '../fixtures/scripted-session.ts';

/** What a model does, event by event; the end is added. A double for tests only. */
export type Events = (request: ChatRequest, signal: AbortSignal | undefined) => AsyncIterable<Exclude<GenerationEvent, { type: 'end' }>>;

/** A session that does it. */
export function eventSession(events: Events, { tools = false, reason = 'stop' as EndReason } = {}): ScriptedSession {
  const plain = scriptedSession(() => '', { tools, reason });
  const session: Session = {
    ...plain,
    async *generate(request, signal) {
      yield* events(request, signal);
      for await (const event of plain.generate(request, signal)) if (event.type === 'end') yield event;
    },
  };
  return { ...session, requests: plain.requests };
}
