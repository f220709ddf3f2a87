import type { FileChange } from '../../../agent/journal/file-change.ts';
import { broughtText } from '../../show/change-text.ts';
import type { Show } from '../../show/show.ts';
import type { ChatCommand, ChatCommandContext } from '../chat-command.ts';

/** Commands for what was said: asked again, taken back, gone on with, made shorter. */

export const turnCommands: readonly ChatCommand[] = [
  {
    name: 'retry',
    help: 'ask the last question again',
    run: ({ session, answer }) => answer((signal) => session.retry(signal)),
  },
  {
    name: 'edit',
    help: 'take the last question back into the line, to be changed and sent again; what it changed in files too',
    async run({ session, show, prompt, view }) {
      const taken = await session.undo();
      if (!taken) return show.note('Nothing was asked yet.');
      const { question, changes } = taken;
      if (changes.length > 0) tellBrought(changes, 'Taken back in files:', show);
      view.files = question.files ?? [];
      const isThere = prompt.prefill(question.content);
      show.note(isThere ? 'Change it and press Enter; /redo brings it back as it was.' : `Taken back: ${question.content}`);
    },
  },
  {
    name: 'continue',
    help: 'go on with an answer that was cut or stopped',
    run: ({ session, answer }) => answer((signal) => session.goOn(signal)),
  },
  {
    name: 'compact',
    help: 'put a summary in the place of all but the last question, to free the context; /undo brings them back',
    run: compact,
  },
  {
    name: 'clear',
    help: 'begin a new chat; the old one stays among /chats',
    async run({ session, show, view, permissions }) {
      session.clear();
      permissions.forget();
      view.files = [];
      view.toldForgotten = 0;
      show.note('Forgotten. A new chat begins.');
    },
  },
  {
    name: 'undo',
    help: 'take back the last question, its answer, and what it changed in files',
    async run({ session, show }) {
      const taken = await session.undo();
      if (taken) tellBrought(taken.changes, 'Taken back.', show);
      else show.note('Nothing was said yet.');
    },
  },
  {
    name: 'redo',
    help: 'bring back what /undo took',
    async run({ session, show }) {
      const changes = await session.redo();
      if (changes) tellBrought(changes, 'It is back.', show);
      else show.note('Nothing was taken back.');
    },
  },
];

function tellBrought(changes: readonly FileChange[], done: string, show: Show): void {
  show.note([done, ...changes.map((change) => `  ${broughtText(change)}`)].join('\n'));
}

async function compact({ session, show, answer, view }: ChatCommandContext): Promise<void> {
  let isDone: boolean | undefined;
  await answer(async function* (signal) {
    isDone = yield* session.compact(signal);
  });
  if (isDone === undefined) return; // It was stopped, and the chat is as it was.
  if (isDone) view.toldForgotten = 0;
  show.note(
    isDone
      ? '(this summary stands in the place of the questions before the last one; /undo brings them back)'
      : 'There is nothing to shorten yet: the last question and its answer stay as they are.',
  );
}
