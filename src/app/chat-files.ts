import { randomBytes } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { renameOver } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { makeFolder } from '../base/make-folder.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import { titleOf } from './chat-branch.ts';
import type { ChatFiles, ChatTurn, KeptChat } from './kept-chat.ts';
import { messageSchema, savedChatSchema } from './saved-chat.ts';

/**
 * Chats of the page and of the terminal, as files: `chats/ID.jsonl`, a line a turn, and lines are only ever added. A turn names the one
 * before it, so an edit is a second turn after the same one, and nothing is lost. Files that `/save` once wrote, `chats/NAME.json`, are
 * read here too.
 */

const turnSchema = v.object({
  type: v.literal('turn'),
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  parent: v.nullable(v.string()),
  role: v.picklist(['system', 'user', 'assistant']),
  content: v.string(),
  thinking: v.optional(v.string()),
  steps: v.optional(v.pipe(v.array(messageSchema), v.readonly())),
  summarizes: v.optional(v.string()),
  files: v.optional(v.pipe(v.array(v.object({ name: v.string(), text: v.string() })), v.readonly())),
  model: v.optional(v.string()),
  end: v.optional(v.string()),
  continues: v.optional(v.boolean()),
  contextTokens: v.optional(v.number()),
  tokens: v.optional(v.number()),
  tokensPerSecond: v.optional(v.number()),
  at: v.string(),
}) satisfies v.GenericSchema<unknown, ChatTurn>;

const lineSchema = v.variant('type', [
  v.object({ type: v.literal('chat'), version: v.literal(1), at: v.string() }),
  v.object({ type: v.literal('title'), title: v.string() }),
  /** Where the chat goes on, until another turn is added: after this one, or from its beginning. */
  v.object({ type: v.literal('place'), turn: v.nullable(v.string()) }),
  turnSchema,
]);

type ChatLine = v.InferOutput<typeof lineSchema>;

/** The turn as it is checked when others bring it. */
export { turnSchema };

/** Chats below a folder; nothing is made before something is kept. */
export function createChatFiles({ chatsFolder, trashFolder }: { readonly chatsFolder: string; readonly trashFolder: string }): ChatFiles {
  const read = (id: string): Promise<KeptChat> => readChat(chatsFolder, id);
  return {
    read,
    async list(text = '') {
      const names = (await readdir(chatsFolder).catch(() => [])).filter((name) => /\.jsonl?$/.test(name));
      const wanted = text.toLowerCase();
      const found = await Promise.all(
        names.map(async (name) => {
          const id = name.replace(/\.jsonl$/, '');
          const chat = await read(id).catch(() => undefined); // A foreign file is no chat.
          if (!chat || !hayOf(chat).includes(wanted)) return [];
          const { mtime } = await stat(join(chatsFolder, name));
          return [{ id, title: chat.title, turns: chat.turns.length, updatedAt: mtime.toISOString() }];
        }),
      );
      return found.flat().sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
    },
    async begin(turns = [], title) {
      const at = new Date().toISOString();
      const id = `${at.slice(0, 19).replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`;
      const named: ChatLine[] = title === undefined ? [] : [{ type: 'title', title }];
      await appendLines(pathOf(chatsFolder, id), [{ type: 'chat', version: 1, at }, ...named, ...turns]);
      return id;
    },
    async append(id, turn) {
      await requireChat(chatsFolder, id);
      await appendLines(pathOf(chatsFolder, id), [turn]);
    },
    async goTo(id, turn) {
      await requireChat(chatsFolder, id);
      await appendLines(pathOf(chatsFolder, id), [{ type: 'place', turn }]);
    },
    async rename(id, title) {
      await requireChat(chatsFolder, id);
      await appendLines(pathOf(chatsFolder, id), [{ type: 'title', title }]);
    },
    async remove(id) {
      const path = pathOf(chatsFolder, id);
      await makeFolder(trashFolder);
      await renameOver(path, join(trashFolder, `${Date.now()}-${id.replace(/\.json$/, '')}.jsonl`)).catch((error: unknown) => {
        throw isNotFound(error) ? noChat(id) : diskError(error, path, 'remove a chat');
      });
    },
  };
}

function noChat(id: string): LuciError {
  return new LuciError('NOT_FOUND', `There is no chat ${id.slice(0, 80)}.`, { hint: 'luci chats list' });
}

/** Only names that stay in the folder, and are no others on disks that fold them. */
function pathOf(folder: string, id: string): string {
  if (/^[0-9a-f-]{1,64}$/.test(id)) return join(folder, `${id}.jsonl`);
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,80}\.json$/u.test(id)) return join(folder, id);
  throw noChat(id);
}

/** Chats of the command line are written whole by it: nothing may be added to them. */
async function requireChat(folder: string, id: string): Promise<void> {
  const found = id.endsWith('.json') ? undefined : await stat(pathOf(folder, id)).catch(() => undefined);
  if (!found) throw noChat(id);
}

async function readChat(folder: string, id: string): Promise<KeptChat> {
  const path = pathOf(folder, id);
  if (id.endsWith('.json')) return readSaved(path, id);
  const lines = await readLines(path, id);
  const turns = lines.filter((line) => line.type === 'turn');
  const title = lines.findLast((line) => line.type === 'title')?.title ?? titleOf(turns);
  return { id, title, turns, place: placeOf(lines, turns) };
}

/** After the last turn that was added, or where the chat was put after that. */
function placeOf(lines: readonly ChatLine[], turns: readonly ChatTurn[]): string | null {
  const last = lines.findLast((line) => line.type === 'turn' || line.type === 'place');
  const place = last?.type === 'place' ? last.turn : last?.id;
  return place === null || turns.some(({ id }) => id === place) ? (place ?? null) : (turns.at(-1)?.id ?? null);
}

/** Lines that are none, as a crash leaves half of one, are passed over. */
async function readLines(path: string, id: string): Promise<readonly ChatLine[]> {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw isLuciError(error, 'STATE_BROKEN') ? noChat(id) : diskError(error, path, 'read a chat');
  }
  if (text === undefined) throw noChat(id);
  return text.split('\n').flatMap((line) => {
    try {
      const result = v.safeParse(lineSchema, JSON.parse(line));
      return result.success ? [result.output] : [];
    } catch {
      return [];
    }
  });
}

async function readSaved(path: string, id: string): Promise<KeptChat> {
  const saved = await readCheckedJson(savedChatSchema, path).catch((error: unknown) => {
    throw isLuciError(error, 'STATE_BROKEN') ? noChat(id) : error;
  });
  if (!saved) throw noChat(id);
  const at = (await stat(path)).mtime.toISOString();
  const told = saved.system === undefined ? [] : [{ role: 'system' as const, content: saved.system }];
  const said = [...told, ...saved.messages].flatMap(({ role, content }) => (role === 'tool' || content === '' ? [] : [{ role, content }]));
  const turns = said.map(
    ({ role, content }, index): ChatTurn => ({
      type: 'turn',
      id: String(index),
      parent: index === 0 ? null : String(index - 1),
      role,
      content,
      model: role === 'assistant' ? saved.model : undefined,
      at,
    }),
  );
  return { id, title: id.replace(/\.json$/, ''), turns, place: turns.at(-1)?.id ?? null };
}

function hayOf({ title, turns }: KeptChat): string {
  return [title, ...turns.map(({ content }) => content)].join('\n').toLowerCase();
}

/** Adds lines in one write. Where a crash left half a line, a new one is begun first. */
async function appendLines(path: string, lines: readonly ChatLine[]): Promise<void> {
  try {
    await makeFolder(join(path, '..'));
    const file = await open(path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const begun = size > 0 && last.toString() !== '\n' ? '\n' : '';
      await file.writeFile(`${begun}${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(error, path, 'keep a chat');
  }
}
