import type { Luci } from '../../app/luci.ts';
import { LuciError } from '../../base/errors.ts';
import { chatsTable } from '../show/chat-rows.ts';
import type { Show } from '../show/show.ts';
import type { Prompt } from './prompt.ts';

/** How many chats are offered at once. */
const maxOffered = 20;

/** What a choice is made with. */
interface Choosing {
  readonly luci: Luci;
  readonly show: Show;
  readonly prompt: Prompt;
}

/**
 * The id of the kept chat that a word means. Where it means several, or none is named, a person is asked.
 * @throws NOT_FOUND where there is none, USAGE where nobody can be asked
 */
export async function pickChat(word: string, { luci, show, prompt }: Choosing): Promise<string | undefined> {
  const found = word === '' ? await luci.chats.list() : await luci.chats.matching(word);
  const [first, second] = found;
  if (!first) {
    const text = word === '' ? 'No chat is kept yet.' : `There is no chat "${word.slice(0, 80)}".`;
    throw new LuciError('NOT_FOUND', text, { hint: word === '' ? 'luci chat' : 'luci chats list' });
  }
  if (word !== '' && !second) return first.id;
  if (!prompt.isTerminal) {
    if (word !== '') await luci.chats.read(word); // Says which there are.
    throw new LuciError('USAGE', 'Which chat? Name one by its id or a word of it.', { hint: 'luci chats list' });
  }
  const offered = found.slice(0, maxOffered);
  show.note(chatsTable(offered, show.terminal, { isNumbered: true }).join('\n'));
  const more = found.length > maxOffered ? `, of ${found.length}` : '';
  const answer = (await prompt.ask(`Which one? 1-${offered.length}${more}, Enter for none: `))?.trim() ?? '';
  const chosen = /^\d+$/.test(answer) ? offered[Number(answer) - 1] : undefined;
  if (!chosen) show.note('None was chosen.');
  return chosen?.id;
}
