import { randomUUID } from 'node:crypto';
import { stopError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { createJournal, type Journal } from './journal.ts';
import type { AnswerUpdate } from './wire.ts';

/** Answers in chats that are being made. They belong to the server: who lost the connection reads on where it was, and only a stop stops them. */

/** One of them. */
export interface AnswerRun {
  /** The answer is kept by this id. */
  readonly id: string;
  readonly journal: Journal<AnswerUpdate>;
}

/** See {@link createAnswerRuns}. Disposing stops those under way; their halves are kept. */
export interface AnswerRuns extends AsyncDisposable {
  begin(chat: string, make: (id: string, signal: AbortSignal) => AsyncGenerator<AnswerUpdate>): AnswerRun;
  /** The newest answer of a chat that is being made. */
  underWay(chat: string): string | undefined;
  /** @throws NOT_FOUND for one that ended long ago or was made by an earlier server */
  find(chat: string, id: string): AnswerRun;
  /** Again, or of one that is over already, it does nothing. */
  stop(chat: string, id: string): void;
}

interface Run extends AnswerRun {
  readonly chat: string;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** Answers that are over and may be read on; their texts are in the files of their chats besides. */
const maxEnded = 16;

/** None under way yet. */
export function createAnswerRuns(): AnswerRuns {
  const runs = new Map<string, Run>();

  function forgetOldest(): void {
    const ended = [...runs.values()].filter(({ journal }) => journal.isOver);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - maxEnded))) runs.delete(id);
  }

  function found(chat: string, id: string): Run | undefined {
    const run = runs.get(id);
    return run?.chat === chat ? run : undefined;
  }

  return {
    begin(chat, make) {
      const id = randomUUID();
      const stopping = new AbortController();
      const journal = createJournal<AnswerUpdate>();
      const ended = told(journal, make(id, stopping.signal)).finally(forgetOldest);
      const run: Run = { id, chat, stopping, journal, ended };
      runs.set(id, run);
      return run;
    },
    underWay: (chat) => [...runs.values()].findLast((run) => run.chat === chat && !run.journal.isOver)?.id,
    find(chat, id) {
      const run = found(chat, id);
      if (run) return run;
      throw new LuciError('NOT_FOUND', `The answer ${id.slice(0, 80)} is not under way here; what was kept of it is in its chat.`);
    },
    stop(chat, id) {
      found(chat, id)?.stopping.abort(stopError('CANCELLED'));
    },
    async [Symbol.asyncDispose]() {
      for (const { stopping } of runs.values()) stopping.abort(stopError('TERMINATED'));
      await Promise.all([...runs.values()].map(({ ended }) => ended));
    },
  };
}

/** Never throws: nobody may be there to hear it. */
async function told(journal: Journal<AnswerUpdate>, updates: AsyncGenerator<AnswerUpdate>): Promise<void> {
  try {
    for await (const update of updates) journal.tell(update);
    journal.end();
  } catch (error) {
    journal.end(error);
  }
}
