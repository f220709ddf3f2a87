import { parentPort, workerData } from 'node:worker_threads';
import initSqlJs from 'sql.js/dist/sql-wasm.js';
import wasmBinary from 'sql.js/dist/sql-wasm.wasm';
import { type SandboxLimits, type SandboxResult, sandboxReady } from './sandbox.ts';
import type { SqlJob, SqlRows } from './sql.ts';

/** One query on some databases in SQLite: WebAssembly inside a worker; files and extensions do not exist there. */

const { job, limits } = workerData as { job: SqlJob; limits: SandboxLimits };
const maxRows = 5000;

run().then(
  (result) => parentPort?.postMessage(result),
  (error: unknown) => {
    throw error;
  },
);

async function run(): Promise<SandboxResult<readonly SqlRows[]>> {
  const { Database } = await initSqlJs({ wasmBinary });
  parentPort?.postMessage(sandboxReady);
  const results: SqlRows[] = [];
  for (const content of job.databases) {
    const database = new Database();
    try {
      database.run(content);
      // SQLite's own cap: beyond it a query fails, and cannot raise it, being a SELECT.
      database.run(`pragma hard_heap_limit = ${limits.memoryMB * 1024 ** 2}`);
      const statement = database.prepare(job.query);
      const rows: unknown[][] = [];
      while (statement.step()) {
        rows.push(statement.get());
        if (rows.length > maxRows) return { failed: `it returns more than ${maxRows} rows` };
      }
      statement.free();
      results.push(rows as SqlRows);
    } catch (error) {
      return { failed: error instanceof Error ? error.message.slice(0, 200) : 'it fails' };
    } finally {
      database.close();
    }
  }
  return { done: results };
}
