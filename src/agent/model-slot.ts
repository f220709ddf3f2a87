import { isLuciError, LuciError } from '../base/errors.ts';
import { shareOpening } from '../base/shared-opening.ts';
import type { Session } from '../engine/engine.ts';

/** The one open model of an agent. */
export interface ModelSlot {
  /** The open session. One asker's signal ends only its own wait: the opening goes on for the others. */
  open(signal?: AbortSignal): Promise<Session>;
  close(): Promise<void>;
}

/** A slot; `openModel` is called by the first question, and again by the next one where the engine was lost. One opening runs at a time. */
export function createModelSlot(openModel: (signal?: AbortSignal) => Promise<Session>): ModelSlot {
  const shared = shareOpening(openModel);
  let isClosed = false;
  let looking: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (isClosed) throw new LuciError('AGENT_CLOSED', 'This agent is closed.', { hint: 'Make a new one: new LlamafileAgent(...)' });
  };

  /** It may have crashed since, or been stopped by another command. All who ask meanwhile wait for the same look. */
  async function dropWhereLost(known: Session): Promise<void> {
    if (!(await isThere(known))) shared.drop(known);
  }

  return {
    async open(signal) {
      requireOpen();
      const { value: known } = shared;
      if (known) {
        looking ??= dropWhereLost(known).finally(() => {
          looking = undefined;
        });
        await looking;
      }
      const session = await shared.get(signal).catch((error: unknown) => {
        // An opening that ended because the agent was closed.
        requireOpen();
        throw error;
      });
      requireOpen();
      return session;
    },
    async close() {
      isClosed = true;
      await shared.close();
    },
  };
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
