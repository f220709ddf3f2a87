import { Worker } from 'node:worker_threads';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { type Part, partPath } from '../../base/parts.ts';

/** Running what a model wrote: a worker for each answer, ended by its parent when it takes too long. Expected values never go in. */

/** How a job ended. `failed` is the job's own doing (an exception, a limit); a sandbox that is broken throws instead. */
export type SandboxResult<T> = { readonly done: T } | { readonly failed: string };

/** What a job may take. */
export interface SandboxLimits {
  readonly timeMs: number;
  readonly memoryMB: number;
}

/** Six seconds is ten times what any reference solution takes on a slow machine. */
export const defaultLimits: SandboxLimits = { timeMs: 6000, memoryMB: 64 };

/** What a worker says when its engine is loaded and the job's own code has not begun. */
export const sandboxReady = 'ready';

/** Loading the engine is no time of the job's, however busy the machine is; beyond this the sandbox is broken. */
const loadTimeoutMs = 120_000;

/** Runs one job in a fresh worker. Throws TESTS_INCOMPLETE when the sandbox itself does not work. */
export function runInSandbox<T>(
  part: Part,
  job: unknown,
  { limits = defaultLimits, signal }: { limits?: SandboxLimits; signal?: AbortSignal } = {},
): Promise<SandboxResult<T>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const worker = new Worker(partPath(part), {
      workerData: { job, limits },
      env: {},
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMB + 64, stackSizeMb: 4 },
    });
    // What is printed there goes nowhere.
    worker.stdout.resume();
    worker.stderr.resume();
    let isSettled = false;
    const settle = (act: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      void worker.terminate();
      act();
    };
    const stop = (): void => settle(() => signal && reject(abortError(signal)));
    let timer = setTimeout(
      () => settle(() => reject(brokenSandbox(part, `it is not ready after ${loadTimeoutMs / 1000} s`))),
      loadTimeoutMs,
    );
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (told: SandboxResult<T> | typeof sandboxReady) => {
      if (told !== sandboxReady) return settle(() => resolve(told));
      if (isSettled) return;
      clearTimeout(timer);
      // The job's own limit strikes first; this one is for jobs that do not let it.
      timer = setTimeout(() => settle(() => resolve({ failed: 'it took too long' })), limits.timeMs + 1500);
    });
    worker.once('error', (error: NodeJS.ErrnoException) =>
      settle(() =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? resolve({ failed: 'it took too much memory' })
          : reject(brokenSandbox(part, error.message)),
      ),
    );
    worker.once('exit', (exitCode) => settle(() => reject(brokenSandbox(part, `ended with ${exitCode} and without a word`))));
  });
}

/** A sandbox that does not work: the case is an error of ours, never the model's. */
export function brokenSandbox(part: Part, why: string): LuciError {
  return new LuciError('TESTS_INCOMPLETE', `The sandbox ${part.replace('.mjs', '')} does not work: ${why}`);
}
