import type { SandboxOptions } from './javascript.ts';
import { runInSandbox, type SandboxResult } from './sandbox.ts';
import { statementsIn, withoutBrackets } from './sql-statements.ts';

/** SQL of a model, run apart on databases made for it. */

/** A query, and the SQL that makes each database. */
export interface SqlJob {
  readonly query: string;
  readonly databases: readonly string[];
}

/** Rows as SQLite gives them. */
export type SqlRows = readonly (readonly (string | number | null)[])[];

/** The rows of one SELECT on each database. Anything but one statement that reads is refused. */
export async function runSelect(
  query: string,
  databases: readonly string[],
  options: SandboxOptions = {},
): Promise<SandboxResult<readonly SqlRows[]>> {
  const [statement = '', ...more] = statementsIn(query).map(withoutBrackets);
  if (!/^(select|with)\b/i.test(statement)) return { failed: 'it is no SELECT' };
  if (more.length > 0) return { failed: 'it is more than one statement' };
  const job: SqlJob = { query: statement, databases };
  return runInSandbox<readonly SqlRows[]>('sql-sandbox.mjs', job, { limits: { timeMs: 4500, memoryMB: 64 }, ...options });
}

/** Whether the sandbox works. */
export async function testSql(signal?: AbortSignal): Promise<boolean> {
  const result = await runSelect('select sum(a) from t', ['create table t(a); insert into t values (2), (3);'], { signal });
  return 'done' in result && result.done[0]?.[0]?.[0] === 5;
}
