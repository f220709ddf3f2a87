import { parentPort, workerData } from 'node:worker_threads';
import wasmBinary from '@jitl/quickjs-wasmfile-release-sync/wasm';
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSContext, RELEASE_SYNC } from 'quickjs-emscripten';
import type { JavaScriptJob } from './javascript.ts';
import { type SandboxLimits, type SandboxResult, sandboxReady } from './sandbox.ts';

/** One job of JavaScript in QuickJS: WebAssembly inside a worker, without anything of Node's. */

const { job, limits } = workerData as { job: JavaScriptJob; limits: SandboxLimits };

run().then(
  (result) => parentPort?.postMessage(result),
  (error: unknown) => {
    throw error; // Not the job's doing: the parent sees a broken sandbox.
  },
);

async function run(): Promise<SandboxResult<readonly string[]>> {
  // A cap of its own: without it a growing array takes gigabytes before QuickJS notices.
  const pages = limits.memoryMB * 16;
  const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: Math.max(256, pages) });
  const module = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmBinary: wasmBinary.buffer, wasmMemory }));
  const runtime = module.newRuntime();
  runtime.setMemoryLimit((limits.memoryMB - 16) * 1024 ** 2);
  // With more, deep recursion ends the whole module.
  runtime.setMaxStackSize(200 * 1024);
  parentPort?.postMessage(sandboxReady);
  const endMs = performance.now() + limits.timeMs;
  runtime.setInterruptHandler(() => performance.now() > endMs);
  const context = runtime.newContext();
  const outputs: string[] = [];
  const surrounded = evaluate(context, `${job.world ?? ''}\n;undefined`, endMs);
  if ('failed' in surrounded) return surrounded;
  const prepared = evaluate(context, `${job.source}\n;undefined`, endMs);
  if ('failed' in prepared) return prepared;
  for (const expression of job.expressions) {
    const result = evaluate(context, expression, endMs);
    if ('failed' in result) return result;
    outputs.push(result.done);
  }
  return { done: outputs };
}

function evaluate(context: QuickJSContext, code: string, endMs: number): SandboxResult<string> {
  const result = context.evalCode(code, 'answer.js');
  if (result.error) {
    const dumped = context.dump(result.error) as { name?: string; message?: string } | string | null;
    result.error.dispose();
    if (performance.now() > endMs) return { failed: 'it took too long' };
    // QuickJS has no memory left even for the error.
    if (dumped === null) return { failed: 'it threw null, or took too much memory' };
    const text = typeof dumped === 'object' ? `${dumped.name ?? 'error'}: ${dumped.message ?? ''}` : String(dumped);
    return { failed: text.slice(0, 200) };
  }
  const text = context.getString(result.value).slice(0, 100_000);
  result.value.dispose();
  return { done: text };
}
