import type { Mutant } from '../case.ts';

/** Queries of the two SQL cases with named mistakes, and the same in memory, so that databases can be drawn that tell each of them. */

/** A row that belongs to another, by the number of that. */
export interface Entry {
  readonly owner: number;
  readonly year: number;
  readonly amount: number | null;
}

/** Owners by number (from 1), and entries. */
export interface Rows {
  readonly names: readonly string[];
  readonly entries: readonly Entry[];
}

/** One mistake in the sum of the entries that are large enough. */
export interface SumMistake {
  readonly where?: string;
  readonly having?: string;
  readonly group?: string;
  readonly order?: string;
  readonly total?: string;
  readonly end?: string;
}

/** What the sum query is made of. */
export interface SumTask {
  readonly owners: string;
  readonly entries: string;
  readonly key: string;
  readonly year: number;
  readonly limit: number;
  readonly least: number;
}

/** The query; with a mistake, that query. */
export function sumQuery({ owners, entries, key, year, limit, least }: SumTask, mistake: SumMistake = {}): string {
  const where = mistake.where ?? `b.year = ${year} and b.amount >= ${limit}`;
  const having = mistake.having ?? `having count(*) >= ${least}`;
  return `select a.name, ${mistake.total ?? 'sum(b.amount)'} as total from ${owners} a join ${entries} b on b.${key} = a.id${where ? ` where ${where}` : ''} group by ${mistake.group ?? 'a.id, a.name'} ${having} order by ${mistake.order ?? 'total desc, a.name'}${mistake.end ?? ''}`;
}

/** Queries that are nearly right. */
export function sumMutants(task: SumTask): Mutant[] {
  const { year, limit, least, entries, key } = task;
  const mistakes: Readonly<Record<string, SumMistake>> = {
    'ties in no order': { order: 'total desc' },
    'ties in reverse': { order: 'total desc, a.name desc' },
    'ties by number': { order: 'total desc, a.id' },
    'grouped by name': { group: 'a.name' },
    'different amounts are counted': { having: `having count(distinct b.amount) >= ${least}` },
    'different amounts are added': { total: 'sum(distinct b.amount)' },
    'more than the limit': { where: `b.year = ${year} and b.amount > ${limit}` },
    'more than at least': { having: `having count(*) > ${least}` },
    'one less is enough': { having: `having count(*) >= ${least - 1}` },
    'no count': { having: '' },
    'no amount': { where: `b.year = ${year}` },
    'no year': { where: `b.amount >= ${limit}` },
    'this year or later': { where: `b.year >= ${year} and b.amount >= ${limit}` },
    'this year or before': { where: `b.year <= ${year} and b.amount >= ${limit}` },
    'the sum of all of the year': {
      total: `(select sum(c.amount) from ${entries} c where c.${key} = a.id and c.year = ${year})`,
    },
    'the sum of all years': { total: `(select sum(c.amount) from ${entries} c where c.${key} = a.id and c.amount >= ${limit})` },
    'the smallest first': { order: 'total, a.name' },
    'by name only': { order: 'a.name' },
    'three rows': { end: ' limit 3' },
    'one row': { end: ' limit 1' },
    'the largest, not the sum': { total: 'max(b.amount)' },
    'counted, not added': { total: 'count(*)' },
    'the limit is on the sum': { where: `b.year = ${year}`, having: `having count(*) >= ${least} and sum(b.amount) >= ${limit}` },
  };
  return Object.entries(mistakes).map(([name, mistake]) => ({ name, query: sumQuery(task, mistake) }));
}

/**
 * Rows that tell all of these: two owners of one name, ties of totals against the order of numbers, the same amount twice, amounts at
 * the limit, the years before and after, an owner below the count, one with small amounts beside the large ones, one with nothing.
 */
export function sumRows({ year, limit, least }: SumTask, words: readonly string[], shuffled: <T>(items: readonly T[]) => T[]): Rows {
  const [a = '', b = '', c = '', d = '', e = ''] = [...words].sort();
  // By number: the tie stands against the alphabet, and the two of one name count apart.
  const names = [c, b, a, d, d, e, a];
  const many = (owner: number, amounts: readonly number[], on = year): Entry[] => amounts.map((amount) => ({ owner, year: on, amount }));
  const atLeast = (amount: number, last: number): number[] => [...Array.from({ length: least - 1 }, () => amount), last];
  const entries = [
    ...many(1, atLeast(limit + 9, limit + 9)),
    ...many(2, atLeast(limit + 9, limit + 9)),
    ...many(3, atLeast(limit + 9, limit + 9)),
    ...many(1, [limit - 1, limit - 5]),
    ...many(2, [limit + 3], year - 1),
    ...many(2, [limit + 4], year + 1),
    ...many(4, atLeast(limit, limit)),
    ...many(5, [...atLeast(limit + 2, limit + 2), limit + 7]),
    ...many(6, atLeast(limit + 6, limit + 1).slice(1)),
    ...many(6, [limit - 2, limit - 3, limit - 1]),
    ...many(6, [limit + 5, limit + 5], year + 1),
    ...many(6, [limit + 5, limit + 5], year - 1),
  ];
  return { names, entries: shuffled(entries) };
}

/** One mistake in the second-best query. */
export interface SecondMistake {
  readonly second?: string;
  readonly count?: string;
  readonly from?: string;
  readonly end?: string;
}

/** What that query is made of. */
export interface SecondTask {
  readonly groups: string;
  readonly entries: string;
  readonly column: string;
  readonly key: string;
  readonly missing: number;
  readonly limit: number;
}

/** The query; with a mistake, that query. */
export function secondQuery(task: SecondTask, mistake: SecondMistake = {}): string {
  const { groups, entries, column, key, missing, limit } = task;
  const best = `(select max(m.${column}) from ${entries} m where m.${key} = t.id)`;
  const second =
    mistake.second ?? `coalesce((select max(s.${column}) from ${entries} s where s.${key} = t.id and s.${column} < ${best}), ${missing})`;
  const count = mistake.count ?? `(select count(*) from ${entries} s where s.${key} = t.id and s.${column} >= ${limit})`;
  return `select t.name, ${second} as second_best, ${count} as n from ${groups} t${mistake.from ?? ''}${mistake.end ?? ' order by t.name'}`;
}

/** Queries that are nearly right. */
export function secondMutants(task: SecondTask): Mutant[] {
  const { entries, column, key, missing, limit } = task;
  const ofRow = `from ${entries} s where s.${key} = t.id`;
  const nth = (offset: number, what = `distinct s.${column}`): string =>
    `coalesce((select ${what} ${ofRow} and s.${column} is not null order by s.${column} desc limit 1 offset ${offset}), ${missing})`;
  const mistakes: Readonly<Record<string, SecondMistake>> = {
    'more than the limit': { count: `(select count(*) ${ofRow} and s.${column} > ${limit})` },
    'a value twice is second to itself': { second: nth(1, `s.${column}`) },
    'the third': { second: nth(2) },
    'the first': { second: nth(0) },
    'the first where there is no second': {
      second: `coalesce((select max(s.${column}) ${ofRow} and s.${column} < (select max(m.${column}) from ${entries} m where m.${key} = t.id)), (select max(s.${column}) ${ofRow}), ${missing})`,
    },
    'the smallest': { second: `coalesce((select min(s.${column}) ${ofRow}), ${missing})` },
    'NULL where there is none': {
      second: `(select max(s.${column}) ${ofRow} and s.${column} < (select max(m.${column}) from ${entries} m where m.${key} = t.id))`,
    },
    'another number where there is none': {
      second: secondQuery(task)
        .replace(/^select t\.name, /, '')
        .replace(/ as second_best[\s\S]*/, '')
        .replace(`, ${missing})`, `, ${missing - 1})`),
    },
    'all entries are counted': { count: `(select count(*) ${ofRow})` },
    'a NULL counts': { count: `(select count(*) ${ofRow} and (s.${column} >= ${limit} or s.${column} is null))` },
    'a NULL is nothing, and counts': { count: `(select count(*) ${ofRow} and coalesce(s.${column}, ${limit}) >= ${limit})` },
    'different values are counted': { count: `(select count(distinct s.${column}) ${ofRow} and s.${column} >= ${limit})` },
    'rows without entries are left out': { end: ` where exists (select 1 ${ofRow}) order by t.name` },
    'rows without values are left out': { end: ` where exists (select 1 ${ofRow} and s.${column} is not null) order by t.name` },
    'rows that count none are left out': { end: ` where exists (select 1 ${ofRow} and s.${column} >= ${limit}) order by t.name` },
    'in no order': { end: '' },
    'sorted backwards': { end: ' order by t.name desc' },
    'sorted by value': { end: ' order by second_best desc, t.name' },
    'the second of all': {
      second: `coalesce((select max(s.${column}) from ${entries} s where s.${column} < (select max(m.${column}) from ${entries} m)), ${missing})`,
    },
    'added, not counted': { count: `coalesce((select sum(s.${column}) ${ofRow} and s.${column} >= ${limit}), 0)` },
  };
  return Object.entries(mistakes).map(([name, mistake]) => ({ name, query: secondQuery(task, mistake) }));
}

/** Rows that tell all of these: a value twice at the top, one value only, only NULLs, nothing, values at the limit, three values. */
export function secondRows({ limit }: SecondTask, words: readonly string[], shuffled: <T>(items: readonly T[]) => T[]): Rows {
  const names = shuffled(words.slice(0, 6));
  // Numbers against the alphabet, so that no order is not the right one by luck.
  if (names.join() === [...names].sort().join()) names.reverse();
  const many = (owner: number, amounts: readonly (number | null)[]): Entry[] => amounts.map((amount) => ({ owner, year: 0, amount }));
  const entries = [
    ...many(1, [limit + 10, limit + 10, limit + 5, limit, limit - 5]),
    ...many(2, [limit, limit, null]),
    ...many(3, [null, null]),
    ...many(4, [limit - 1, limit - 4, limit - 4, limit - 2]),
    ...many(5, [limit + 3, limit + 1, limit + 1, null, limit - 3]),
  ];
  return { names, entries: shuffled(entries) };
}
