import type { ToolResult } from './tool.ts';

/** A model that makes the same call again and gets the same result again goes in circles. */
export interface RepeatedCalls {
  /** Counts a result; how often the same call has now given just this in a row. `isChange`: of a tool that may change things. */
  count(result: ToolResult, isChange: boolean): number;
  /** The result that the same call has without being made again: the user refused it, or what it changes was just changed by it. */
  known(name: string, args: unknown): ToolResult | undefined;
}

/** For one question. */
export function createRepeatedCalls(): RepeatedCalls {
  const seen = new Map<string, { readonly result: ToolResult; readonly times: number }>();
  let lastChange: string | undefined;
  return {
    count(result, isChange) {
      const key = keyOf(result.call.name, result.call.arguments);
      const before = seen.get(key);
      // What was refused stays refused, whatever is said of the same call afterwards.
      if (before?.result.facts?.refused) return before.times + 1;
      const times = before?.result.content === result.content ? before.times + 1 : 1;
      seen.set(key, { result, times });
      if (isChange && !result.isError) lastChange = key;
      return times;
    },
    known(name, args) {
      const key = keyOf(name, args);
      const before = seen.get(key)?.result;
      return before?.facts?.refused || (before !== undefined && lastChange === key) ? before : undefined;
    },
  };
}

/** The order of arguments means nothing. */
function keyOf(name: string, args: unknown): string {
  const entries = typeof args === 'object' && args !== null ? Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)) : args;
  return JSON.stringify([name, entries]);
}
