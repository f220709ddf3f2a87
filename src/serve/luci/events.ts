import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { openAiErrorBody } from '../openai/errors.ts';

/**
 * Streams of luci's own routes: events whose data is JSON with a `type`; the last one of a failure is `error`. With `after` they are
 * numbered: the first comes after so many.
 */
export function eventsAnswer<T>(
  context: ServeContext,
  make: (signal: AbortSignal) => AsyncGenerator<T>,
  client: AbortSignal,
  after?: number,
): Promise<Response> {
  async function* events(signal: AbortSignal): AsyncGenerator<string> {
    let id = after;
    for await (const event of make(signal)) {
      if (id !== undefined) id += 1;
      yield sseEvent(event, undefined, id);
    }
  }
  const failure = (error: unknown): string => sseEvent({ type: 'error', ...(openAiErrorBody(failureOf(error, context)) as object) });
  return streamed(events, { ...sse, failure }, client);
}
