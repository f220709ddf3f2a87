import { createParser } from 'eventsource-parser';
import { type BodyBound, boundedChunks } from '../../base/bounded-body.ts';
import { isRecord, type JsonRecord } from './wire.ts';

/** Server-sent events as JSON values. */

/** What is taken of an answer: all of it, and one event of it. The longest true ones are some MB. */
export interface StreamBound extends BodyBound {
  readonly maxEventCharacters: number;
  /** Called by `[DONE]`. */
  readonly onDone?: () => void;
}

/**
 * The JSON records of a stream's events, until `[DONE]` or the end; a last event counts without the blank line that should end it.
 * Events that are no records are passed over.
 * @throws what `bound.tooLong` makes, when the stream or one event of it is longer than the bound
 */
export async function* readEventStream(body: AsyncIterable<unknown>, bound: StreamBound): AsyncGenerator<JsonRecord> {
  const decoder = new TextDecoder();
  const waiting: string[] = [];
  const parser = createParser({
    maxBufferSize: bound.maxEventCharacters,
    onEvent: ({ data }) => void waiting.push(data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw bound.tooLong();
    },
  });
  for await (const chunk of boundedChunks(body, bound)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const data of waiting.splice(0)) {
      if (isDone(data)) return bound.onDone?.();
      const record = recordIn(data);
      if (record) yield record;
    }
  }
  parser.feed(`${decoder.decode()}\n\n`);
  for (const data of waiting) {
    if (isDone(data)) return bound.onDone?.();
    const record = recordIn(data);
    if (record) yield record;
  }
}

function isDone(data: string): boolean {
  return data.trim() === '[DONE]';
}

function recordIn(data: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
