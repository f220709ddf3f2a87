import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { figuresOf, goOn, messagesOf, pathTo } from '../../app/chat-branch.ts';
import { turnSchema } from '../../app/chat-files.ts';
import type { ChatTurn } from '../../app/kept-chat.ts';
import { LuciError } from '../../base/errors.ts';
import { withAdvice } from '../../catalog/advised-sampling.ts';
import type { ChatMessage, Usage } from '../../engine/engine.ts';
import { type AnswerEvent, answerOf } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { servedModels } from '../model-list.ts';
import type { Checked } from '../route.ts';
import { chatIdOf } from './chats.ts';
import { eventsAnswer } from './events.ts';
import type { AnswerUpdate } from './wire.ts';

/**
 * Answers in a kept chat: question and answer are written to its file by the server, so a page that is closed loses neither, and finds the
 * answer again where it stands.
 */

export const answerSchema = v.object({
  model: v.optional(v.string()),
  /** The turn that the question, or without one the answer, comes after. */
  parent: v.nullable(v.string()),
  question: v.optional(v.string()),
  files: turnSchema.entries.files,
  /** A system prompt, at the head of a chat. */
  system: v.optional(v.string()),
  /** Goes on with the answer `parent`, which ended too early. */
  continues: v.optional(v.boolean()),
});

type AnswerBody = Checked<typeof answerSchema>;

/** POST /luci/chats/ID/answers */
export async function answerInChat(context: ServeContext, body: AnswerBody, request: Request, path: string): Promise<Response> {
  const id = chatIdOf(path);
  await beingKept.get(body.parent ?? '');
  const { turns } = await context.chats.read(id);
  const before = pathTo(turns, body.parent);
  if (before.length === 0 && !body.question) throw new LuciError('USAGE', 'There is nothing to answer.');
  const { journal } = context.answers.begin(id, (answer, signal) => updates(context, { id, answer, body, before }, signal));
  return eventsAnswer(context, (signal) => journal.read(0, signal), request.signal, 0);
}

/** GET /luci/chats/ID/answers/ANSWER: what comes after `Last-Event-ID`, else all of it. @throws NOT_FOUND, USAGE */
export async function readAnswer(context: ServeContext, request: Request, path: string): Promise<Response> {
  const { journal } = context.answers.find(chatIdOf(path), answerIdOf(path));
  const said = request.headers.get('last-event-id') ?? '0';
  const after = Number(said);
  if (!/^\d{1,9}$/.test(said) || after > journal.length)
    throw new LuciError('USAGE', `The answer has ${journal.length} events, and "Last-Event-ID" names none of them.`);
  return eventsAnswer(context, (signal) => journal.read(after, signal), request.signal, after);
}

/** POST /luci/chats/ID/answers/ANSWER/stop: the half of it is kept. */
export function stopAnswer({ answers }: ServeContext, _: Request, path: string): Response {
  answers.stop(chatIdOf(path), answerIdOf(path));
  return Response.json({});
}

function answerIdOf(path: string): string {
  return /\/answers\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** Answers that are made or written just now, by their id: who asks on after a half one waits until it is kept. */
const beingKept = new Map<string, Promise<void>>();

function beginKeeping(id: string): () => void {
  let done = (): void => undefined;
  beingKept.set(
    id,
    new Promise((resolve) => {
      done = resolve;
    }),
  );
  return () => {
    beingKept.delete(id);
    done();
  };
}

interface Asked {
  readonly id: string;
  /** The id that the answer gets. */
  readonly answer: string;
  readonly body: AnswerBody;
  readonly before: readonly ChatTurn[];
}

async function* updates(context: ServeContext, { id, answer, body, before }: Asked, signal: AbortSignal): AsyncGenerator<AnswerUpdate> {
  const model = body.model ?? (await context.luci.models.choose()).name;
  const questions = questionsOf(body);
  for (const turn of questions) {
    await context.chats.append(id, turn);
    yield { type: 'question', turn };
  }
  const path = [...before, ...questions];
  yield* answered(context, { id, answer, model, path, continues: body.continues === true }, signal);
}

interface Answering {
  readonly id: string;
  readonly answer: string;
  readonly model: string;
  readonly path: readonly ChatTurn[];
  readonly continues: boolean;
}

async function* answered(
  context: ServeContext,
  { id, answer, model, path, continues }: Answering,
  signal: AbortSignal,
): AsyncGenerator<AnswerUpdate> {
  const draft: Draft = { id: answer, content: '', thinking: '', end: 'failed', usage: undefined };
  const kept = beginKeeping(draft.id);
  const parent = path.at(-1)?.id ?? null;
  const turn = (): ChatTurn => turnOf(draft, { model, parent, continues: continues || undefined });
  try {
    yield { type: 'begin', id: draft.id, parent };
    const told: readonly ChatMessage[] = continues ? [...messagesOf(path), { role: 'user', content: goOn }] : messagesOf(path);
    const asked = { model, request: { messages: told, sampling: withAdvice(model, {}) }, tools: [] };
    yield* drafted(draft, answerOf(context, asked, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
    // The half of it is kept.
    if (!draft.usage) draft.end = 'stopped';
  } finally {
    if (isSaid(draft)) await context.chats.append(id, turn()).finally(kept);
    else kept();
  }
  if (!isSaid(draft)) return;
  const { contextLength = null } = (await servedModels(context.luci)).find(({ name }) => name === model) ?? {};
  yield { type: 'end', turn: turn(), contextLength };
}

/** What the model says, written into the draft as it is handed on. */
async function* drafted(draft: Draft, events: AsyncGenerator<AnswerEvent>): AsyncGenerator<AnswerUpdate> {
  for await (const event of events) {
    if (event.type === 'end') [draft.end, draft.usage] = [event.reason, event.usage];
    else if (event.type !== 'call') {
      draft[event.type === 'text' ? 'content' : 'thinking'] += event.text;
      yield event;
    }
  }
}

/** An answer that is being made. */
interface Draft {
  readonly id: string;
  content: string;
  thinking: string;
  end: string;
  usage: Usage | undefined;
}

const isSaid = ({ usage, content, thinking }: Draft): boolean => usage !== undefined || content !== '' || thinking !== '';

function turnOf({ id, content, thinking, end, usage }: Draft, more: Pick<ChatTurn, 'model' | 'parent' | 'continues'>): ChatTurn {
  const said = { id, content, thinking: thinking || undefined, end };
  return { type: 'turn', role: 'assistant', ...said, ...more, ...figuresOf(usage), at: new Date().toISOString() };
}

/** What is asked, as turns: a system prompt stands at the head of a chat only. */
function questionsOf({ parent, question, files, system }: AnswerBody): readonly ChatTurn[] {
  if (question === undefined) return [];
  const at = new Date().toISOString();
  const head: ChatTurn[] =
    system && parent === null ? [{ type: 'turn', id: randomUUID(), parent: null, role: 'system', content: system, at }] : [];
  const own = { id: randomUUID(), parent: head[0]?.id ?? parent, content: question, files: files?.length ? files : undefined };
  return [...head, { type: 'turn', role: 'user', ...own, at }];
}
