import type { ByteRange } from './intervals.ts';

/**
 * What is still to fetch, in the order of the file: the prefix then grows steadily, is hashed while the rest comes, and no hole is
 * larger than what the lanes have in hand.
 */

/** A part of the file in the hands of one lane. */
export interface Segment {
  /** The next byte to come. */
  at: number;
  /** Its end; another lane may take its second half, then it becomes less. */
  to: number;
}

/** Hands out segments. */
export interface SegmentQueue {
  /** The next segment; near the end the second half of the largest one at work; undefined when nothing is worth sharing. */
  take(): Segment | undefined;
  /** The segment is whole. */
  finish(segment: Segment): void;
  /** What is missing of the segment goes back to its place, from `at` on. */
  giveBack(segment: Segment, at: number): void;
}

/** Remainders smaller than this are not shared: a new request costs more. */
const leastSplitBytes = 4 * 1024 ** 2;

/** A queue of what is missing. */
export function createSegmentQueue(missing: readonly ByteRange[], segmentBytes: number): SegmentQueue {
  const waiting = [...missing];
  const atWork = new Set<Segment>();
  const start = (segment: Segment): Segment => {
    atWork.add(segment);
    return segment;
  };
  return {
    take() {
      const next = waiting.shift();
      if (next) {
        const to = Math.min(next.to, next.from + segmentBytes);
        if (to < next.to) waiting.unshift({ from: to, to: next.to });
        return start({ at: next.from, to });
      }
      const [victim] = [...atWork].sort((a, b) => b.to - b.at - (a.to - a.at));
      if (!victim || victim.to - victim.at < leastSplitBytes) return undefined;
      const middle = victim.at + Math.ceil((victim.to - victim.at) / 2);
      const half = { at: middle, to: victim.to };
      victim.to = middle;
      return start(half);
    },
    finish(segment) {
      atWork.delete(segment);
    },
    giveBack(segment, at) {
      atWork.delete(segment);
      if (at >= segment.to) return;
      waiting.push({ from: at, to: segment.to });
      waiting.sort((a, b) => a.from - b.from);
    },
  };
}
