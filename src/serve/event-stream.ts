import { within } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';

/** An answer that is sent as it is made. */

/** How its parts are written. */
export interface StreamForm {
  readonly contentType: string;
  /** Sent while nothing happens, so that no proxy and no client gives up; left out where the protocol has nothing for it. */
  readonly ping?: string;
  /** What tells a client of a failure when it has the status already. */
  readonly failure: (error: unknown) => string;
}

/** A failure within this time still has a status of its own; after it the headers go out, so that a client sees that it was heard. */
const statusMs = 2_000;
const pingMs = 5_000;

/**
 * Sends what `make` yields. It is ended when the client goes away.
 * @throws what `make` throws before its first part, as long as nothing was sent
 */
export async function streamed(
  make: (signal: AbortSignal) => AsyncGenerator<string>,
  { contentType, ping, failure }: StreamForm,
  client: AbortSignal,
): Promise<Response> {
  const stop = new AbortController();
  const parts = make(AbortSignal.any([client, stop.signal]));
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<string>> | undefined = parts.next();
  // Nobody reads on for a client that went away, and what is not read on would keep its place.
  const leave = (): void => {
    stop.abort();
    next?.catch(() => undefined);
    void parts.return(undefined).catch(() => undefined);
  };
  client.addEventListener('abort', leave, { once: true });
  await within(statusMs, next);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          next ??= parts.next();
          const part = await within(pingMs, next);
          if (part === undefined) {
            // Without a ping this is asked again at once, and waits again.
            controller.enqueue(encoder.encode(ping ?? ''));
            return;
          }
          next = undefined;
          if (part.done) controller.close();
          else controller.enqueue(encoder.encode(part.value));
        } catch (error) {
          if (stop.signal.aborted || client.aborted) return void controller.error(error);
          controller.enqueue(encoder.encode(failure(error)));
          controller.close();
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' } });
}

/** One event of a stream of server-sent events. `id`: what a client that lost the connection says it had last. */
export function sseEvent(data: unknown, name?: string, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** How many of `length` events a client says it has. @throws USAGE where it cannot have so many */
export function lastEventId({ headers }: Request, length: number): number {
  const said = headers.get('last-event-id') ?? '0';
  const after = Number(said);
  if (/^\d{1,9}$/.test(said) && after <= length) return after;
  throw new LuciError('USAGE', `The answer has ${length} events, and "Last-Event-ID" names none of them.`);
}

export const sse = { contentType: 'text/event-stream; charset=utf-8', ping: ': ping\n\n' } as const;
export const ndjson = { contentType: 'application/x-ndjson' } as const;

/** One line of a stream of JSON lines. */
export function ndjsonLine(data: unknown): string {
  return `${JSON.stringify(data)}\n`;
}
