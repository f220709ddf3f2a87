import { LuciError } from '../../base/errors.ts';
import type { ChatCommandContext } from './chat-command.ts';
import { runChatCommand } from './chat-commands.ts';
import { localAnswer } from './local-answers.ts';

/** Takes what is typed, line by line to the end. Returns the error of the first message that got no answer. */
export async function takeLines(context: ChatCommandContext): Promise<LuciError | undefined> {
  const { prompt, show } = context;
  let failed: LuciError | undefined;
  for (let text = await prompt.next(); text !== undefined; text = await prompt.next()) {
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
  const { session, luci, show, view, answer } = context;
  if (text.trim() === '') return true;
  if (text.startsWith('/')) return runChatCommand(text, context);
  const known = await localAnswer(text, luci, show.terminal);
  if (known === undefined) {
    const { files } = view;
    view.files = [];
    await answer((signal) => session.send({ content: text, files: files.length > 0 ? files : undefined }, signal));
  } else if (show.json) show.data({ type: 'local', text: known });
  else show.result(known);
  return true;
}
