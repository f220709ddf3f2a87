import type { ConfirmCall, Tool } from '../agent/tool.ts';
import type { LuciError } from '../base/errors.ts';
import type { ChatRequest, LoadEvent, OpenOptions, Sampling } from '../engine/engine.ts';
import { requireChat } from '../engine/model-kind.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import { type ExportForm, exportChat } from './chat-export.ts';
import { createChatFiles } from './chat-files.ts';
import { ChatSession } from './chat-session.ts';
import { kindOfModel } from './describe-file.ts';
import { matchingChats, oneChat } from './find-chat.ts';
import type { ChatSummary, KeptChat } from './kept-chat.ts';
import type { Luci } from './luci.ts';
import type { Models } from './models.ts';

/** Chats: those that go on, and those that are kept. Knows no terminal. */

/** `luci.chats` */
export interface Chats {
  /** Begins with an installed model, the default or best one where none is named. Throws ENGINE_UNSUPPORTED for one that cannot chat. */
  begin(options: ChatOptions): Promise<ChatSession>;
  /** Kept chats, the newest first; with a text only those it occurs in. */
  list(text?: string): Promise<readonly ChatSummary[]>;
  /** Kept chats that a word may mean: an id, its beginning, a title, a text. */
  matching(word: string): Promise<readonly ChatSummary[]>;
  /** The one kept chat that a word means. Throws NOT_FOUND, and USAGE where there are several. */
  read(word: string): Promise<KeptChat>;
  /** The same as a text of its own. */
  export(word: string, form: ExportForm): Promise<string>;
  /** Moves it to the trash. */
  remove(word: string): Promise<ChatSummary>;
}

/** What chats work with. */
export type ChatParts = Pick<Luci, 'agent' | 'builtInTools' | 'undo'> & {
  readonly models: Pick<Models, 'choose'>;
  /** Folder of the chats that are kept. */
  readonly chatsFolder: string;
  readonly trashFolder: string;
};

/** The chats of a home folder. */
export function createChats(parts: ChatParts): Chats {
  const files = createChatFiles(parts);
  return {
    async begin(options) {
      const chosen = await parts.models.choose(options.model);
      await requireChatModel(chosen);
      const recordParts = { files: options.isKept === false ? undefined : files, onUnkept: options.onUnkept ?? (() => undefined) };
      return new ChatSession({ parts, options, chosen, requireChatModel, recordParts });
    },
    list: (text) => files.list(text),
    matching: (word) => matchingChats(files, word),
    read: async (word) => files.read((await oneChat(files, word)).id),
    export: async (word, form) => exportChat(await files.read((await oneChat(files, word)).id), form),
    async remove(word) {
      const found = await oneChat(files, word);
      await files.remove(found.id);
      return found;
    },
  };
}

/** Throws ENGINE_UNSUPPORTED for a model that only continues text, or makes none, before anything is said to it. */
async function requireChatModel(chosen: UsableModel): Promise<void> {
  requireChat(chosen.name, await kindOfModel(chosen));
}

/** How a chat begins. */
export interface ChatOptions extends Pick<OpenOptions, 'force'> {
  readonly model: string | undefined;
  readonly system?: string;
  /** What is not said is as the model's makers advise. */
  readonly sampling: Sampling;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly thinking?: ChatRequest['thinking'];
  readonly thinkingTokens?: number;
  readonly confirm: ConfirmCall;
  /** Tools beside those of a folder, asked for before each question (default: none). */
  readonly moreTools?: () => Promise<readonly Tool[]>;
  /** Whether its turns are written to a file (default true). */
  readonly isKept?: boolean;
  /** Told once when that fails; the chat goes on. */
  readonly onUnkept?: (error: LuciError) => void;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
}
