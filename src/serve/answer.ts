import { type AnswerEvent, type ClientRequest, clientAnswer } from '../agent/client-answer.ts';
import type { ServeContext } from './context.ts';

/** One answer of a model over HTTP, the same for every protocol. */

export { type AnswerEvent, type ClientCall as ServedCall, type WholeAnswer, wholeAnswer } from '../agent/client-answer.ts';

/** What is asked. */
export interface AnswerRequest extends ClientRequest {
  /** Default: the default model, else the best enabled one that fits. */
  readonly model: string | undefined;
}

/** Waits for a place, opens the model and answers. Leaving the loop ends the generation and frees the place. */
export async function* answerOf(
  { luci, queue, metrics }: ServeContext,
  { model, ...asked }: AnswerRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  using _place = await queue.enter(signal);
  await using session = await luci.open(model, { signal });
  for await (const event of clientAnswer(session, asked, signal)) {
    if (event.type === 'end') metrics.countAnswer(event.usage);
    yield event;
  }
}
