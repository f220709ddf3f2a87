import { type CaseDefinition, type CodeTest, fence, type Language, plain } from '../case.ts';
import { languageNames } from './language.ts';

/** The cases of tier 2 that are about code. */

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

type Entry = readonly [start: number, end: number, weight: number];

function mergeRanges(ranges: readonly Entry[], gap: number, cap: number, swaps = true): number[][] {
  const sorted = ranges
    .map(([a, b, weight]): Entry => (swaps && a > b ? [b, a, weight] : [a, b, weight]))
    .sort((p, q) => p[0] - q[0] || p[1] - q[1] || p[2] - q[2]);
  const merged: [number, number, number][] = [];
  for (const [start, end, weight] of sorted) {
    const last = merged.at(-1);
    if (last && start - last[1] <= gap && last[2] + weight <= cap) {
      last[1] = Math.max(last[1], end);
      last[2] += weight;
    } else merged.push([start, end, weight]);
  }
  return merged;
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
  maxTokens: 500,
  chanceLevel: 0,
  inPython: true,
  generate(random, language) {
    const [gap, cap] = [random.int(1, 4), random.int(9, 15)];
    const functionName = `merge${random.int(111, 999)}`;
    let tests: CodeTest[];
    const mutantsDie = (): boolean =>
      [
        (input: readonly Entry[]) => mergeRanges(input, gap - 1, cap),
        (input: readonly Entry[]) => mergeRanges(input, gap, cap, false),
        (input: readonly Entry[]) => mergeRanges(input, gap, 99),
      ].every((mutant) => tests.filter(({ args, want }) => !same(mutant(args[0] as Entry[]), want)).length >= 2);
    do {
      const inputs = [
        [],
        ...Array.from({ length: 14 }, () =>
          Array.from({ length: random.int(1, 6) }, (): Entry => [random.int(-15, 30), random.int(-15, 30), random.int(1, 6)]),
        ),
      ];
      tests = inputs.map((input) => ({ args: [input], want: mergeRanges(input, gap, cap) }));
    } while (!mutantsDie());
    const { name, list, aList, fence: mark } = languageNames[language];
    const source = (by: number): string => fence(mark, mergeSource[language](functionName, by, cap));
    return plain(
      `Write a ${name} function ${functionName}(ranges). ranges is ${aList} of [start, end, weight] with whole numbers; where start is larger than end, swap these two first. Sort the ranges by start, then end, then weight. Go through them in this order and join a range to the last one in the result if its start is at most ${gap} greater than the end of that one (or smaller) and the sum of both weights is not above ${cap}; a joined range has the larger end and the sum of the weights. Otherwise append it as a new entry. Return the ${list} of [start, end, weight]; for an empty ${list} return an empty ${list}. Reply with one code block.`,
      { kind: 'code', functionName, tests, language: language === 'python' ? language : undefined },
      source(gap),
      source(gap - 1),
    );
  },
};

interface StockResult {
  low: string[];
  failed: string[];
}

/** Processes stock events; with a mutation it has one of four bugs. */
function stock(events: readonly (readonly [string, string, number])[], limit: number, bug: number): StockResult {
  const have: Record<string, number> = {};
  const missing: string[] = [];
  for (const [kind, item, count] of bug === 0 ? events.slice(0, -1) : events) {
    have[item] ??= 0;
    if (kind === 'in') have[item] += count;
    else if (bug === 1 ? have[item] <= count : have[item] < count) missing.push(item);
    else have[item] = bug === 2 ? -count : have[item] - count;
  }
  const low = Object.keys(have).filter((item) => (bug === 3 ? (have[item] ?? 0) <= limit : (have[item] ?? 0) < limit));
  return { low: low.sort(), failed: missing };
}

export const bugfix: CaseDefinition = {
  id: 't2-bugfix',
  title: 'Find a bug',
  ability: 'code',
  maxTokens: 450,
  chanceLevel: 0,
  generate(random) {
    const [functionName, limit, bug] = [`stock${random.int(111, 999)}`, random.int(3, 6), random.int(0, 3)];
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
    let tests: CodeTest[];
    const isWrong = ({ args, want }: CodeTest): boolean => !same(stock(args[0] as never, limit, bug), want);
    do {
      tests = Array.from({ length: 14 }, () => {
        const events = Array.from(
          { length: random.int(1, 7) },
          () => [random.pick(['in', 'in', 'out']), random.pick(['nut', 'bolt', 'cap']), random.int(1, 6)] as const,
        );
        return { args: [events], want: stock(events, limit, -1) };
      });
    } while (tests.filter(isWrong).length < 3);
    const shown = tests.find(isWrong) ?? { args: [], want: null };
    return plain(
      `This JavaScript function processes stock events ["in" or "out", item, count]. An "out" with not enough stock changes nothing and its item is added to failed; taking out exactly what is there is fine. low lists, sorted, the items of which fewer than ${limit} are left. There is exactly one bug. For the input ${JSON.stringify(shown.args[0])} it should return ${JSON.stringify(shown.want)}.\n${fence('js', write(bug))}\nReply with the whole corrected function in one code block.`,
      { kind: 'code', functionName, tests: tests.filter((test) => test !== shown) },
      `Here is the corrected function:\n${fence('js', write(-1))}`,
      fence('js', `function ${functionName}(events) { return ${JSON.stringify(shown.want)}; }`),
    );
  },
};
