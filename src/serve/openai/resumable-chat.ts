import { createHmac, randomInt } from 'node:crypto';
import * as v from 'valibot';
import { LuciError } from '../../base/errors.ts';
import type { AnswerEvent } from '../answer.ts';
import type { AnswerMaking, AnswerRun, AnswerRuns } from '../answer-runs.ts';
import type { ServeContext } from '../context.ts';
import { lastEventId, sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { steadyAnswer } from '../go-on.ts';
import { keyOf } from '../guard.ts';
import { chunks, headOf } from './chat-chunks.ts';
import { answerRequestOf, type ChatBody, chatSchema } from './chat-request.ts';
import { openAiErrorBody } from './errors.ts';

/**
 * Streams of /v1/chat/completions that their client comes back for. What is kept is what the model said; the chunks are made of it each time,
 * so that they have the same numbers whoever reads them when.
 */

/** What was asked, with the seed that was drawn for it. */
export const completionAskedSchema = v.object({
  head: v.object({ id: v.string(), created: v.number(), model: v.string() }),
  body: chatSchema,
});

/** See {@link completionAskedSchema}. */
export type CompletionAsked = v.InferOutput<typeof completionAskedSchema>;

type CompletionRun = AnswerRun<AnswerEvent, CompletionAsked>;

/** POST /v1/chat/completions with `resumable` and `stream`. */
export async function resumableCompletion(context: ServeContext, body: ChatBody, request: Request): Promise<Response> {
  const runs = runsOf(context);
  const head = headOf(body);
  const asked = { head, body: { ...body, seed: body.seed ?? randomInt(2 ** 31), repeatable: true } };
  return readFrom(context, await runs.begin(head.id, scopeOf(head.id, request), asked), 0, request);
}

/** GET /v1/chat/completions/ID: what comes after `Last-Event-ID`, else all of it. @throws NOT_FOUND, USAGE */
export async function readCompletion(context: ServeContext, request: Request, path: string): Promise<Response> {
  const id = idOf(path);
  const run = await runsOf(context).find(scopeOf(id, request), id);
  return readFrom(context, run, lastEventId(request, await countOf(run)), request);
}

/** DELETE /v1/chat/completions/ID: stops it, and keeps nothing of it. @throws NOT_FOUND */
export async function removeCompletion(context: ServeContext, request: Request, path: string): Promise<Response> {
  const id = idOf(path);
  await runsOf(context).forget(scopeOf(id, request), id);
  return Response.json({ id, object: 'chat.completion.deleted', deleted: true });
}

/** What the model says, from where it was left. */
export function completionAnswer(context: ServeContext, making: AnswerMaking<AnswerEvent, CompletionAsked>): AsyncGenerator<AnswerEvent> {
  return steadyAnswer(context, answerRequestOf(making.asked.body), making, making.signal);
}

function runsOf({ completions }: ServeContext): AnswerRuns<AnswerEvent, CompletionAsked> {
  if (completions) return completions;
  throw new LuciError('ENGINE_UNSUPPORTED', '"resumable" cannot be had here: this server keeps no answers.', {
    hint: 'luci config set serve.keepAnswers on',
    details: { param: 'resumable' },
  });
}

function idOf(path: string): string {
  return path.slice('/v1/chat/completions/'.length);
}

/** A mark of the key that a request brings, another one for each answer: on disk nobody sees which have the same key. */
function scopeOf(id: string, request: Request): string {
  return createHmac('sha256', id)
    .update(keyOf(request) ?? '')
    .digest('hex');
}

function readFrom(context: ServeContext, run: CompletionRun, after: number, { signal: client }: Request): Promise<Response> {
  async function* numbered(signal: AbortSignal): AsyncGenerator<string> {
    let id = 0;
    for await (const chunk of chunks(run.asked, [run.journal.read(0, signal)])) {
      id += 1;
      if (id > after) yield `id: ${id}\n${chunk}`;
    }
  }
  const failure = (error: unknown): string => sseEvent(openAiErrorBody(failureOf(error, context)));
  return streamed(numbered, { ...sse, failure }, client);
}

/** Events that were sent of it by now, at most. */
async function countOf({ asked, journal }: CompletionRun): Promise<number> {
  let count = 0;
  for await (const _ of chunks(asked, [journal.told])) count += 1;
  // What ends a stream is sent only with the end of the answer.
  return journal.isOver ? count : count - 1 - (asked.body.stream_options?.include_usage ? 1 : 0);
}
