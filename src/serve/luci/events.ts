import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { openAiErrorBody } from '../openai/errors.ts';

/** Streams of luci's own routes: events whose data is JSON with a `type`; the last one of a failure is `error`. */
export function eventsAnswer<T>(
  context: ServeContext,
  make: (signal: AbortSignal) => AsyncGenerator<T>,
  client: AbortSignal,
): Promise<Response> {
  async function* events(signal: AbortSignal): AsyncGenerator<string> {
    for await (const event of make(signal)) yield sseEvent(event);
  }
  const failure = (error: unknown): string => sseEvent({ type: 'error', ...(openAiErrorBody(failureOf(error, context)) as object) });
  return streamed(events, { ...sse, failure }, client);
}
