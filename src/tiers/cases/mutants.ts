import type { CodeTest, Mutant } from '../case.ts';

/** Named mistakes in right code, and hidden tests that tell each of them from it. */

/** Whether a mutant gives what is wanted for one list of arguments; what throws does not. */
export function agrees({ run }: Pick<Mutant, 'run'>, { args, want }: CodeTest, keepsInput = false): boolean {
  if (!run) return false;
  const given = structuredClone(args) as unknown[];
  try {
    const same = JSON.stringify(run(...given)) === JSON.stringify(want);
    return same && (!keepsInput || JSON.stringify(given) === JSON.stringify(args));
  } catch {
    return false;
  }
}

/** How many inputs are tried for one that tells a mutant. */
const maxDraws = 4000;

/**
 * Adds to the tests, for each mutant that passes them all, an input that tells it; undefined where none is found, and the parameters have
 * to be drawn again: there the rule that the mutant breaks does not matter.
 */
export function killAll(
  tests: readonly CodeTest[],
  mutants: readonly Mutant[],
  { draw, keepsInput = false }: { readonly draw: () => CodeTest; readonly keepsInput?: boolean },
): CodeTest[] | undefined {
  const all = [...tests];
  for (const mutant of mutants) {
    const survives = (test: CodeTest): boolean => agrees(mutant, test, keepsInput);
    for (let draws = 0; all.every(survives); draws += 1) {
      if (draws > maxDraws) return undefined;
      const test = draw();
      if (!survives(test)) all.push(test);
    }
  }
  return all;
}

/** Mutants from a record of names and functions. */
export function mutantsOf(functions: Readonly<Record<string, (...args: never[]) => unknown>>): Mutant[] {
  return Object.entries(functions).map(([name, run]) => ({ name, run: run as (...args: unknown[]) => unknown }));
}
