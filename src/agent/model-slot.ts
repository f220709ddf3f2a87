import { orAborted } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Session } from '../engine/engine.ts';

/** The one open model of an agent. */
export interface ModelSlot {
  /** The open session. One asker's signal ends only its own wait: the opening goes on for the others. */
  open(signal?: AbortSignal): Promise<Session>;
  close(): Promise<void>;
}

/** A slot; `openModel` is called by the first question, and again by the next one where the engine was lost. One opening runs at a time. */
export function createModelSlot(openModel: (signal?: AbortSignal) => Promise<Session>): ModelSlot {
  const closing = new AbortController();
  let opening: Promise<Session> | undefined;
  let looking: Promise<Session> | undefined;

  function begin(): Promise<Session> {
    // Given the signal of the agent's own end: an opening is nobody's, so no asker's signal may end it.
    const begun = openModel(closing.signal);
    opening = begun;
    begun.catch(() => {
      if (opening === begun) opening = undefined; // The next question may try again.
    });
    return begun;
  }

  /** It may have crashed since, or been stopped by another command. All who ask meanwhile wait for the same look. */
  async function find(): Promise<Session> {
    if (!opening) return begin();
    const session = await opening;
    if (await isThere(session)) return session;
    return closing.signal.aborted ? session : begin();
  }

  return {
    async open(signal) {
      if (closing.signal.aborted) throw closedError();
      looking ??= find().finally(() => {
        looking = undefined;
      });
      const session = await orAborted(looking, signal);
      if (closing.signal.aborted) throw closedError();
      return session;
    },
    async close() {
      closing.abort(closedError());
      const session = await (looking ?? opening)?.catch(() => undefined);
      await session?.[Symbol.asyncDispose]();
    },
  };
}

function closedError(): LuciError {
  return new LuciError('AGENT_CLOSED', 'This agent is closed: close() was called.', { hint: 'Make a new one: new LlamafileAgent(...)' });
}

/** Whether a session still has its engine. Counting runs no model: when the engine does not answer, it was gone before. */
async function isThere(session: Session): Promise<boolean> {
  try {
    await session.countTokens([{ role: 'user', content: '' }]);
    return true;
  } catch (error) {
    if (!isLuciError(error, 'ENGINE_CRASHED')) return true; // Something else, which the question itself will meet.
    await session[Symbol.asyncDispose]();
    return false;
  }
}
