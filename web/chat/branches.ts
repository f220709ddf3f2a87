import type { WireTurn } from '../../src/serve/luci/wire.ts';

/** A chat is a tree of turns: which branch is read, and which others there are. Pure. */

/** A message as it is read: a question, or an answer with its continuations. */
export interface Message {
  /** The first turn of it. */
  readonly turn: WireTurn;
  /** The turn that the next one comes after. */
  readonly last: WireTurn;
  readonly text: string;
  /** Turns that stand in the place of this one, itself among them. */
  readonly siblings: readonly WireTurn[];
}

/** The messages of the branch that ends with a turn. */
export function messagesTo(turns: readonly WireTurn[], leaf: string | null): readonly Message[] {
  const messages: Message[] = [];
  for (const turn of pathTo(turns, leaf)) {
    const before = messages.at(-1);
    if (turn.continues && before) messages[messages.length - 1] = { ...before, last: turn, text: before.text + turn.content };
    else messages.push({ turn, last: turn, text: turn.content, siblings: siblingsOf(turns, turn) });
  }
  return messages;
}

function pathTo(turns: readonly WireTurn[], leaf: string | null): readonly WireTurn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: WireTurn[] = [];
  for (let turn = byId.get(leaf ?? ''); turn && path.length <= turns.length; turn = byId.get(turn.parent ?? '')) path.unshift(turn);
  return path;
}

function siblingsOf(turns: readonly WireTurn[], { parent, role }: WireTurn): readonly WireTurn[] {
  return turns.filter((turn) => turn.parent === parent && turn.role === role && !turn.continues);
}

/** The end of the branch that goes on from a turn: the newest one at every fork. */
export function newestLeaf(turns: readonly WireTurn[], from: string | null): string | null {
  const newest = new Map(turns.map(({ id, parent }) => [parent, id]));
  let leaf = from;
  for (let steps = 0; steps <= turns.length; steps += 1) {
    const next = newest.get(leaf);
    if (next === undefined) return leaf;
    leaf = next;
  }
  return leaf;
}
