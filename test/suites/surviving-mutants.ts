import type { Instance, Verifier } from '../../src/tiers/case.ts';
import { agrees } from '../../src/tiers/cases/mutants.ts';
import { runSelect } from '../../src/tiers/sandbox/sql.ts';

/** Which named mistakes of an instance its hidden tests let pass: functions run here, queries in the sandbox, patterns as `.test()` has them. */
export async function survivingMutants({ turns, mutants = [] }: Instance): Promise<readonly string[]> {
  const verify = graded(turns.at(-1)?.verify);
  if (verify?.kind === 'code') {
    const { tests, keepsInput } = verify;
    return mutants.filter((mutant) => tests.every((test) => agrees(mutant, test, keepsInput))).map(({ name }) => name);
  }
  if (verify?.kind === 'regex') return mutants.filter(({ pattern = '' }) => fits(pattern, verify)).map(({ name }) => name);
  return verify?.kind === 'sql' ? survivingQueries(verify, mutants) : [];
}

function graded(verify: Verifier | undefined): Verifier | undefined {
  return verify?.kind === 'all' ? verify.parts[0] : verify;
}

function fits(pattern: string, { matches, rejects }: Extract<Verifier, { kind: 'regex' }>): boolean {
  const [, source = pattern, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(pattern) ?? [];
  const test = (text: string): boolean => new RegExp(source, flags).test(text);
  return matches.every(test) && !rejects.some(test);
}

async function survivingQueries(
  { databases, reference }: Extract<Verifier, { kind: 'sql' }>,
  mutants: NonNullable<Instance['mutants']>,
): Promise<readonly string[]> {
  const rowsOf = async (query: string): Promise<string> => {
    const result = await runSelect(query, databases);
    // A mutant that is no query proves nothing.
    if ('failed' in result) throw new Error(`${query}: ${result.failed}`);
    return JSON.stringify(result.done);
  };
  const wanted = await rowsOf(reference);
  const survivors: string[] = [];
  for (const { name, query = '' } of mutants) if ((await rowsOf(query)) === wanted) survivors.push(name);
  return survivors;
}
