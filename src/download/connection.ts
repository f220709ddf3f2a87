import type { RangeConnection } from '../net/net.ts';
import type { RetryCount } from './retry-policy.ts';
import type { Segment } from './segment-queue.ts';
import { createThroughput, type Throughput } from './throughput.ts';

/** One of the connections a file is fetched over. */
export interface Connection {
  readonly throughput: Throughput;
  readonly retries: RetryCount;
  /** What it fetches now; undefined while it waits for its next try. */
  segment: Segment | undefined;
  /** How far its own reading of the segment came: behind `segment.at` where another one is ahead. */
  position: number;
  /** Ends the request that is under way. */
  request: AbortController;
  /** The raw connection, where it reads from one. */
  range: RangeConnection | undefined;
  /** That it races another one for its segment: since when, and from which byte on. */
  race: { readonly sinceMs: number; readonly fromByte: number } | undefined;
  /** It leaves when what it does is done. */
  isRetired: boolean;
}

/** A connection that does nothing yet. */
export function createConnection(retries: RetryCount): Connection {
  return {
    throughput: createThroughput(),
    retries,
    segment: undefined,
    position: 0,
    request: new AbortController(),
    range: undefined,
    race: undefined,
    isRetired: false,
  };
}

/** Gives it a segment to fetch from where that stands. */
export function assignSegment(connection: Connection, segment: Segment, { races = false } = {}): void {
  connection.segment = segment;
  connection.position = segment.at;
  connection.request = new AbortController();
  connection.race = races ? { sinceMs: performance.now(), fromByte: segment.at } : undefined;
}
