import type { ReportedRun } from './report-data.ts';

/** Folders of the person whose machine tested: they must not stand in a page that is passed on. */

/** A folder, and what is written in its place. */
export interface PrivatePath {
  readonly path: string;
  readonly shownAs: string;
}

/** Homes as systems name them: logs of other machines come here too. */
const anyHome = /(?:\/home\/|\/Users\/|\/root\b|[A-Za-z]:\\Users\\)[^\s/\\'":,]*/g;

/** Runs that can be passed on. Errors are luci's own words, so every home is taken out of them; what a model said stays, but for these folders. */
export function publishable(runs: readonly ReportedRun[], paths: readonly PrivatePath[]): readonly ReportedRun[] {
  return withoutPrivatePaths(runs, paths).map((run) => ({
    ...run,
    cases: run.cases.map((result) =>
      result.status === 'error' && result.reason ? { ...result, reason: result.reason.replace(anyHome, '~') } : result,
    ),
  }));
}

/** Any value with these folders replaced in all of its texts, the longest first; a folder of one name, as `/`, is left. */
function withoutPrivatePaths<T>(value: T, paths: readonly PrivatePath[]): T {
  const patterns = [...paths]
    .filter(({ path }) => path.length > 3)
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ path, shownAs }) => ({ pattern: patternOf(path), shownAs }));
  const clean = (text: string): string => patterns.reduce((left, { pattern, shownAs }) => left.replace(pattern, () => shownAs), text);
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return clean(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [clean(key), walk(inner)]));
  };
  return walk(value) as T;
}

/** The folder with either slash, as JSON writes it too; not as a part of a longer name, nor inside another folder. */
function patternOf(path: string): RegExp {
  const parts = path.split(/[\\/]+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w.~-])${parts.join('[\\\\/]{1,4}')}(?![\\w-])`, 'g');
}
