import { type CaseDefinition, type CodeTest, fence, plain } from '../case.ts';
import { nouns } from '../vocabulary.ts';
import { languageNames } from './language.ts';

/** The cases of tier 3 that are about code. */

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A field that was reached, and how. */
interface Reached {
  readonly row: number;
  readonly column: number;
  /** Of {@link steps}; -1 at the start. */
  readonly direction: number;
  readonly broken: number;
  readonly cost: number;
}

const steps = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

type Grid = readonly (readonly number[])[];

/** Cheapest way over a grid from the upper left to the lower right; -1 where there is none. Entering a cell costs its number. */
function cheapestRoute(grid: Grid, walls: number, turnCost: number): number {
  const [height, width] = [grid.length, grid[0]?.length ?? 0];
  const best = new Map<string, number>();
  const open: Reached[] = [{ row: 0, column: 0, direction: -1, broken: 0, cost: 0 }];
  while (open.length > 0) {
    open.sort((a, b) => b.cost - a.cost);
    const here = open.pop();
    if (!here) break;
    if (here.row === height - 1 && here.column === width - 1) return here.cost;
    const key = `${here.row},${here.column},${here.direction},${here.broken}`;
    if ((best.get(key) ?? Number.POSITIVE_INFINITY) <= here.cost) continue;
    best.set(key, here.cost);
    open.push(...nextTo(here, grid, turnCost).filter(({ broken }) => broken <= walls));
  }
  return -1;
}

function nextTo(here: Reached, grid: Grid, turnCost: number): Reached[] {
  return steps.flatMap(([down, right], direction) => {
    const [row, column] = [here.row + down, here.column + right];
    const cell = grid[row]?.[column];
    if (cell === undefined) return [];
    const turn = here.direction >= 0 && here.direction !== direction ? turnCost : 0;
    const isWall = cell === 0;
    return [{ row, column, direction, broken: here.broken + (isWall ? 1 : 0), cost: here.cost + (isWall ? 1 : cell) + turn }];
  });
}

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
  maxTokens: 900,
  chanceLevel: 0,
  inPython: true,
  generate(random, language) {
    const [walls, turnCost, functionName] = [random.int(1, 2), random.int(2, 4), `route${random.int(111, 999)}`];
    let tests: CodeTest[];
    const grid = (): number[][] => {
      const [height, width] = [random.int(3, 5), random.int(3, 5)];
      const cells = Array.from({ length: height }, () =>
        Array.from({ length: width }, () => (random.next() < 0.35 ? 0 : random.int(1, 6))),
      );
      (cells[0] as number[])[0] = 1;
      (cells[height - 1] as number[])[width - 1] = 1;
      return cells;
    };
    const dies = (mutantWalls: number, mutantTurn: number): boolean =>
      tests.some(({ args, want }) => cheapestRoute(args[0] as number[][], mutantWalls, mutantTurn) !== want);
    do {
      tests = Array.from({ length: 10 }, grid).map((cells) => ({ args: [cells], want: cheapestRoute(cells, walls, turnCost) }));
    } while (!dies(walls - 1, turnCost) || !dies(walls + 1, turnCost) || !dies(walls, 0));
    const { name, aList, fence: mark } = languageNames[language];
    return plain(
      `Write a ${name} function ${functionName}(grid). grid is ${aList} of rows of whole numbers. You start in the upper left cell and want to reach the lower right one, moving up, down, left or right. Entering a cell costs its number. A 0 is a wall: at most ${walls} ${walls === 1 ? 'wall' : 'walls'} may be entered on the whole way, and entering one costs 1. Every time you move in another direction than in the move before, ${turnCost} is added (the first move is free of this). The start cell costs nothing. Return the lowest total cost, or -1 if there is no way. The grids are small. Reply with one code block.`,
      { kind: 'code', functionName, tests, language: language === 'python' ? language : undefined },
      fence(mark, routeSource[language](functionName, walls, turnCost)),
      fence(mark, routeSource[language](functionName, walls, 0)),
    );
  },
};

export const parser: CaseDefinition = {
  id: 't3-parser',
  title: 'A small language',
  ability: 'code',
  maxTokens: 1000,
  chanceLevel: 0,
  generate(random) {
    const sign = random.pick(['@', '~', '#']);
    const isMax = random.next() < 0.5;
    const functionName = `calc${random.int(111, 999)}`;
    const apply = (a: number, b: number): number => (isMax ? Math.max(a, b) : Math.abs(a - b));
    const wrong = (a: number, b: number): number => (isMax ? Math.min(a, b) : a - b);
    const expression = (depth: number): string => {
      const kind = random.next();
      if (depth === 0 || kind < 0.2) return String(random.int(0, 19));
      if (kind < 0.3) return `-${random.int(1, 19)}`;
      if (kind < 0.45) return `(${expression(depth - 1)})`;
      return `${expression(depth - 1)} ${random.pick(['+', '-', '*', sign, sign])} ${expression(depth - 1)}`;
    };
    let tests: CodeTest[];
    do {
      tests = ['7', ...Array.from({ length: 19 }, () => expression(4))].map((text) => ({
        args: [text],
        want: evaluate(text, sign, apply),
      }));
    } while (
      tests.filter(({ args, want }) => evaluate(String(args[0]), sign, wrong) !== want).length < 3 ||
      tests.some(({ want }) => Object.is(want, -0) || !Number.isSafeInteger(want))
    );
    const source = (call: string): string => fence('js', parserSource(functionName, sign, call));
    return plain(
      `Write a JavaScript function ${functionName}(text) that computes the value of an expression in a text. There are whole numbers, brackets ( ), a minus sign in front of a value, the usual + - * and the operator ${sign}, where a ${sign} b is ${isMax ? 'the larger of a and b' : 'the absolute difference of a and b'}. ${sign} binds tighter than *, but looser than a minus sign in front of a value, and groups from the right: a ${sign} b ${sign} c means a ${sign} (b ${sign} c). Spaces may stand anywhere between the parts. Do not use eval. Reply with one code block.`,
      { kind: 'code', functionName, tests },
      source(isMax ? 'Math.max(a, b)' : 'Math.abs(a - b)'),
      source(isMax ? 'Math.min(a, b)' : 'a - b'),
    );
  },
};

function evaluate(text: string, sign: string, apply: (a: number, b: number) => number): number {
  let at = 0;
  const eat = (char: string): boolean => {
    while (text[at] === ' ') at += 1;
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const atom = (): number => {
    if (eat('-')) return -atom();
    if (eat('(')) {
      const value = sum();
      eat(')');
      return value;
    }
    let digits = '';
    while (/\d/.test(text[at] ?? '')) {
      digits += text[at];
      at += 1;
    }
    return Number(digits);
  };
  const tight = (): number => {
    const value = atom();
    return eat(sign) ? apply(value, tight()) : value;
  };
  const product = (): number => {
    let value = tight();
    while (eat('*')) value *= tight();
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (;;) {
      if (eat('+')) value += product();
      else if (eat('-')) value -= product();
      else return value;
    }
  };
  return sum();
}

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

/** Free ranges of a day; each bit of `bugs` is one mistake. */
function freeSlots(busy: readonly (readonly [number, number])[], length: number, most: number, bugs: number): number[][] {
  const sorted = [...busy].sort((a, b) => (bugs & 1 ? a[1] - b[1] : a[0] - b[0]));
  const free: number[][] = [];
  let time = 0;
  for (const [start, end] of sorted) {
    if (start - time >= length) free.push([time, start]);
    time = bugs & 2 ? end : Math.max(time, end);
  }
  if (bugs & 4 ? 24 - time > length : 24 - time >= length) free.push([time, 24]);
  return free.slice(0, most);
}

export const repair: CaseDefinition = {
  id: 't3-repair',
  title: 'Repair until the tests pass',
  ability: 'tools',
  maxTokens: 2000,
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
      const busy = Array.from({ length: random.int(0, 5) }, () => {
        const start = random.int(0, 21);
        return [start, start + random.int(1, Math.min(6, 24 - start))] as const;
      });
      const length = random.int(1, 4);
      return { args: [busy, length], want: freeSlots(busy, length, most, 0) };
    };
    const fails =
      (bug: number) =>
      ({ args, want }: CodeTest): boolean =>
        !same(freeSlots(args[0] as never, args[1] as number, most, bug), want);
    const single = [1, 2, 4].filter((bug) => bugs & bug);
    let tests: CodeTest[];
    do tests = Array.from({ length: 24 }, draw);
    while (single.some((bug) => !tests.slice(0, 4).some(fails(bug)) || !tests.slice(4).some(fails(bug))));
    const [visible, hidden] = [tests.slice(0, 4), tests.slice(4)];
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
    const want = [total, price * 3 + rate, counts.map((count) => count * price)];
    const expression = `[entry.total(${JSON.stringify(counts)}), require('./prices').${newName}({ count: 3, rush: true }), require('./list').${lookAlike}(${JSON.stringify(counts)})]`;
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
