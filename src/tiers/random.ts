import { createHash } from 'node:crypto';

/** Numbers a seed repeats, on every platform and in every version: sha256 of the seed, then sfc32. */
export interface Random {
  /** 0 to 1, without 1. */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  int(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** `count` different items in random order. */
  some<T>(items: readonly T[], count: number): T[];
  shuffle<T>(items: readonly T[]): T[];
}

/** The numbers of a seed, which is any text. */
export function seededRandom(seed: string): Random {
  const state = createHash('sha256').update(seed, 'utf8').digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => state.readUInt32LE(at)) as [number, number, number, number];
  // Small Fast Counter, 32 bits (Chris Doty-Humphrey, PractRand).
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let count = 0; count < 12; count += 1) next();
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const shuffle = <T>(items: readonly T[]): T[] => {
    const mixed = [...items];
    for (let index = mixed.length - 1; index > 0; index -= 1) {
      const other = int(0, index);
      [mixed[index], mixed[other]] = [mixed[other] as T, mixed[index] as T];
    }
    return mixed;
  };
  return {
    next,
    int,
    shuffle,
    pick: (items) => items[int(0, items.length - 1)] as (typeof items)[number],
    some: (items, count) => shuffle(items).slice(0, count),
  };
}
