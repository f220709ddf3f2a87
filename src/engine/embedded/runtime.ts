import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';

/** node-llama-cpp, started once. Only the engine process comes here. */

let started: Promise<Llama> | undefined;

/** The library with the best device of this machine. Nothing is ever built from source at the user's. */
export function startRuntime(): Promise<Llama> {
  started ??= getLlama({
    build: 'never',
    gpu: process.platform === 'darwin' && process.arch === 'arm64' ? 'auto' : false,
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
