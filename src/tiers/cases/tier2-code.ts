import { type CaseDefinition, type CodeTest, fence, type Language, plain } from '../case.ts';
import { languageNames } from './language.ts';
import { killAll, mutantsOf } from './mutants.ts';

/** The cases of tier 2 that are about code. */

type Entry = readonly [start: number, end: number, weight: number];

/** One mistake in the joining of ranges. */
interface MergeMistake {
  readonly order?: (p: Entry, q: Entry) => number;
  readonly turned?: (entry: Entry) => Entry;
  readonly fits?: (start: number, lastEnd: number) => boolean;
  readonly carries?: (sum: number, weight: number) => boolean;
  readonly end?: (last: number, end: number) => number;
  readonly weight?: (last: number, weight: number) => number;
}

const byAll = (p: Entry, q: Entry): number => p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
const turnedRight = ([a, b, weight]: Entry): Entry => (a > b ? [b, a, weight] : [a, b, weight]);

function mergeRanges(ranges: readonly Entry[], gap: number, cap: number, mistake: MergeMistake = {}): number[][] {
  const { order = byAll, turned = turnedRight, end: endOf = Math.max, weight: weightOf = (last, weight) => last + weight } = mistake;
  const { fits = (start, lastEnd) => start - lastEnd <= gap, carries = (sum) => sum <= cap } = mistake;
  const merged: [number, number, number][] = [];
  for (const [start, end, weight] of ranges.map(turned).sort(order)) {
    const last = merged.at(-1);
    if (last && fits(start, last[1]) && carries(last[2] + weight, weight)) {
      last[1] = endOf(last[1], end);
      last[2] = weightOf(last[2], weight);
    } else merged.push([start, end, weight]);
  }
  return merged;
}

function mergeMistakes(gap: number, cap: number): Readonly<Record<string, MergeMistake>> {
  return {
    'gap one less': { fits: (start, last) => start - last < gap },
    'gap one more': { fits: (start, last) => start - last <= gap + 1 },
    'no gap': { fits: (start, last) => start <= last },
    'only what overlaps or touches, and the gap both ways': { fits: (start, last) => Math.abs(start - last) <= gap },
    'weight below the most': { carries: (sum) => sum < cap },
    'weight one more': { carries: (sum) => sum <= cap + 1 },
    'no most weight': { carries: () => true },
    'the single weight is held against the most': { carries: (_, weight) => weight <= cap },
    'not swapped': { turned: (entry) => entry },
    'not sorted': { order: () => 0 },
    'sorted by start only': { order: (p, q) => p[0] - q[0] },
    'sorted without the third key': { order: (p, q) => p[0] - q[0] || p[1] - q[1] },
    'sorted by end': { order: (p, q) => p[1] - q[1] || p[0] - q[0] || p[2] - q[2] },
    'sorted backwards': { order: (p, q) => byAll(q, p) },
    'weight sorted backwards': { order: (p, q) => p[0] - q[0] || p[1] - q[1] || q[2] - p[2] },
    'the last end, not the larger': { end: (_, end) => end },
    'the first end stays': { end: (last) => last },
    'the larger weight, not the sum': { weight: Math.max },
  };
}

/** The same as text. */
const mergeSource: Readonly<Record<Language, (functionName: string, gap: number, cap: number) => string>> = {
  javascript: (functionName, gap, cap) => `function ${functionName}(ranges) {
  const sorted = ranges.map(([a, b, w]) => [Math.min(a, b), Math.max(a, b), w]).sort((p, q) => p[0] - q[0] || p[1] - q[1] || p[2] - q[2]);
  const out = [];
  for (const [start, end, weight] of sorted) {
    const last = out[out.length - 1];
    if (last && start - last[1] <= ${gap} && last[2] + weight <= ${cap}) { last[1] = Math.max(last[1], end); last[2] += weight; }
    else out.push([start, end, weight]);
  }
  return out;
}`,
  python: (functionName, gap, cap) => `def ${functionName}(ranges):
    out = []
    for start, end, weight in sorted([min(a, b), max(a, b), w] for a, b, w in ranges):
        if out and start - out[-1][1] <= ${gap} and out[-1][2] + weight <= ${cap}:
            out[-1][1] = max(out[-1][1], end)
            out[-1][2] += weight
        else:
            out.append([start, end, weight])
    return out`,
};

export const edge: CaseDefinition = {
  id: 't2-edge',
  title: 'A function with many edges',
  ability: 'code',
  maxTokens: 1000,
  chanceLevel: 0,
  inPython: true,
  generate(random, language) {
    const [gap, cap] = [random.int(1, 4), random.int(9, 15)];
    const functionName = `merge${random.int(111, 999)}`;
    const test = (input: readonly Entry[]): CodeTest => ({ args: [input], want: mergeRanges(input, gap, cap) });
    // Numbers that lie close together meet: ties, gaps and weights at their bounds.
    const ranges = (least: number, most: number): Entry[] =>
      Array.from({ length: random.int(1, 6) }, (): Entry => [random.int(least, most), random.int(least, most), random.int(1, 6)]);
    const draw = (): CodeTest => test(random.next() < 0.7 ? ranges(-3, 6) : ranges(-15, 30));
    const mutants = mutantsOf({
      ...Object.fromEntries(
        Object.entries(mergeMistakes(gap, cap)).map(([name, mistake]) => [name, (input: Entry[]) => mergeRanges(input, gap, cap, mistake)]),
      ),
      'null for an empty list': (input: Entry[]) => (input.length === 0 ? null : mergeRanges(input, gap, cap)),
      'the first one is forgotten': (input: Entry[]) => mergeRanges(input.slice(1), gap, cap),
      'weights left out': (input: Entry[]) => mergeRanges(input, gap, cap).map(([start, end]) => [start, end]),
    });
    const tests = killAll([test([]), test([[5, 2, 1]]), ...Array.from({ length: 12 }, draw)], mutants, { draw }) ?? [];
    const { name, list, aList, fence: mark } = languageNames[language];
    const source = (by: number): string => fence(mark, mergeSource[language](functionName, by, cap));
    const asked = plain(
      `Write a ${name} function ${functionName}(ranges). ranges is ${aList} of [start, end, weight] with whole numbers; where start is larger than end, swap these two first. Sort the ranges by start, then end, then weight. Go through them in this order and join a range to the last one in the result if its start is at most ${gap} greater than the end of that one (or smaller) and the sum of both weights is not above ${cap}; a joined range has the larger end and the sum of the weights. Otherwise append it as a new entry. Return the ${list} of [start, end, weight]; for an empty ${list} return an empty ${list}. Reply with one code block.`,
      { kind: 'code', functionName, tests, language: language === 'python' ? language : undefined },
      source(gap),
      source(gap - 1),
    );
    return { ...asked, mutants };
  },
};

interface StockResult {
  low: string[];
  failed: string[];
}

type StockEvent = readonly [kind: string, item: string, count: number];

/** One mistake in the processing of stock. */
interface StockMistake {
  readonly events?: (events: readonly StockEvent[]) => readonly StockEvent[];
  readonly isShort?: (have: number, count: number) => boolean;
  readonly taken?: (have: number, count: number) => number;
  readonly added?: (have: number, count: number) => number;
  /** What a refused event leaves. */
  readonly refused?: (have: number, count: number) => number;
  readonly knowsRefused?: boolean;
  readonly isLow?: (have: number) => boolean;
  readonly low?: (items: string[]) => string[];
  readonly failed?: (items: string[]) => string[];
}

const rightStock = {
  isShort: (have: number, count: number) => have < count,
  taken: (have: number, count: number) => have - count,
  added: (have: number, count: number) => have + count,
  refused: (have: number, _count: number) => have,
  knowsRefused: true,
  events: (events: readonly StockEvent[]) => events,
  low: (items: string[]) => items.sort(),
  failed: (items: string[]) => items,
};

/** Processes stock events. */
function stock(events: readonly StockEvent[], limit: number, mistake: StockMistake = {}): StockResult {
  const rules = { ...rightStock, isLow: (have: number) => have < limit, ...mistake };
  const have: Record<string, number> = {};
  const missing: string[] = [];
  for (const [kind, item, count] of rules.events(events)) {
    const there = have[item] ?? 0;
    if (kind === 'in') have[item] = rules.added(there, count);
    else if (!rules.isShort(there, count)) have[item] = rules.taken(there, count);
    else {
      missing.push(item);
      if (rules.knowsRefused || item in have) have[item] = rules.refused(there, count);
    }
  }
  const low = Object.keys(have).filter((item) => rules.isLow(have[item] ?? 0));
  return { low: rules.low(low), failed: rules.failed(missing) };
}

/** The four bugs of the function that is shown. */
function shownBugs(limit: number): readonly StockMistake[] {
  return [
    { events: (events) => events.slice(0, -1) },
    { isShort: (have, count) => have <= count },
    { taken: (_, count) => -count },
    { isLow: (have) => have <= limit },
  ];
}

function stockMistakes(limit: number): Readonly<Record<string, StockMistake>> {
  const [lastDropped = {}, exactRefused = {}, negative = {}, limitCounts = {}] = shownBugs(limit);
  return {
    'the last event is dropped': lastDropped,
    'taking all is refused': exactRefused,
    'stock is set to minus': negative,
    'the limit itself is low': limitCounts,
    'the first event is dropped': { events: (events) => events.slice(1) },
    'the limit is one less': { isLow: (have) => have < limit - 1 },
    'the limit is one more': { isLow: (have) => have < limit + 1 },
    'low is not sorted': { low: (items) => items },
    'low is sorted backwards': { low: (items) => items.sort().reverse() },
    'failed is sorted': { failed: (items) => items.sort() },
    'failed names each once': { failed: (items) => [...new Set(items)] },
    'failed has the last only': { failed: (items) => items.slice(-1) },
    'a refused event takes all the same': { refused: (have, count) => have - count },
    'a refused event empties': { refused: () => 0 },
    'what was only refused is not known': { knowsRefused: false },
    'nothing is refused': { isShort: () => false },
    'what is gone is not low': { isLow: (have) => have > 0 && have < limit },
    'each in counts one': { added: (have) => have + 1 },
    'in sets, not adds': { added: (_, count) => count },
  };
}

export const bugfix: CaseDefinition = {
  id: 't2-bugfix',
  title: 'Find a bug',
  ability: 'code',
  maxTokens: 900,
  chanceLevel: 0,
  generate(random) {
    const [functionName, limit, bug] = [`stock${random.int(111, 999)}`, random.int(3, 6), random.int(0, 3)];
    const shownBug = shownBugs(limit)[bug];
    const write = (broken: number): string => `function ${functionName}(events) {
  const have = {};
  const failed = [];
  for (let i = 0; i < events.length${broken === 0 ? ' - 1' : ''}; i++) {
    const [kind, item, count] = events[i];
    if (!(item in have)) have[item] = 0;
    if (kind === 'in') have[item] += count;
    else if (have[item] ${broken === 1 ? '<=' : '<'} count) failed.push(item);
    else have[item] ${broken === 2 ? '=-' : '-='} count;
  }
  const low = Object.keys(have).filter((item) => have[item] ${broken === 3 ? '<=' : '<'} ${limit}).sort();
  return { low: low, failed: failed };
}`;
    const draw = (): CodeTest => {
      const events = Array.from(
        { length: random.int(1, 8) },
        (): StockEvent => [random.pick(['in', 'in', 'out']), random.pick(['nut', 'bolt', 'cap']), random.int(1, 6)],
      );
      return { args: [events], want: stock(events, limit) };
    };
    const isWrong = ({ args, want }: CodeTest): boolean =>
      JSON.stringify(stock(args[0] as StockEvent[], limit, shownBug)) !== JSON.stringify(want);
    let shown: CodeTest;
    do shown = draw();
    while (!isWrong(shown));
    const mutants = mutantsOf(
      Object.fromEntries(
        Object.entries(stockMistakes(limit)).map(([name, mistake]) => [name, (events: StockEvent[]) => stock(events, limit, mistake)]),
      ),
    );
    const none: CodeTest = { args: [[]], want: stock([], limit) };
    const tests = killAll([none, ...Array.from({ length: 12 }, draw)], mutants, { draw }) ?? [];
    const asked = plain(
      `This JavaScript function processes stock events ["in" or "out", item, count]. An "out" with not enough stock changes nothing and its item is added to failed; taking out exactly what is there is fine. low lists, sorted, the items of which fewer than ${limit} are left. There is exactly one bug. For the input ${JSON.stringify(shown.args[0])} it should return ${JSON.stringify(shown.want)}.\n${fence('js', write(bug))}\nReply with the whole corrected function in one code block.`,
      { kind: 'code', functionName, tests },
      `Here is the corrected function:\n${fence('js', write(-1))}`,
      fence('js', `function ${functionName}(events) { return ${JSON.stringify(shown.want)}; }`),
    );
    return { ...asked, mutants };
  },
};
