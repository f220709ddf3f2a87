import type { RunOptions } from './javascript.ts';
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
    options?: Pick<RunOptions, 'signal'>,
  ): Promise<SandboxResult<readonly unknown[]>>;
}

/** `memoryMB` is what Python itself may take; a process has some 160 MB more. */
export const pythonLimits: SandboxLimits = { timeMs: 6000, memoryMB: 256 };

/** A sandbox on an unpacked Pyodide. */
export function openPython(folder: string, limits: SandboxLimits = pythonLimits): PythonSandbox {
  let spare: PythonProcess | undefined;
  return {
    warm() {
      spare ??= startPython(folder, limits);
    },
    async callFunction(source, name, calls, { signal } = {}) {
      const own = spare ?? startPython(folder, limits);
      spare = undefined; // Used once: what an answer changed in the interpreter ends with it.
      const result = await own.run({ source, name, calls: JSON.stringify(calls) }, signal);
      return 'failed' in result ? result : valuesIn(result.done, calls.length);
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
    return values.every((value) => Array.isArray(value) && value.length === 1) ? { done: values.map((value) => (value as unknown[])[0]) } : none;
  } catch {
    return none;
  }
}

/** Tries what the sandbox must not let through on this machine. */
const closed = `
def attempt(kind):
    if kind == 'sum':
        return 2 + 3
    try:
        if kind == 'program':
            import os
            return 'open' if os.system('exit 0') == 0 else 'closed'
        if kind == 'javascript':
            import js
            return 'open'
        if kind == 'pyodide':
            import pyodide_js
            return 'open'
    except BaseException:
        return 'closed'
`;

/** Whether the sandbox works: right values, what must be closed is closed, and a loop is stopped. Throws TESTS_INCOMPLETE when it does not start. */
export async function testPython(folder: string, signal?: AbortSignal): Promise<boolean> {
  const stop = signal ? { signal } : {};
  await using usual = openPython(folder);
  await using short = openPython(folder, { ...pythonLimits, timeMs: 300 });
  const [values, loop] = await Promise.all([
    usual.callFunction(closed, 'attempt', [['sum'], ['program'], ['javascript'], ['pyodide']], stop),
    short.callFunction('def loop():\n    while True:\n        pass\n', 'loop', [[]], stop),
  ]);
  return 'done' in values && values.done.join() === '5,closed,closed,closed' && 'failed' in loop && loop.failed === 'it took too long';
}
