import { isLuciError, LuciError } from '../../base/errors.ts';
import { printable } from '../show/text.ts';
import type { ChatCommandContext } from './chat-command.ts';
import { tellLoaded } from './commands/kept-commands.ts';
import { pickChat } from './pick-chat.ts';

/** Which chat is gone on with: the newest, or the one a word means; an empty word asks. */
export interface Resumed {
  readonly continue?: true;
  readonly resume?: string;
  /** These count more than the chat's own. */
  readonly system?: string;
  readonly model?: string;
}

/** Opens the chat that is gone on with, where one is. @throws NOT_FOUND, USAGE */
export async function resumeChat(
  { continue: goesOn, resume: word, system, model }: Resumed,
  context: Pick<ChatCommandContext, 'session' | 'luci' | 'prompt' | 'show'>,
): Promise<void> {
  if (!goesOn && word === undefined) return;
  const { session, luci } = context;
  const [newest] = goesOn ? await luci.chats.list() : [];
  if (goesOn && !newest) throw new LuciError('NOT_FOUND', 'No chat is kept yet.', { hint: 'luci chat' });
  const id = newest?.id ?? (await pickChat(word ?? '', context));
  if (id === undefined) return;
  session.open(await luci.chats.read(id), { system });
  if (model === undefined) await useItsModel(context);
  tellLoaded(context);
}

/** A chat goes on with the model that answered last, where that is still here. */
async function useItsModel({ session, show }: Pick<ChatCommandContext, 'session' | 'show'>): Promise<void> {
  const name = session.path.findLast((turn) => turn.role === 'assistant')?.model;
  if (name === undefined || name === session.model) return;
  try {
    await session.changeModel(name);
    show.note(`model: ${printable(name)}`);
  } catch (error) {
    if (!isLuciError(error)) throw error;
    show.note(`${printable(name)} answered last and cannot be used now: ${printable(session.model)} goes on.`);
  }
}
