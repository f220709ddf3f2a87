import { stopError } from '../../base/abort.ts';
import type { Prompt } from './prompt.ts';

/** Runs something in a chat that Ctrl+C stops, as it stops a command; the chat goes on. */
export async function interruptible<Result>(
  prompt: Prompt,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stopper = new AbortController();
  prompt.onInterrupt = () => stopper.abort(stopError('CANCELLED'));
  try {
    return await run(AbortSignal.any([signal, prompt.stopped, stopper.signal]));
  } finally {
    prompt.onInterrupt = undefined;
  }
}
