import { LuciError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import type { Transfer } from './transfer.ts';

/** Where another source has the same bytes, one that sends next to nothing is not waited for. */

/** Less than this over the window is next to nothing, for all connections together. */
const minBytesPerSecond = 1000;
/** The window: so many times as long as a connection may be silent, a minute by default. */
const windowSilences = 4;

/** A watch that is ended when it is disposed. */
export interface ThroughputWatch extends Disposable {
  /** Aborted with NETWORK_FAILED (not to be tried again). */
  readonly signal: AbortSignal;
}

/** Watches a transfer from a host. */
export function watchThroughput(transfer: Transfer, host: string): ThroughputWatch {
  const controller = new AbortController();
  const windowMs = windowSilences * transfer.silenceMs;
  const minBytes = (Math.min(minBytesPerSecond, (transfer.limiter.bytesPerSecond ?? Number.POSITIVE_INFINITY) / 2) * windowMs) / 1000;
  let bytesThen = transfer.receivedBytes;
  const timer = setInterval(() => {
    const bytes = transfer.receivedBytes - bytesThen;
    bytesThen = transfer.receivedBytes;
    if (bytes >= minBytes) return;
    const rate = formatBytes((bytes * 1000) / windowMs);
    controller.abort(
      new LuciError('NETWORK_FAILED', `${host} sent no more than ${rate}/s over the last ${Math.round(windowMs / 1000)} s`, {
        details: { host, retryable: false },
      }),
    );
  }, windowMs);
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
