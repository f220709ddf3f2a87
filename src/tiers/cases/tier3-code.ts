import { type CaseDefinition, type CodeTest, fence, plain } from '../case.ts';
import { nouns } from '../vocabulary.ts';
import { evaluate, readingMistakes } from './expression.ts';
import { languageNames } from './language.ts';
import { killAll, mutantsOf } from './mutants.ts';
import { cheapestRoute, type Grid, routeMistakes } from './route.ts';

/** The cases of tier 3 that are about code. */

const routeInJavaScript = (functionName: string, walls: number, turnCost: number): string => `function ${functionName}(grid) {
  const height = grid.length, width = grid[0].length;
  const steps = [[0, 1], [1, 0], [0, -1], [-1, 0]];
  const best = {};
  const open = [[0, 0, 0, -1, 0]];
  while (open.length > 0) {
    open.sort((a, b) => b[0] - a[0]);
    const [cost, row, column, direction, broken] = open.pop();
    if (row === height - 1 && column === width - 1) return cost;
    const key = row + ',' + column + ',' + direction + ',' + broken;
    if (best[key] !== undefined && best[key] <= cost) continue;
    best[key] = cost;
    for (let d = 0; d < 4; d++) {
      const r = row + steps[d][0], c = column + steps[d][1];
      if (r < 0 || c < 0 || r >= height || c >= width) continue;
      const cell = grid[r][c];
      const now = broken + (cell === 0 ? 1 : 0);
      if (now > ${walls}) continue;
      open.push([cost + (cell === 0 ? 1 : cell) + (direction >= 0 && direction !== d ? ${turnCost} : 0), r, c, d, now]);
    }
  }
  return -1;
}`;

const routeInPython = (functionName: string, walls: number, turnCost: number): string => `import heapq

def ${functionName}(grid):
    height, width = len(grid), len(grid[0])
    best = {}
    todo = [(0, 0, 0, -1, 0)]
    while todo:
        cost, row, column, direction, broken = heapq.heappop(todo)
        if row == height - 1 and column == width - 1:
            return cost
        key = (row, column, direction, broken)
        if key in best and best[key] <= cost:
            continue
        best[key] = cost
        for d, (down, right) in enumerate([(0, 1), (1, 0), (0, -1), (-1, 0)]):
            r, c = row + down, column + right
            if not (0 <= r < height and 0 <= c < width):
                continue
            cell = grid[r][c]
            now = broken + (1 if cell == 0 else 0)
            if now > ${walls}:
                continue
            turn = ${turnCost} if direction >= 0 and direction != d else 0
            heapq.heappush(todo, (cost + (1 if cell == 0 else cell) + turn, r, c, d, now))
    return -1`;

const routeSource = { javascript: routeInJavaScript, python: routeInPython } as const;

export const algorithm: CaseDefinition = {
  id: 't3-algo',
  title: 'The cheapest route',
  ability: 'code',
  maxTokens: 1800,
  chanceLevel: 0,
  inPython: true,
  generate(random, language) {
    const [walls, turnCost, functionName] = [random.int(1, 2), random.int(2, 4), `route${random.int(111, 999)}`];
    const test = (cells: Grid): CodeTest => ({ args: [cells], want: cheapestRoute(cells, walls, turnCost) });
    const draw = (): CodeTest => {
      const [height, width, density] = [random.int(3, 5), random.int(3, 5), random.pick([0.2, 0.35, 0.55])];
      const cells = Array.from({ length: height }, () =>
        Array.from({ length: width }, () => (random.next() < density ? 0 : random.int(1, 6))),
      );
      (cells[0] as number[])[0] = random.int(1, 3);
      (cells[height - 1] as number[])[width - 1] = random.int(1, 3);
      return test(cells);
    };
    const mutants = mutantsOf(
      Object.fromEntries(
        Object.entries(routeMistakes(walls, turnCost)).map(([name, mistake]) => [
          name,
          (cells: Grid) => cheapestRoute(cells, walls, turnCost, mistake),
        ]),
      ),
    );
    // A way that is shut, and one that is cheapest to the left and up: walls would be broken through.
    const long = Math.max(3, walls + 2);
    const shut = [[1, ...Array.from({ length: long }, () => 0), 1]];
    const detour = [
      [1, 1, 1, 1, 1],
      [60, 60, 60, 60, 1],
      [1, 1, 1, 60, 1],
      [1, 60, 1, 1, 1],
      [1, 60, 60, 60, 60],
      [1, 1, 1, 1, 1],
    ];
    const tests =
      killAll([test([[1]]), test([[2, 3]]), test(shut), test(detour), ...Array.from({ length: 8 }, draw)], mutants, { draw }) ?? [];
    const { name, aList, fence: mark } = languageNames[language];
    const asked = plain(
      `Write a ${name} function ${functionName}(grid). grid is ${aList} of rows of whole numbers. You start in the upper left cell and want to reach the lower right one, moving up, down, left or right. Entering a cell costs its number. A 0 is a wall: at most ${walls} ${walls === 1 ? 'wall' : 'walls'} may be entered on the whole way, and entering one costs 1. Every time you move in another direction than in the move before, ${turnCost} is added (the first move is free of this). The start cell costs nothing. Return the lowest total cost, or -1 if there is no way. The grids are small. Reply with one code block.`,
      { kind: 'code', functionName, tests, language: language === 'python' ? language : undefined },
      fence(mark, routeSource[language](functionName, walls, turnCost)),
      fence(mark, routeSource[language](functionName, walls, 0)),
    );
    return { ...asked, mutants };
  },
};

export const parser: CaseDefinition = {
  id: 't3-parser',
  title: 'A small language',
  ability: 'code',
  maxTokens: 2000,
  chanceLevel: 0,
  generate(random) {
    const sign = random.pick(['@', '~', '#']);
    const isSum = random.next() < 0.5;
    const functionName = `calc${random.int(111, 999)}`;
    // Neither groups alike from both sides: where grouping cannot matter, half of the task is not asked.
    const apply = (a: number, b: number): number => (isSum ? a + 2 * b : Math.abs(a - b));
    const expression = (depth: number): string => {
      const kind = random.next();
      if (depth === 0 || kind < 0.2) return String(random.int(0, 19));
      if (kind < 0.27) return `-${random.int(1, 19)}`;
      if (kind < 0.32) return `-${random.pick(['-', ' - ', '(-'])}${random.int(1, 9)}`.replace(/(\(.*)$/, '$1)');
      if (kind < 0.36) return `-(${expression(depth - 1)})`;
      if (kind < 0.45) return `(${expression(depth - 1)})`;
      const space = random.pick([' ', ' ', '', '  ']);
      return `${expression(depth - 1)}${space}${random.pick(['+', '-', '*', sign, sign])}${space}${expression(depth - 1)}`;
    };
    const test = (text: string): CodeTest => ({ args: [text], want: evaluate(text, { sign, apply }) });
    const draw = (): CodeTest => {
      for (;;) {
        const drawn = test(expression(random.int(1, 4)));
        if (!Object.is(drawn.want, -0) && Number.isSafeInteger(drawn.want)) return drawn;
      }
    };
    const mutants = mutantsOf(
      Object.fromEntries(
        Object.entries(readingMistakes(apply)).map(([name, mistake]) => [
          name,
          (text: string) => evaluate(text, { sign, apply, ...mistake }),
        ]),
      ),
    );
    const fixed = [
      '7',
      '--5',
      `  12${sign}3 `,
      `-2 ${sign} 3`,
      `9 ${sign} 4 ${sign} 3`,
      '10 - 4 - 3',
      `2 * 3 ${sign} 4`,
      '-(2 + 3)',
      '((4))',
      '3 - -2',
    ];
    const tests = killAll([...fixed.map(test), ...Array.from({ length: 12 }, draw)], mutants, { draw }) ?? [];
    const source = (call: string): string => fence('js', parserSource(functionName, sign, call));
    const asked = plain(
      `Write a JavaScript function ${functionName}(text) that computes the value of an expression in a text. There are whole numbers, brackets ( ), a minus sign in front of a value (also several), the usual + - * and the operator ${sign}, where a ${sign} b is ${isSum ? 'the sum of a and twice b' : 'the absolute difference of a and b'}. ${sign} binds tighter than *, but looser than a minus sign in front of a value, and groups from the right: a ${sign} b ${sign} c means a ${sign} (b ${sign} c). Spaces may stand anywhere between the parts. Do not use eval. Reply with one code block.`,
      { kind: 'code', functionName, tests },
      source(isSum ? 'a + 2 * b' : 'Math.abs(a - b)'),
      source(isSum ? '2 * a + b' : 'a - b'),
    );
    return { ...asked, mutants };
  },
};

const parserSource = (functionName: string, sign: string, call: string): string => `function ${functionName}(text) {
  let i = 0;
  const eat = (c) => { while (text[i] === ' ') i++; if (text[i] !== c) return false; i++; return true; };
  function atom() {
    if (eat('-')) return -atom();
    if (eat('(')) { const v = sum(); eat(')'); return v; }
    while (text[i] === ' ') i++;
    let n = '';
    while (text[i] >= '0' && text[i] <= '9') n += text[i++];
    return +n;
  }
  function tight() { const a = atom(); if (eat('${sign}')) { const b = tight(); return ${call}; } return a; }
  function product() { let a = tight(); while (eat('*')) a *= tight(); return a; }
  function sum() { let a = product(); for (;;) { if (eat('+')) a += product(); else if (eat('-')) a -= product(); else return a; } }
  return sum();
}`;

/** One mistake in the finding of free ranges. */
interface SlotMistake {
  readonly order?: (a: readonly [number, number], b: readonly [number, number]) => number;
  readonly time?: (time: number, end: number) => number;
  readonly fits?: (free: number, length: number) => boolean;
  readonly fitsLast?: (free: number, length: number) => boolean;
  readonly most?: (free: number[][], most: number) => number[][];
  readonly startOfDay?: number;
  readonly endOfDay?: number;
}

/** Free ranges of a day. */
function freeSlots(busy: readonly (readonly [number, number])[], length: number, most: number, mistake: SlotMistake = {}): number[][] {
  const { order = (a, b) => a[0] - b[0], time: later = Math.max, fits = (free, least) => free >= least } = mistake;
  const { fitsLast = fits, most: cut = (free, count) => free.slice(0, count), startOfDay = 0, endOfDay = 24 } = mistake;
  const free: number[][] = [];
  let time = startOfDay;
  for (const [start, end] of [...busy].sort(order)) {
    if (fits(start - time, length)) free.push([time, start]);
    time = later(time, end);
  }
  if (fitsLast(endOfDay - time, length)) free.push([time, endOfDay]);
  return cut(free, most);
}

/** The three bugs a file may have, a bit each. */
const slotBugs: readonly SlotMistake[] = [
  { order: (a, b) => a[1] - b[1] },
  { time: (_, end) => end },
  { fitsLast: (free, length) => free > length },
];

const slotMistakes: Readonly<Record<string, SlotMistake>> = {
  'sorted by end': slotBugs[0] ?? {},
  'the last end, not the latest': slotBugs[1] ?? {},
  'the last range must be longer': slotBugs[2] ?? {},
  'sorted by end, and the last end': { ...slotBugs[0], ...slotBugs[1] },
  'every range must be longer': { fits: (free, length) => free > length },
  'not sorted': { order: () => 0 },
  'no limit': { most: (free) => free },
  'one less than the limit': { most: (free, most) => free.slice(0, most - 1) },
  'one more than the limit': { most: (free, most) => free.slice(0, most + 1) },
  'the last ones, not the first': { most: (free, most) => free.slice(-most) },
  'the last range is forgotten': { fitsLast: () => false },
  'the last range always': { fitsLast: () => true },
  'any length': { fits: (free) => free > 0, fitsLast: (free) => free > 0 },
  'the day begins at 1': { startOfDay: 1 },
  'the day ends at 23': { endOfDay: 23 },
  'the longest first': {
    most: (free, most) => [...free].sort((a, b) => (b[1] ?? 0) - (b[0] ?? 0) - (a[1] ?? 0) + (a[0] ?? 0)).slice(0, most),
  },
};

export const repair: CaseDefinition = {
  id: 't3-repair',
  title: 'Repair until the tests pass',
  ability: 'tools',
  maxTokens: 3000,
  chanceLevel: 0,
  generate(random) {
    const [functionName, most, bugs] = [`slots${random.int(111, 999)}`, random.int(3, 5), random.pick([3, 5, 6])];
    const write = (broken: number): string => `function ${functionName}(busy, length) {
  const sorted = busy.slice().sort((a, b) => ${broken & 1 ? 'a[1] - b[1]' : 'a[0] - b[0]'});
  const free = [];
  let time = 0;
  for (const [start, end] of sorted) {
    if (start - time >= length) free.push([time, start]);
    time = ${broken & 2 ? 'end' : 'Math.max(time, end)'};
  }
  if (24 - time ${broken & 4 ? '>' : '>='} length) free.push([time, 24]);
  return free.slice(0, ${most});
}
`;
    const draw = (): CodeTest => {
      // Short ones leave many free ranges, more than the limit.
      const [count, longest] = random.pick([
        [random.int(0, 5), 6],
        [random.int(5, 8), 2],
      ] as const);
      const busy = Array.from({ length: count }, () => {
        const start = random.int(0, 22);
        return [start, start + random.int(1, Math.min(longest, 24 - start))] as const;
      });
      const length = random.int(1, 4);
      return { args: [busy, length], want: freeSlots(busy, length, most) };
    };
    const ofBugs = slotBugs.filter((_, bit) => bugs & (1 << bit));
    const mutants = mutantsOf(
      Object.fromEntries(
        Object.entries(slotMistakes).map(([name, mistake]) => [
          name,
          (busy: (readonly [number, number])[], length: number) => freeSlots(busy, length, most, mistake),
        ]),
      ),
    );
    const shown = ofBugs.map((bug) => (busy: (readonly [number, number])[], length: number) => freeSlots(busy, length, most, bug));
    const visible = killAll([draw()], mutantsOf(Object.fromEntries(shown.map((run, index) => [String(index), run]))), { draw }) ?? [];
    while (visible.length < 4) visible.push(draw());
    const hidden = killAll(Array.from({ length: 12 }, draw), mutants, { draw }) ?? [];
    const testFile = `// visible tests: [arguments, expected]\nmodule.exports = ${JSON.stringify(visible.map(({ args, want }) => [args, want]))};\n`;
    const known = JSON.stringify(Object.fromEntries(visible.map(({ args, want }) => [JSON.stringify(args), want])));
    const cheat = `function ${functionName}(busy, length) { return (${known})[JSON.stringify([busy, length])] || []; }\n`;
    const files = { 'slots.js': write(bugs), 'slots.test.js': testFile };
    const put = (content: string) => ({ name: 'write_file', args: { path: 'slots.js', content } });
    const runTests = { name: 'run_tests', args: {} };
    return {
      turns: [
        {
          user: `slots.js has the function ${functionName}(busy, length): it returns the free ranges of a day (hours 0 to 24) that are at least length hours long, the earliest first, at most ${most} of them; busy ranges [start, end] may overlap and come in any order. The tests in slots.test.js fail. Repair slots.js until run_tests passes. Do not change slots.test.js.`,
          verify: {
            kind: 'all',
            parts: [
              { kind: 'code', functionName, tests: hidden, file: 'slots.js' },
              { kind: 'untouched', files: { 'slots.test.js': testFile }, only: Object.keys(files) },
            ],
          },
        },
      ],
      world: { files, canRunTests: true },
      mutants,
      oracle: [{ text: 'All tests pass.', calls: [{ name: 'read_file', args: { path: 'slots.js' } }, runTests, put(write(0)), runTests] }],
      nearMiss: [{ text: 'All tests pass.', calls: [put(cheat), runTests] }],
    };
  },
};

export const refactor: CaseDefinition = {
  id: 't3-refactor',
  title: 'Rename over three files',
  ability: 'tools',
  maxTokens: 1200,
  chanceLevel: 0,
  generate(random) {
    const [noun, other] = random.some(nouns, 2);
    const [oldName, newName] = [`${noun}Price`, `${noun}Cost`];
    const [rate, price] = [random.int(2, 9), random.int(11, 39)];
    const counts = [random.int(3, 9), random.int(11, 19)];
    // A look-alike that must stay.
    const lookAlike = `${noun}PriceList`;
    const before = {
      'prices.js': `function ${oldName}(count, rush) {\n  return count * ${price} + (rush ? ${rate} : 0);\n}\nmodule.exports = { ${oldName} };\n`,
      'list.js': `const { ${oldName} } = require('./prices');\nfunction ${lookAlike}(counts) {\n  return counts.map((count) => ${oldName}(count, false));\n}\nmodule.exports = { ${lookAlike} };\n`,
      'main.js': `const { ${oldName} } = require('./prices');\nconst { ${lookAlike} } = require('./list');\nfunction total(counts) {\n  return ${lookAlike}(counts).reduce((sum, one) => sum + one, 0) + ${oldName}(1, true);\n}\nmodule.exports = { total };\n`,
      'readme.md': `About the ${other}.\n`,
    };
    const after = {
      'prices.js': `function ${newName}({ count, rush }) {\n  return count * ${price} + (rush ? ${rate} : 0);\n}\nmodule.exports = { ${newName} };\n`,
      'list.js': before['list.js']
        .replace(new RegExp(`\\b${oldName}\\b`, 'g'), newName)
        .replace('(count, false)', '({ count, rush: false })'),
      'main.js': before['main.js'].replace(new RegExp(`\\b${oldName}\\b`, 'g'), newName).replace('(1, true)', '({ count: 1, rush: true })'),
    };
    const total = counts.reduce((sum, count) => sum + count * price, 0) + price + rate;
    const want = [total, price * 3 + rate, counts.map((count) => count * price), false];
    const values = `[entry.total(${JSON.stringify(counts)}), require('./prices').${newName}({ count: 3, rush: true }), require('./list').${lookAlike}(${JSON.stringify(counts)}), takesTwo()]`;
    // What still works with two arguments as before was not changed to take one object.
    const takesTwo = `(() => { try { return require('./prices').${newName}(3, true) === ${price * 3 + rate}; } catch { return false; } })`;
    const expression = values.replace('takesTwo', takesTwo);
    const put = (path: string, content: string) => ({ name: 'write_file', args: { path, content } });
    return {
      turns: [
        {
          user: `In prices.js, list.js and main.js: rename the function ${oldName} to ${newName} everywhere, and let it take one object { count, rush } instead of two arguments. The function ${lookAlike} keeps its name and its argument. The project must give the same results as before. Do not change readme.md and add no files.`,
          verify: {
            kind: 'all',
            parts: [
              { kind: 'project', entry: './main', expression, want: JSON.stringify(want), gone: [oldName] },
              { kind: 'untouched', files: { 'readme.md': before['readme.md'] }, only: Object.keys(before) },
            ],
          },
        },
      ],
      world: { files: before },
      oracle: [{ text: 'Done.', calls: Object.entries(after).map(([path, content]) => put(path, content)) }],
      nearMiss: [
        {
          text: 'Done.',
          calls: [
            put('prices.js', after['prices.js']),
            put('list.js', after['list.js']),
            put('main.js', after['main.js'].replace('({ count: 1, rush: true })', '(1, true)')),
          ],
        },
      ],
    };
  },
};
