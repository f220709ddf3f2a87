import { randomInt, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { figuresOf, goOn, messagesOf, pathTo } from '../../app/chat-branch.ts';
import { turnSchema } from '../../app/chat-files.ts';
import type { ChatTurn } from '../../app/kept-chat.ts';
import { LuciError } from '../../base/errors.ts';
import { withAdvice } from '../../catalog/advised-sampling.ts';
import type { ChatMessage, Sampling, Usage } from '../../engine/engine.ts';
import type { AnswerEvent } from '../answer.ts';
import type { AnswerMaking } from '../answer-runs.ts';
import type { ServeContext } from '../context.ts';
import { lastEventId } from '../event-stream.ts';
import { steadyAnswer } from '../go-on.ts';
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

/** What is asked, with all that is drawn for it: asked again, it is the same. */
export const chatAskedSchema = v.object({
  model: v.string(),
  parent: v.nullable(v.string()),
  questions: v.array(turnSchema),
  continues: v.boolean(),
  seed: v.number(),
});

/** See {@link chatAskedSchema}. */
export type ChatAsked = v.InferOutput<typeof chatAskedSchema>;

/** POST /luci/chats/ID/answers */
export async function answerInChat(context: ServeContext, body: AnswerBody, request: Request, path: string): Promise<Response> {
  const chat = chatIdOf(path);
  await beingKept.get(body.parent ?? '');
  const { turns } = await context.chats.read(chat);
  if (pathTo(turns, body.parent).length === 0 && !body.question) throw new LuciError('USAGE', 'There is nothing to answer.');
  const asked: ChatAsked = {
    model: body.model ?? (await context.luci.models.choose()).name,
    parent: body.parent,
    questions: [...questionsOf(body)],
    continues: body.continues === true,
    seed: randomInt(2 ** 31),
  };
  const { journal } = await context.answers.begin(randomUUID(), chat, asked);
  return eventsAnswer(context, (signal) => journal.read(0, signal), request.signal, 0);
}

/** GET /luci/chats/ID/answers/ANSWER: what comes after `Last-Event-ID`, else all of it. @throws NOT_FOUND, USAGE */
export async function readAnswer(context: ServeContext, request: Request, path: string): Promise<Response> {
  const { journal } = await context.answers.find(chatIdOf(path), answerIdOf(path));
  const after = lastEventId(request, journal.length);
  return eventsAnswer(context, (signal) => journal.read(after, signal), request.signal, after);
}

/** POST /luci/chats/ID/answers/ANSWER/stop: the half of it is kept. */
export async function stopAnswer({ answers }: ServeContext, _: Request, path: string): Promise<Response> {
  await answers.stop(chatIdOf(path), answerIdOf(path));
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

/** What an answer in a chat tells, from where it was left. Turns that are in the chat already are not written again. */
export async function* chatAnswer(context: ServeContext, making: AnswerMaking<AnswerUpdate, ChatAsked>): AsyncGenerator<AnswerUpdate> {
  const { scope: chat, asked, told } = making;
  const { turns } = await context.chats.read(chat);
  for (const turn of asked.questions) {
    if (!turns.some(({ id }) => id === turn.id)) await context.chats.append(chat, turn);
    if (!told.some((update) => update.type === 'question' && update.turn.id === turn.id)) yield { type: 'question', turn };
  }
  const path = [...pathTo(turns, asked.parent), ...asked.questions];
  if (!told.some(({ type }) => type === 'begin')) yield { type: 'begin', id: making.id, parent: path.at(-1)?.id ?? null };
  // A server may be killed between keeping the answer and telling so.
  const turn = turns.find(({ id }) => id === making.id) ?? (yield* answered(context, making, path));
  if (!turn) return;
  const { contextLength = null } = (await servedModels(context.luci)).find(({ name }) => name === asked.model) ?? {};
  yield { type: 'end', turn, contextLength };
}

/** The answer as it comes; returns it as it was kept, unless nothing was said. */
async function* answered(
  context: ServeContext,
  { id, scope: chat, asked, told, answerer, onAnswerer, signal }: AnswerMaking<AnswerUpdate, ChatAsked>,
  path: readonly ChatTurn[],
): AsyncGenerator<AnswerUpdate, ChatTurn | undefined> {
  const { model, continues, seed } = asked;
  const said = told.flatMap((update) => (update.type === 'text' || update.type === 'thinking' ? [update] : []));
  const draft = draftOf(id, said);
  const kept = beginKeeping(id);
  let turn: ChatTurn | undefined;
  try {
    const messages: readonly ChatMessage[] = continues ? [...messagesOf(path), { role: 'user', content: goOn }] : messagesOf(path);
    const sampling: Sampling = { ...withAdvice(model, {}), seed, ifKnown: true };
    const request = { model, request: { messages, sampling }, tools: [] };
    yield* drafted(draft, steadyAnswer(context, request, { told: said, answerer, onAnswerer }, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
    // The half of it is kept.
    if (!draft.usage) draft.end = 'stopped';
  } finally {
    if (isSaid(draft)) {
      turn = turnOf(draft, { model, parent: path.at(-1)?.id ?? null, continues: continues || undefined });
      await context.chats.append(chat, turn).finally(kept);
    } else kept();
  }
  return turn;
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

function draftOf(id: string, said: readonly { readonly type: 'text' | 'thinking'; readonly text: string }[]): Draft {
  const textOf = (type: 'text' | 'thinking'): string => said.map((part) => (part.type === type ? part.text : '')).join('');
  return { id, content: textOf('text'), thinking: textOf('thinking'), end: 'failed', usage: undefined };
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
