import { asScript, javascriptWorld } from './javascript-world.ts';
import { runInSandbox, type SandboxLimits, type SandboxResult } from './sandbox.ts';

/** JavaScript of a model, run apart. */

/** Source to load, and expressions whose values are told as text. */
export interface JavaScriptJob {
  /** What stands there before the source is loaded, which may declare the same names. */
  readonly world?: string;
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
  // `$write` is captured before the answer's code runs, which may replace what it finds.
  const found = `(typeof ${name} === 'undefined' ? $exported(${JSON.stringify(name)}) : ${name})`;
  const expressions = calls.map((args) => `$write([${found}(...${JSON.stringify(args)})])`);
  const job: JavaScriptJob = { world: javascriptWorld, source: asScript(source), expressions };
  const result = await runInSandbox<readonly string[]>('javascript-sandbox.mjs', job, options);
  if ('failed' in result) return result;
  try {
    return { done: result.done.map((text) => (JSON.parse(text) as unknown[])[0]) };
  } catch {
    return { failed: 'it returned something that is no value of JSON' };
  }
}

/** A pattern and its flags, as in `/[a-z]+/i`. */
export interface Pattern {
  readonly source: string;
  readonly flags: string;
}

/** For each text whether `.test()` of the pattern says yes. */
export async function matchPattern(
  { source: written, flags }: Pattern,
  texts: readonly string[],
  options: SandboxOptions = {},
): Promise<SandboxResult<readonly boolean[]>> {
  const pattern = `new RegExp(${JSON.stringify(written)}, ${JSON.stringify(flags)})`;
  // Made anew each time: some flags remember where the last match ended.
  const job: JavaScriptJob = {
    source: `${pattern};`,
    expressions: texts.map((text) => `String(${pattern}.test(${JSON.stringify(text)}))`),
  };
  const result = await runInSandbox<readonly string[]>('javascript-sandbox.mjs', job, options);
  return 'failed' in result ? result : { done: result.done.map((text) => text === 'true') };
}

/** Whether the sandbox works: a right value, and a loop that is stopped. */
export async function testJavaScript(signal?: AbortSignal): Promise<boolean> {
  const stop = { signal };
  const sum = await callFunction('function add(a, b) { return a + b }', 'add', [[2, 3]], stop);
  if (!('done' in sum) || sum.done[0] !== 5) return false;
  const limits = { timeMs: 200, memoryMB: 32 };
  return 'failed' in (await callFunction('function f() { for (;;); }', 'f', [[]], { limits, ...stop }));
}
