import type { ByteRange } from './intervals.ts';

/**
 * What is still to fetch, in the order of the file: the prefix then grows steadily, is hashed while the rest comes, and no hole is
 * larger than what the connections have in hand.
 */

/** A part of the file that is being fetched, by one connection or by two that race. */
export interface Segment {
  /** The next byte to come from whichever connection is ahead: everything before it was taken by one of them. */
  at: number;
  /** Its end; another connection may take its second half, then it becomes less. */
  to: number;
}

/** Hands out segments. */
export interface SegmentQueue {
  /** The next segment that nobody works at. */
  next(): Segment | undefined;
  /** The second half of the largest one at work; undefined when nothing is worth sharing. */
  split(): Segment | undefined;
  /** The segment is whole. */
  finish(segment: Segment): void;
  /** What is missing of the segment goes back to its place. */
  giveBack(segment: Segment): void;
}

/** Remainders smaller than this are not shared: a new request costs more. */
const minSplitBytes = 4 * 1024 ** 2;

/** A queue of what is missing. */
export function createSegmentQueue(missing: readonly ByteRange[], segmentBytes: number): SegmentQueue {
  const waiting = [...missing];
  const atWork = new Set<Segment>();
  const start = (segment: Segment): Segment => {
    atWork.add(segment);
    return segment;
  };
  return {
    next() {
      const range = waiting.shift();
      if (!range) return undefined;
      const to = Math.min(range.to, range.from + segmentBytes);
      if (to < range.to) waiting.unshift({ from: to, to: range.to });
      return start({ at: range.from, to });
    },
    split() {
      const [largest] = [...atWork].sort((a, b) => b.to - b.at - (a.to - a.at));
      if (!largest || largest.to - largest.at < minSplitBytes) return undefined;
      const middle = largest.at + Math.ceil((largest.to - largest.at) / 2);
      const half = { at: middle, to: largest.to };
      largest.to = middle;
      return start(half);
    },
    finish(segment) {
      atWork.delete(segment);
    },
    giveBack(segment) {
      atWork.delete(segment);
      if (segment.at >= segment.to) return;
      waiting.push({ from: segment.at, to: segment.to });
      waiting.sort((a, b) => a.from - b.from);
    },
  };
}
