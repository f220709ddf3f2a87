import type { SandboxOptions } from './javascript.ts';
import { pythonImage } from './python-image.ts';
import { type PythonProcess, startPython } from './python-process.ts';
import type { SandboxLimits, SandboxResult } from './sandbox.ts';

/** Python of a model, run apart: a process for each answer, and one that is loading ahead of the next. */

/** What runs Python. Disposing of it ends the process that was loaded ahead. */
export interface PythonSandbox extends AsyncDisposable {
  /** Loads a process ahead, where none is: it takes seconds, which pass while a model writes. */
  warm(): void;
  /** The values of `name(*args)` for each list of arguments, in order. Throws TESTS_INCOMPLETE when the sandbox does not work. */
  callFunction(
    source: string,
    name: string,
    calls: readonly (readonly unknown[])[],
    options?: Pick<SandboxOptions, 'signal'>,
  ): Promise<SandboxResult<readonly unknown[]>>;
}

/** `memoryMB` is what Python itself may take; a process has some 160 MB more. */
export const pythonLimits: SandboxLimits = { timeMs: 6000, memoryMB: 256 };

/** A sandbox on an unpacked Pyodide. The first time it takes some seconds more. Throws TESTS_INCOMPLETE when Python does not start. */
export async function openPython(folder: string, { limits = pythonLimits, signal: opening }: SandboxOptions = {}): Promise<PythonSandbox> {
  const image = await pythonImage(folder, opening);
  let spare: PythonProcess | undefined;
  let last: { readonly job: string; readonly result: SandboxResult<readonly unknown[]> } | undefined;
  return {
    warm() {
      spare ??= startPython(folder, image, limits);
    },
    async callFunction(source, name, calls, { signal } = {}) {
      const job = JSON.stringify([source, name, calls]);
      // An answer is graded in several forms, which often hold the same code.
      if (last?.job === job) return last.result;
      const own = spare ?? startPython(folder, image, limits);
      spare = undefined; // Used once: what an answer changed in the interpreter ends with it.
      const told = await own.run({ source, name, calls: JSON.stringify(calls) }, signal);
      const result = 'failed' in told ? told : valuesIn(told.done, calls.length);
      last = { job, result };
      return result;
    },
    async [Symbol.asyncDispose]() {
      spare?.kill();
    },
  };
}

/** What came out is read as data of the one form there is. */
function valuesIn(text: string, count: number): SandboxResult<readonly unknown[]> {
  const none = { failed: 'it returned something that is no value of JSON' };
  try {
    const told = JSON.parse(text) as { done?: unknown; failed?: unknown };
    if (typeof told.failed === 'string') return { failed: told.failed.slice(0, 200) };
    if (!Array.isArray(told.done) || told.done.length !== count) return none;
    const values = told.done.map((value) => JSON.parse(String(value)) as unknown);
    return values.every((value) => Array.isArray(value) && value.length === 1)
      ? { done: values.map((value) => (value as unknown[])[0]) }
      : none;
  } catch {
    return none;
  }
}

const probe = `
def probe(module):
    try:
        __import__(module)
        return 'there'
    except ImportError:
        return 'closed'
`;

/**
 * Whether the sandbox works: right values, JavaScript out of reach, a loop stopped. That files, programs and threads are closed every
 * process makes sure of by itself. Throws TESTS_INCOMPLETE when it does not start.
 */
export async function testPython(folder: string, signal?: AbortSignal): Promise<boolean> {
  const stop = { signal };
  await using usual = await openPython(folder, stop);
  await using short = await openPython(folder, { limits: { ...pythonLimits, timeMs: 300 }, ...stop });
  const [values, loop] = await Promise.all([
    usual.callFunction(probe, 'probe', [['math'], ['js'], ['pyodide_js']], stop),
    short.callFunction('def loop():\n    while True:\n        pass\n', 'loop', [[]], stop),
  ]);
  return 'done' in values && values.done.join() === 'there,closed,closed' && 'failed' in loop && loop.failed === 'it took too long';
}
