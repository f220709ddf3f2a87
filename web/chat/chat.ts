import { batch, computed, signal } from '@preact/signals';
import type { AnswerUpdate, ChatAnswer, WireTurn } from '../../src/serve/luci/wire.ts';
import { ask, askEvents, LostError, waitAfter } from '../api.ts';
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

/** The answer that is read. */
interface ReadAnswer {
  /** Ends the reading; the answer goes on. */
  readonly leaving: AbortController;
  /** The chat and the answer in it, as soon as they are known. */
  chat: string | undefined;
  id: string | undefined;
  /** Events of it that are here. */
  events: number;
  isEnded: boolean;
  isStopWanted: boolean;
}

let reading: ReadAnswer | undefined;

/** Shows a chat, or an empty one. An answer that is being made in the one before goes on without a reader. */
export async function openChat(id: string | undefined): Promise<void> {
  if (id === chatId.value) return;
  reading?.leaving.abort();
  reading = undefined;
  endLive();
  batch(() => {
    isBusy.value = false;
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
    if (chat.answering !== null) void readOn(id, chat.answering);
  });
}

/** Ends the answer under way; what was said of it stays. */
export function stop(): void {
  if (!reading) return;
  reading.isStopWanted = true;
  const { chat, id } = reading;
  // One that has no id yet is stopped as soon as it has.
  if (chat !== undefined && id !== undefined) void attempt(() => ask(`${answerPath(chat, id)}/stop`, { method: 'POST' }));
}

/** A question, at the end of the branch or in the place of another one. `system`: instructions, which stand at the head of a chat. */
export function send(question: string, files: NonNullable<WireTurn['files']>, parent = leaf.value, system?: string): Promise<void> {
  return answer({ parent, question, files, system: parent === null ? system : undefined });
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
  readonly system?: string;
  readonly continues?: boolean;
}

async function answer(asking: Asking): Promise<void> {
  if (isBusy.value) return;
  await beRead(asking.continues, async (answer) => {
    answer.chat = await keptChat();
    const body = { ...asking, model: model.value || undefined };
    const { signal } = answer.leaving;
    return askEvents<AnswerUpdate>(`${chatPath(answer.chat)}/answers`, { method: 'POST', body, signal });
  });
}

/** An answer that is being made already, as a page that was closed has left it. */
async function readOn(chat: string, id: string): Promise<void> {
  if (isBusy.value) return;
  await beRead(false, async (answer) => {
    Object.assign(answer, { chat, id });
    return updatesAfter(answer);
  });
}

type Updates = AsyncIterable<Exclude<AnswerUpdate, { readonly type: 'error' }>>;

async function beRead(continues: boolean | undefined, begin: (answer: ReadAnswer) => Promise<Updates>): Promise<void> {
  const leaving = new AbortController();
  const now: ReadAnswer = { leaving, chat: undefined, id: undefined, events: 0, isEnded: false, isStopWanted: false };
  reading = now;
  isBusy.value = true;
  fault.value = undefined;
  status.value = 'Answering';
  try {
    await readToEnd(now, await begin(now));
    status.value = now.isStopWanted ? 'Answer stopped' : 'Answer complete';
  } catch (error) {
    if (!leaving.signal.aborted) {
      keepHalf(continues);
      showFault(error);
    }
  } finally {
    if (reading === now) {
      endLive();
      isBusy.value = false;
    }
    void loadChats();
  }
}

/** A connection that is lost is made anew, and the answer goes on where it was. */
async function readToEnd(answer: ReadAnswer, first: Updates): Promise<void> {
  let updates = first;
  for (let lost = 0; ; lost += 1) {
    try {
      await read(answer, updates);
      if (answer.isEnded || answer.isStopWanted) return;
      throw new LostError();
    } catch (error) {
      if (answer.id === undefined) throw error;
      await waitAfter(error, lost);
    }
    updates = updatesAfter(answer);
  }
}

function updatesAfter({ chat = '', id = '', events, leaving }: ReadAnswer): Updates {
  return askEvents<AnswerUpdate>(answerPath(chat, id), { signal: leaving.signal, after: events });
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

async function read(answer: ReadAnswer, updates: Updates): Promise<void> {
  for await (const update of updates) {
    if (answer.leaving.signal.aborted) return;
    answer.events += 1;
    if (update.type === 'question') add(update.turn);
    else if (update.type === 'begin') begun(answer, update);
    else if (update.type === 'end') {
      answer.isEnded = true;
      batch(() => {
        endLive();
        add(update.turn);
        contextLength.value = update.contextLength;
      });
    } else addLive(update.type, update.text);
  }
}

function begun(answer: ReadAnswer, { id, parent }: Extract<AnswerUpdate, { readonly type: 'begin' }>): void {
  answer.id = id;
  leaf.value = parent;
  beginLive(parent ?? '', id);
  if (answer.isStopWanted) stop();
}

/** What was said stays on the page, as the server keeps it. */
function keepHalf(continues: boolean | undefined): void {
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
    end: 'failed',
    continues,
    at: new Date().toISOString(),
  });
}

function add(turn: WireTurn): void {
  batch(() => {
    // An answer that is read from its start on tells a question that is there already.
    if (!turns.value.some(({ id }) => id === turn.id)) turns.value = [...turns.value, turn];
    leaf.value = turn.id;
    if (title.value === '' && turn.role === 'user') title.value = turn.content.split('\n')[0]?.slice(0, 60) ?? '';
  });
}

export function chatPath(id: string): string {
  return `/luci/chats/${encodeURIComponent(id)}`;
}

function answerPath(chat: string, id: string): string {
  return `${chatPath(chat)}/answers/${encodeURIComponent(id)}`;
}
