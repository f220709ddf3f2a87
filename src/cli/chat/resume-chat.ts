import { LuciError } from '../../base/errors.ts';
import type { ChatCommandContext } from './chat-command.ts';
import { tellLoaded } from './commands/kept-commands.ts';
import { pickChat } from './pick-chat.ts';

/** Which chat is gone on with: the newest, or the one a word means; an empty word asks. */
export interface Resumed {
  readonly continue?: true;
  readonly resume?: string;
  /** Counts more than the chat's own system prompt. */
  readonly system?: string;
}

/** Opens the chat that is gone on with, where one is. @throws NOT_FOUND, USAGE */
export async function resumeChat(
  { continue: goesOn, resume: word, system }: Resumed,
  context: Pick<ChatCommandContext, 'session' | 'luci' | 'prompt' | 'show'>,
): Promise<void> {
  if (!goesOn && word === undefined) return;
  const { session, luci } = context;
  const [newest] = goesOn ? await luci.chats.list() : [];
  if (goesOn && !newest) throw new LuciError('NOT_FOUND', 'No chat is kept yet.', { hint: 'luci chat' });
  const id = newest?.id ?? (await pickChat(word ?? '', context));
  if (id === undefined) return;
  session.open(await luci.chats.read(id), { system });
  tellLoaded(context);
}
