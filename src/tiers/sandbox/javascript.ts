import { runInSandbox, type SandboxLimits, type SandboxResult } from './sandbox.ts';

/** JavaScript of a model, run apart. */

/** Source to load, and expressions whose values are told as text. */
export interface JavaScriptJob {
  readonly source: string;
  readonly expressions: readonly string[];
}

/** How jobs are run. */
export interface SandboxOptions {
  readonly limits?: SandboxLimits;
  readonly signal?: AbortSignal;
}

/** The values of `name(...args)` for each list of arguments, in order. */
export async function callFunction(
  source: string,
  name: string,
  calls: readonly (readonly unknown[])[],
  options: SandboxOptions = {},
): Promise<SandboxResult<readonly unknown[]>> {
  // Captured before the answer's code runs, which may replace what it finds.
  const prelude = 'const $write = JSON.stringify;\n';
  const expressions = calls.map((args) => `$write([${name}(...${JSON.stringify(args)})])`);
  const result = await runInSandbox<readonly string[]>('javascript-sandbox.mjs', { source: prelude + source, expressions }, options);
  if ('failed' in result) return result;
  try {
    return { done: result.done.map((text) => (JSON.parse(text) as unknown[])[0]) };
  } catch {
    return { failed: 'it returned something that is no value of JSON' };
  }
}

/** For each text whether the pattern matches all of it. */
export async function matchPattern(
  pattern: string,
  texts: readonly string[],
  options: SandboxOptions = {},
): Promise<SandboxResult<readonly boolean[]>> {
  const source = `const $pattern = new RegExp(${JSON.stringify(`^(?:${pattern})$`)});`;
  const expressions = texts.map((text) => `String($pattern.test(${JSON.stringify(text)}))`);
  const result = await runInSandbox<readonly string[]>('javascript-sandbox.mjs', { source, expressions }, options);
  return 'failed' in result ? result : { done: result.done.map((text) => text === 'true') };
}

/** Whether the sandbox works: a right value, and a loop that is stopped. */
export async function testJavaScript(signal?: AbortSignal): Promise<boolean> {
  const stop = signal ? { signal } : {};
  const sum = await callFunction('function add(a, b) { return a + b }', 'add', [[2, 3]], stop);
  if (!('done' in sum) || sum.done[0] !== 5) return false;
  const limits = { timeMs: 200, memoryMB: 32 };
  return 'failed' in (await callFunction('function f() { for (;;); }', 'f', [[]], { limits, ...stop }));
}
