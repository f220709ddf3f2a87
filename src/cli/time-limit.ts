import { LuciError } from '../base/errors.ts';
import { formatDuration } from '../base/units.ts';

/** A time after which a command gives up by itself. */

/** Longer timers of Node fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** A signal that also fires after so many seconds, with TIMED_OUT; none and 0 set no limit. Dispose it when the work is done. */
export function timeLimit(signal: AbortSignal, seconds: number | undefined): Disposable & { readonly signal: AbortSignal } {
  if (!seconds) return { signal, [Symbol.dispose]: () => undefined };
  const controller = new AbortController();
  const reason = new LuciError(
    'TIMED_OUT',
    `There was no whole answer within ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}.`,
    {
      hint: 'Give it more time with --timeout, ask for less with --max-tokens, or take a smaller model with -m.',
    },
  );
  const timer = setTimeout(() => controller.abort(reason), Math.min(seconds * 1000, maxTimerMs));
  return { signal: AbortSignal.any([signal, controller.signal]), [Symbol.dispose]: () => clearTimeout(timer) };
}
