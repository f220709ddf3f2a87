/** Which bytes of a file are on the disk. */

/** Bytes from `from` up to, but without, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** A set of bytes, kept as ranges in order that neither touch nor overlap. */
export interface Intervals {
  readonly bytes: number;
  /** The first byte that is missing, counted from the start. */
  readonly front: number;
  /** Takes in the bytes from `from` to before `to`. */
  add(from: number, to: number): void;
  /** Forgets all. */
  clear(): void;
  /** All of them in order, none touching another. */
  list(): readonly ByteRange[];
  /** What is missing of a file of this size, in order. */
  missing(totalBytes: number): readonly ByteRange[];
}

/** A set with some ranges in it. */
export function createIntervals(initial: readonly ByteRange[] = []): Intervals {
  let ranges: ByteRange[] = [];
  const intervals: Intervals = {
    get bytes() {
      return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    },
    get front() {
      const [first] = ranges;
      return first?.from === 0 ? first.to : 0;
    },
    add(from, to) {
      if (to <= from) return;
      const apart = ranges.filter((range) => range.to < from || range.from > to);
      const touching = ranges.filter((range) => range.to >= from && range.from <= to);
      const merged = {
        from: Math.min(from, ...touching.map((range) => range.from)),
        to: Math.max(to, ...touching.map((range) => range.to)),
      };
      ranges = [...apart, merged].sort((a, b) => a.from - b.from);
    },
    clear() {
      ranges = [];
    },
    list: () => ranges,
    missing(totalBytes) {
      const edges = [{ from: 0, to: 0 }, ...ranges, { from: totalBytes, to: totalBytes }];
      return edges.slice(1).flatMap(({ from }, index) => {
        const start = edges[index]?.to ?? 0;
        return from > start ? [{ from: start, to: Math.min(from, totalBytes) }] : [];
      });
    },
  };
  for (const { from, to } of initial) intervals.add(from, to);
  return intervals;
}
