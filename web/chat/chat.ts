import { batch, computed, signal } from '@preact/signals';
import type { AnswerUpdate, ChatAnswer, WireTurn } from '../../src/serve/luci/wire.ts';
import { ApiError, ask, askEvents } from '../api.ts';
import { go } from '../room.ts';
import { attempt, fault, showFault, status } from '../status.ts';
import { messagesTo, newestLeaf } from './branches.ts';
import { loadChats } from './chat-list.ts';
import { addLive, beginLive, endLive } from './live-answer.ts';

/** The chat that is open, and what can be done in it. The server keeps it; here is what is shown. */

export const chatId = signal<string | undefined>(undefined);
export const title = signal('');
const turns = signal<readonly WireTurn[]>([]);
const leaf = signal<string | null>(null);
/** The branch that is read. */
export const messages = computed(() => messagesTo(turns.value, leaf.value));
/** The model that answers next. */
export const model = signal('');
/** Tokens the model that answered last is opened with. */
export const contextLength = signal<number | null>(null);
export const contextTokens = computed(() => messages.value.at(-1)?.last.contextTokens);
/** An answer is asked for or being made. */
export const isBusy = signal(false);

let stopping: AbortController | undefined;

/** Shows a chat, or an empty one. */
export async function openChat(id: string | undefined): Promise<void> {
  if (id === chatId.value) return;
  stop();
  batch(() => {
    chatId.value = id;
    title.value = '';
    turns.value = [];
    leaf.value = null;
    fault.value = undefined;
  });
  if (id === undefined) return;
  await attempt(async () => {
    const chat = await ask<ChatAnswer>(chatPath(id));
    if (chatId.value !== id) return;
    batch(() => {
      title.value = chat.title;
      turns.value = chat.turns;
      leaf.value = chat.place;
    });
  });
}

/** Ends the answer under way; what was said of it stays. */
export function stop(): void {
  stopping?.abort();
}

/** A question, at the end of the branch or in the place of another one. */
export function send(question: string, files: NonNullable<WireTurn['files']>, parent = leaf.value): Promise<void> {
  return answer({ parent, question, files });
}

/** Another answer to the question of an answer. */
export function answerAgain({ parent }: WireTurn): Promise<void> {
  leaf.value = parent;
  return answer({ parent });
}

/** An answer to a question that has none, as a failure leaves it. */
export function answerTo({ id }: WireTurn): Promise<void> {
  return answer({ parent: id });
}

/** The rest of an answer that ended too early. */
export function goOn({ id }: WireTurn): Promise<void> {
  return answer({ parent: id, continues: true });
}

/** Reads another branch. */
export function showBranch(turn: WireTurn): void {
  leaf.value = newestLeaf(turns.value, turn.id);
}

/** All turns, for an export. */
export function allTurns(): readonly WireTurn[] {
  return turns.value;
}

interface Asking {
  readonly parent: string | null;
  readonly question?: string;
  readonly files?: WireTurn['files'];
  readonly continues?: boolean;
}

async function answer(asking: Asking): Promise<void> {
  if (isBusy.value) return;
  const stopper = new AbortController();
  stopping = stopper;
  isBusy.value = true;
  fault.value = undefined;
  status.value = 'Answering';
  let id: string | undefined;
  try {
    id = await keptChat();
    const body = { ...asking, model: model.value || undefined };
    await read(askEvents<AnswerUpdate>(`${chatPath(id)}/answers`, { method: 'POST', body, signal: stopper.signal }));
    status.value = 'Answer complete';
  } catch (error) {
    // The reader may have opened another chat by now.
    if (chatId.value === id) keepHalf(asking.continues, stopper.signal.aborted ? 'stopped' : 'failed');
    if (stopper.signal.aborted) status.value = 'Answer stopped';
    else showFault(error);
  } finally {
    endLive();
    isBusy.value = false;
    void loadChats();
  }
}

/** The chat on the server: begun by its first question, and a copy where the command line owns the file. */
async function keptChat(): Promise<string> {
  const id = chatId.value;
  if (id !== undefined && !id.endsWith('.json')) return id;
  const copied = id === undefined ? {} : { turns: turns.value.map((turn) => ({ ...turn, type: 'turn' })), title: title.value };
  const begun = await ask<{ readonly id: string }>('/luci/chats', { method: 'POST', body: copied });
  chatId.value = begun.id;
  go('chat', begun.id);
  return begun.id;
}

async function read(updates: AsyncIterable<Exclude<AnswerUpdate, { readonly type: 'error' }>>): Promise<void> {
  let isEnded = false;
  for await (const update of updates) {
    if (update.type === 'question') add(update.turn);
    else if (update.type === 'begin') beginLive(leaf.value ?? '', update.id);
    else if (update.type === 'end') {
      isEnded = true;
      batch(() => {
        endLive();
        add(update.turn);
        contextLength.value = update.contextLength;
      });
    } else addLive(update.type, update.text);
  }
  if (!isEnded) throw new ApiError({ message: 'The answer ended before its end.' });
}

/** What was said stays on the page, as the server keeps it. */
function keepHalf(continues: boolean | undefined, end: string): void {
  const said = endLive();
  if (!said || (said.text === '' && said.thinking === '')) return;
  const { id, parent, text: content, thinking } = said;
  add({
    id,
    parent,
    role: 'assistant',
    content,
    thinking: thinking || undefined,
    model: model.value,
    end,
    continues,
    at: new Date().toISOString(),
  });
}

function add(turn: WireTurn): void {
  batch(() => {
    turns.value = [...turns.value, turn];
    leaf.value = turn.id;
    if (title.value === '' && turn.role === 'user') title.value = turn.content.split('\n')[0]?.slice(0, 60) ?? '';
  });
}

export function chatPath(id: string): string {
  return `/luci/chats/${encodeURIComponent(id)}`;
}
