import type { ChatTurn } from '../../app/chat-files.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage } from '../../engine/engine.ts';

/** What of a kept chat a model is told: the turns of one branch as messages. Pure. */

/** The branch that ends with a turn, from its first turn on; empty for null. @throws NOT_FOUND */
export function pathTo(turns: readonly ChatTurn[], end: string | null): readonly ChatTurn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: ChatTurn[] = [];
  for (let id = end; id !== null && path.length <= turns.length; ) {
    const turn = byId.get(id);
    if (!turn) throw new LuciError('NOT_FOUND', `The chat has no turn ${id.slice(0, 80)}.`);
    path.unshift(turn);
    id = turn.parent;
  }
  return path;
}

/** Said by luci where a model is to go on with an answer that ended too early. */
const goOn = 'Go on with your last answer exactly where it stopped. Repeat nothing of it and add no preface.';

/** The messages of a branch. An answer in several parts is one message. */
export function messagesOf(path: readonly ChatTurn[], continues: boolean): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const turn of path) {
    const last = messages.at(-1);
    if (turn.continues && last?.role === 'assistant') messages[messages.length - 1] = { ...last, content: last.content + turn.content };
    else messages.push({ role: turn.role, content: contentOf(turn) });
  }
  return continues ? [...messages, { role: 'user', content: goOn }] : messages;
}

/** A question with its files, each between fences that do not occur in it. */
function contentOf({ content, files = [] }: ChatTurn): string {
  const told = files.map(({ name, text }) => {
    const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    return `\n\n${name.replace(/[\r\n]+/g, ' ')}:\n${fence}\n${text}\n${fence}`;
  });
  return `${content}${told.join('')}`;
}
