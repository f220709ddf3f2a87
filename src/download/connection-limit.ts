/** How many connections a transfer may have: as many as wanted, fewer where the server does not like that. */
export interface ConnectionLimit {
  readonly max: number;
  /** One fewer than there are now. */
  lower(active: number): void;
  /** The server asks for less; true when it did so shortly before as well. */
  isAskedAgain(): boolean;
  /** One more again, after a while without trouble. */
  recover(): void;
}

const recoverAfterMs = 30_000;
const askedAgainWithinMs = 10_000;
/** Of a limited rate each connection has at least so much: more of them would only wait for each other. */
const minShareBytesPerSecond = 128_000;

/** The limit of a transfer that should have so many connections, and whose rate may be limited. */
export function createConnectionLimit(wanted: number, bytesPerSecond = Number.POSITIVE_INFINITY): ConnectionLimit {
  const full = Math.max(1, Math.min(wanted, Math.floor(bytesPerSecond / minShareBytesPerSecond)));
  let max = full;
  let changedAtMs = performance.now();
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return {
    get max() {
      return max;
    },
    lower(active) {
      max = Math.max(1, Math.min(max, active) - 1);
      changedAtMs = performance.now();
    },
    isAskedAgain() {
      const isAgain = performance.now() - askedAtMs < askedAgainWithinMs;
      askedAtMs = performance.now();
      return isAgain;
    },
    recover() {
      if (max === full || performance.now() - changedAtMs <= recoverAfterMs) return;
      max += 1;
      changedAtMs = performance.now();
    },
  };
}
