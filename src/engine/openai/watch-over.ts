import { LuciError } from '../../base/errors.ts';

/** An eye on a server of ours that has gone silent: one that hangs is told from one that thinks. */

/** A signal that ends the request when its caller does, or when the server does not answer any more. */
export interface Watch extends Disposable {
  readonly signal: AbortSignal | undefined;
  /** Says that something came. */
  heard(): void;
}

const lookEveryMs = 1000;
const silenceMs = 1500;
// Two looks of 3 s: a server that swaps may be slow to answer once; with the silence before it is said within 10 s.
const maxMisses = 2;

/** Watches while undisposed; without `isAlive` there is only the caller's signal. */
export function watchOver(isAlive: (() => Promise<boolean>) | undefined, outer: AbortSignal | undefined): Watch {
  if (!isAlive) return { signal: outer, heard: () => undefined, [Symbol.dispose]: () => undefined };
  const hung = new AbortController();
  let heardAt = performance.now();
  let misses = 0;
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking || performance.now() - heardAt < silenceMs) return;
    isLooking = true;
    misses = (await isAlive()) ? 0 : misses + 1;
    isLooking = false;
    if (misses >= maxMisses)
      hung.abort(new LuciError('ENGINE_CRASHED', 'The engine does not answer any more; it was ended.', { hint: 'Run the command again.' }));
  }, lookEveryMs);
  return {
    signal: outer ? AbortSignal.any([outer, hung.signal]) : hung.signal,
    heard() {
      heardAt = performance.now();
      misses = 0;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
