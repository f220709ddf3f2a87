import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { figuresOf, goOn, messagesOf, pathTo } from '../../app/chat-branch.ts';
import { type ChatTurn, turnSchema } from '../../app/chat-files.ts';
import { LuciError } from '../../base/errors.ts';
import { withAdvice } from '../../catalog/advised-sampling.ts';
import type { ChatMessage, Usage } from '../../engine/engine.ts';
import { answerOf } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { servedModels } from '../model-list.ts';
import { readBody } from '../read-body.ts';
import { chatIdOf } from './chats.ts';
import { eventsAnswer } from './events.ts';
import type { AnswerUpdate } from './wire.ts';

/** Answers in a kept chat: question and answer are written to its file by the server, so a page that is closed loses neither. */

const answerSchema = v.object({
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

type AnswerBody = v.InferOutput<typeof answerSchema>;

/** POST /luci/chats/ID/answers */
export async function answerInChat(context: ServeContext, request: Request, path: string): Promise<Response> {
  const id = chatIdOf(path);
  const body = await readBody(request, answerSchema);
  await beingKept.get(body.parent ?? '');
  const { turns } = await context.chats.read(id);
  const before = pathTo(turns, body.parent);
  if (before.length === 0 && !body.question) throw new LuciError('USAGE', 'There is nothing to answer.');
  return eventsAnswer(context, (signal) => updates(context, { id, body, before }, signal), request.signal);
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
  readonly body: AnswerBody;
  readonly before: readonly ChatTurn[];
}

async function* updates(context: ServeContext, { id, body, before }: Asked, signal: AbortSignal): AsyncGenerator<AnswerUpdate> {
  const model = body.model ?? (await context.luci.models.choose()).name;
  const questions = questionsOf(body);
  for (const turn of questions) {
    await context.chats.append(id, turn);
    yield { type: 'question', turn };
  }
  yield* answer(context, { id, model, path: [...before, ...questions], continues: body.continues === true }, signal);
}

interface Answering {
  readonly id: string;
  readonly model: string;
  readonly path: readonly ChatTurn[];
  readonly continues: boolean;
}

async function* answer(
  context: ServeContext,
  { id, model, path, continues }: Answering,
  signal: AbortSignal,
): AsyncGenerator<AnswerUpdate> {
  const draft: Draft = { id: randomUUID(), content: '', thinking: '', end: 'failed', usage: undefined };
  const kept = beginKeeping(draft.id);
  const turn = (): ChatTurn => turnOf(draft, { model, parent: path.at(-1)?.id ?? null, continues: continues || undefined });
  try {
    yield { type: 'begin', id: draft.id };
    const told: readonly ChatMessage[] = continues ? [...messagesOf(path), { role: 'user', content: goOn }] : messagesOf(path);
    const asked = { model, request: { messages: told, sampling: withAdvice(model, {}) }, tools: [] };
    for await (const event of answerOf(context, asked, signal)) {
      if (event.type === 'end') [draft.end, draft.usage] = [event.reason, event.usage];
      else if (event.type !== 'call') {
        draft[event.type === 'text' ? 'content' : 'thinking'] += event.text;
        yield event;
      }
    }
  } finally {
    // A page that went away has stopped its answer; the half of it is kept.
    if (!draft.usage && signal.aborted) draft.end = 'stopped';
    if (isSaid(draft)) await context.chats.append(id, turn()).finally(kept);
    else kept();
  }
  const { contextLength = null } = (await servedModels(context.luci)).find(({ name }) => name === model) ?? {};
  yield { type: 'end', turn: turn(), contextLength };
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
