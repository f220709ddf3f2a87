import { LuciError } from '../../base/errors.ts';
import type { ChatCommandContext } from './chat-command.ts';
import { runChatCommand } from './chat-commands.ts';

/** Takes what is typed, line by line to the end, from `first` on where it was read already. Returns the error of the first message that got no answer. */
export async function takeLines(context: ChatCommandContext, first?: string): Promise<LuciError | undefined> {
  const { prompt, show } = context;
  let failed: LuciError | undefined;
  for (let text = first ?? (await prompt.next()); text !== undefined; text = await prompt.next()) {
    try {
      if (!(await takeLine(text, context))) break;
    } catch (error) {
      // One wrong word, one model that does not load: the chat goes on.
      if (prompt.stopped.aborted || !(error instanceof LuciError)) throw error;
      show.error(error, false);
      if (!text.startsWith('/')) failed ??= error;
    }
  }
  return failed;
}

/** Runs a command, tells what luci knows itself, or asks the model. Returns whether the chat goes on. */
async function takeLine(text: string, context: ChatCommandContext): Promise<boolean> {
  const { session, view, answer } = context;
  if (text.trim() === '') return true;
  if (saysGoodbye(text)) return false;
  if (text.startsWith('/')) return runChatCommand(text, context);
  if (await context.replyItself(text)) return true;
  const { files } = view;
  view.files = [];
  await answer((signal) => session.send({ content: text, files: files.length > 0 ? files : undefined }, signal));
  return true;
}

/** `exit` or `quit` alone, as at every other prompt. */
export function saysGoodbye(text: string): boolean {
  return /^(exit|quit)$/i.test(text.trim());
}
