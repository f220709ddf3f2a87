import { createRequire } from 'node:module';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';

/** node-llama-cpp, started once. Only the engine process comes here. */

let started: Promise<Llama> | undefined;

/** Apple silicon has one in the engine's own package; elsewhere `luci runtime add vulkan|cuda` puts one beside it. */
function hasGpuLibrary(): boolean {
  if (process.platform === 'darwin') return process.arch === 'arm64';
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  return ['vulkan', 'cuda'].some((kind) => {
    try {
      return require.resolve(`@node-llama-cpp/${platform}-${kind}`) !== '';
    } catch {
      return false; // Not added.
    }
  });
}

/** The library with the best device of this machine. Nothing is ever built from source at the user's. */
export function startRuntime(): Promise<Llama> {
  started ??= getLlama({
    build: 'never',
    gpu: hasGpuLibrary() ? 'auto' : false,
    skipDownload: true,
    logLevel: LlamaLogLevel.warn,
    logger: (_level, message) => void process.stderr.write(`${message.trimEnd()}\n`),
  }).catch((cause: unknown) => {
    started = undefined;
    throw new LuciError('ENGINE_FAILED', 'The embedded engine does not start on this machine.', {
      hint: 'npm ci --omit=dev in the folder of luci puts its parts back',
      cause,
      details: { reason: cause instanceof Error ? cause.message.slice(0, 300) : 'unknown' },
    });
  });
  return started;
}
