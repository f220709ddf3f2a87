import type { Conversation, NumberedConversation } from './conversation.ts';
import { correct } from './groups/correct.ts';
import { count } from './groups/count.ts';
import { deletion } from './groups/delete.ts';
import { later } from './groups/later.ts';
import { make } from './groups/make.ts';
import { mixed } from './groups/mixed.ts';
import { move } from './groups/move.ts';
import { read } from './groups/read.ts';
import { rename } from './groups/rename.ts';
import { rewrite } from './groups/rewrite.ts';
import { talk } from './groups/talk.ts';

const groups: Readonly<Record<string, readonly Conversation[]>> = {
  make,
  read,
  rewrite,
  rename,
  delete: deletion,
  move,
  count,
  correct,
  talk,
  mixed,
  later,
};

/** All conversations: six a group, and twelve that were written later. */
export const conversations: readonly NumberedConversation[] = Object.entries(groups)
  .flatMap(([group, ofGroup]) => ofGroup.map((conversation) => ({ group, ...conversation })))
  .map((conversation, index) => ({ number: index + 1, ...conversation }));

/** Whether anything is asked for that changes files. */
export function asksForChange({ turns }: Conversation): boolean {
  return turns.some(({ changes = [] }) => changes.length > 0);
}
