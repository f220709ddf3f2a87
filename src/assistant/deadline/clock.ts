import type { LuciError } from '../../base/errors.ts';

/** Time as an answer within a limit knows it. Tests have one of their own, in which a token takes as long as they say. */
export interface Clock {
  /** Milliseconds from some moment on. */
  now(): number;
  /** A signal that fires at that time with the reason; disposed of, it never does. */
  alarm(atMs: number, reason: LuciError): Alarm;
}

/** An alarm that was set. */
export interface Alarm extends Disposable {
  readonly signal: AbortSignal;
}

/** The time of this process: 0 is when it was started. */
export const processClock: Clock = {
  now: () => performance.now(),
  alarm(atMs, reason) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(reason), Math.min(2 ** 31 - 1, Math.max(0, atMs - performance.now())));
    return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
