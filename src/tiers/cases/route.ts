/** The cheapest way over a grid with walls and turns, and named mistakes in the search for it. */

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

/** Rows of cells; 0 is a wall. */
export type Grid = readonly (readonly number[])[];

/** One mistake in the search. */
interface RouteMistake {
  readonly firstMoveTurns?: boolean;
  readonly wallCost?: number;
  readonly startCounts?: boolean;
  readonly endIsFree?: boolean;
  readonly directions?: readonly (readonly [down: number, right: number])[];
  /** Null is what JSON makes of Infinity. */
  readonly noWay?: number | null;
  /** What of a reached field tells it from another. */
  readonly state?: (reached: Reached) => string;
  readonly turnCost?: number;
  readonly walls?: number;
  readonly costOf?: (cell: number) => number;
}

/** Cheapest way over a grid from the upper left to the lower right; -1 where there is none. Entering a cell costs its number. */
export function cheapestRoute(grid: Grid, walls: number, turnCost: number, mistake: RouteMistake = {}): number | null {
  const { startCounts = false, endIsFree = false, noWay = -1, walls: maxWalls = walls, state = wholeState } = mistake;
  const [start = 0, end = 0] = [grid[0]?.[0], grid.at(-1)?.at(-1)];
  const best = new Map<string, number>();
  const open: Reached[] = [{ row: 0, column: 0, direction: -1, broken: 0, cost: (startCounts ? start : 0) - (endIsFree ? end : 0) }];
  for (;;) {
    open.sort((a, b) => b.cost - a.cost);
    const here = open.pop();
    if (!here) return noWay;
    if (isEnd(here, grid)) return here.cost;
    const key = state(here);
    if ((best.get(key) ?? Number.POSITIVE_INFINITY) <= here.cost) continue;
    best.set(key, here.cost);
    open.push(...nextTo(here, grid, turnCost, mistake).filter(({ broken }) => broken <= maxWalls));
  }
}

function wholeState({ row, column, direction, broken }: Reached): string {
  return `${row},${column},${direction},${broken}`;
}

function isEnd({ row, column }: Reached, grid: Grid): boolean {
  return row === grid.length - 1 && column === (grid[0]?.length ?? 0) - 1;
}

function nextTo(here: Reached, grid: Grid, turnCost: number, mistake: RouteMistake): Reached[] {
  const { firstMoveTurns = false, wallCost = 1, directions = steps, costOf = (cell) => cell } = mistake;
  return directions.flatMap(([down, right], direction) => {
    const [row, column] = [here.row + down, here.column + right];
    const cell = grid[row]?.[column];
    if (cell === undefined) return [];
    const turns = here.direction === -1 ? firstMoveTurns : here.direction !== direction;
    const isWall = cell === 0;
    const cost = here.cost + (isWall ? wallCost : costOf(cell)) + (turns ? (mistake.turnCost ?? turnCost) : 0);
    return [{ row, column, direction, broken: here.broken + (isWall ? 1 : 0), cost }];
  });
}

/** Nearly right searches. */
export function routeMistakes(walls: number, turnCost: number): Readonly<Record<string, RouteMistake>> {
  return {
    'one wall more': { walls: walls + 1 },
    'one wall less': { walls: walls - 1 },
    'any number of walls': { walls: 99 },
    'turns cost nothing': { turnCost: 0 },
    'turns cost one less': { turnCost: turnCost - 1 },
    'turns cost one more': { turnCost: turnCost + 1 },
    'the first move is a turn': { firstMoveTurns: true },
    'a wall costs nothing': { wallCost: 0 },
    'a wall costs two': { wallCost: 2 },
    'the start counts': { startCounts: true },
    'the end is free': { endIsFree: true },
    'only right and down': { directions: steps.slice(0, 2) },
    'never left': { directions: [steps[0], steps[1], [0, 0], steps[3]] },
    'never up': { directions: steps.slice(0, 3) },
    'aslant too': { directions: [...steps, [1, 1], [1, -1], [-1, 1], [-1, -1]] },
    'no way is Infinity': { noWay: null },
    'no way is 0': { noWay: 0 },
    'the state has no walls': { state: ({ row, column, direction }) => `${row},${column},${direction}` },
    'the state has no direction': { state: ({ row, column, broken }) => `${row},${column},${broken}` },
    'the state is the cell alone': { state: ({ row, column }) => `${row},${column}` },
    'cells cost one each': { costOf: () => 1 },
  };
}
