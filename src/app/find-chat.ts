import { LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import type { ChatFiles, ChatSummary } from './kept-chat.ts';

/** Which kept chats a word means. */

/** How many are named where a word means several. */
const maxNamed = 5;

/** Chats of this id or title; else those whose id begins so; else those it occurs in. The newest first. */
export async function matchingChats(files: Pick<ChatFiles, 'list'>, word: string): Promise<readonly ChatSummary[]> {
  const all = await files.list();
  const wanted = word.trim().toLowerCase();
  const same = all.filter(({ id, title }) => id === word || title.toLowerCase() === wanted);
  if (same.length > 0) return same;
  const begun = wanted.length < 4 ? [] : all.filter(({ id }) => id.startsWith(wanted));
  return begun.length > 0 ? begun : files.list(word);
}

/** The one chat that a word means. @throws NOT_FOUND for none, USAGE for several */
export async function oneChat(files: Pick<ChatFiles, 'list'>, word: string): Promise<ChatSummary> {
  const [found, ...others] = await matchingChats(files, word);
  if (!found) throw new LuciError('NOT_FOUND', `There is no chat "${word.slice(0, 80)}".`, { hint: 'luci chats list' });
  if (others.length === 0) return found;
  const named = [found, ...others].slice(0, maxNamed).map(({ id, title }) => `${id}  ${title}`);
  throw new LuciError('USAGE', `"${word.slice(0, 80)}" means ${others.length + 1} chats; name one by its id.`, {
    hint: [...named, `luci chats search ${shellWord(word)}`].join('\n'),
  });
}
