import { randomUUID } from 'node:crypto';
import { LuciError } from '../base/errors.ts';
import { pathTo } from './chat-branch.ts';
import type { ChatFiles, ChatTurn, KeptChat } from './kept-chat.ts';

/** A turn that is to be added; what the record knows itself is left out. */
export type NewTurn = Omit<ChatTurn, 'type' | 'id' | 'parent' | 'at'>;

/** What was said in a chat under way: the branch that is talked in, and its file. */
export interface ChatRecord {
  /** Of its file; undefined while there is none. */
  readonly id: string | undefined;
  readonly title: string | undefined;
  /** The branch, from its first turn on. */
  readonly path: readonly ChatTurn[];
  /** Adds a turn to the branch. */
  add(turn: NewTurn): Promise<ChatTurn>;
  /** Adds a turn that follows another one, or none, and goes on there. */
  addAfter(parent: string | null, turn: NewTurn): Promise<ChatTurn>;
  /** Goes on after another turn. It is kept with the next turn, or at once where it is said so. */
  goTo(turn: string | null, how?: { readonly isKept: boolean }): Promise<void>;
  rename(title: string): Promise<void>;
}

/** What a record works with. */
export interface RecordParts {
  /** Where it is kept; undefined for a chat of which nothing is written. */
  readonly files: ChatFiles | undefined;
  /** Told once when the chat cannot be written any more; it goes on unwritten. */
  readonly onUnkept: (error: LuciError) => void;
}

/** A record of a new chat, or of one that was kept. A file of an older luci is gone on with in a copy. */
export function createChatRecord({ files, onUnkept }: RecordParts, kept?: KeptChat): ChatRecord {
  const isOwn = kept !== undefined && !kept.id.endsWith('.json');
  let id = isOwn ? kept.id : undefined;
  let title = kept?.title;
  let isTitled = kept !== undefined && !isOwn;
  let turns: readonly ChatTurn[] = kept?.turns ?? [];
  let place = kept?.place ?? null;
  let isWriting = files !== undefined;

  async function write(work: (keeper: ChatFiles) => Promise<void>): Promise<void> {
    if (!files || !isWriting) return;
    try {
      await work(files);
    } catch (error) {
      // A full disk, or a file that somebody removed, ends no chat.
      if (!(error instanceof LuciError)) throw error;
      isWriting = false;
      onUnkept(error);
    }
  }

  async function keep(turn: ChatTurn): Promise<void> {
    await write(async (keeper) => {
      if (id === undefined) id = await keeper.begin(turns, isTitled ? title : undefined);
      else await keeper.append(id, turn);
    });
  }

  async function addAfter(parent: string | null, added: NewTurn): Promise<ChatTurn> {
    const turn: ChatTurn = { type: 'turn', id: randomUUID(), parent, ...added, at: new Date().toISOString() };
    turns = [...turns, turn];
    place = turn.id;
    await keep(turn);
    return turn;
  }

  return {
    get id() {
      return id;
    },
    get title() {
      return title;
    },
    get path() {
      return pathTo(turns, place);
    },
    add: (turn) => addAfter(place, turn),
    addAfter,
    async goTo(turn, { isKept } = { isKept: false }) {
      place = turn;
      if (isKept && id !== undefined) await write((keeper) => keeper.goTo(id ?? '', turn));
    },
    async rename(name) {
      title = name;
      isTitled = true;
      if (id !== undefined) await write((keeper) => keeper.rename(id ?? '', name));
    },
  };
}
