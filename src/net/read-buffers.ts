/**
 * The few buffers a connection reads into, again and again. One is read into while others are with whoever writes them to the disk:
 * memory stays the same however slow the disk is.
 */
export interface ReadBuffers {
  /** Bytes at hand that nobody was given yet. */
  readonly unread: Buffer;
  /** Whether the buffer that is read into has no room left. */
  readonly isFull: boolean;
  /** Whether so many buffers are handed out that reading should pause. */
  readonly isShort: boolean;
  /** Where the next bytes go. */
  space(): Uint8Array;
  /** So many bytes were put there. */
  added(bytes: number): void;
  /** Passes over unread bytes. */
  skip(bytes: number): void;
  /** Forgets what is unread. */
  clear(): void;
  /** Gives the unread bytes away; they stay as they are until `release` is called, which must happen once. */
  handOut(): { readonly piece: Uint8Array; readonly release: () => void };
}

const bufferBytes = 512 * 1024;
/** One is read into while two are on their way to the disk. */
const bufferCount = 3;
/** A buffer made because a pause came late is kept for the next time: thrown away, they would wait for the collector by the dozen. */
const maxFreeBuffers = 4;

/** Buffers for one connection. */
export function createReadBuffers(): ReadBuffers {
  const free: Buffer[] = [];
  let current: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let [start, end] = [0, 0];
  let handedOut = 0;
  return {
    get unread() {
      return current.subarray(start, end);
    },
    get isFull() {
      return end === current.length;
    },
    get isShort() {
      return handedOut >= bufferCount - 1;
    },
    space: () => current.subarray(end),
    added(bytes) {
      end += bytes;
    },
    skip(bytes) {
      start += bytes;
    },
    clear() {
      [start, end] = [0, 0];
    },
    handOut() {
      const buffer = current;
      const piece = buffer.subarray(start, end);
      // A pause takes hold a little late over TLS: then one more is made.
      current = free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
      [start, end] = [0, 0];
      handedOut += 1;
      const release = (): void => {
        handedOut -= 1;
        if (free.length < maxFreeBuffers) free.push(buffer);
      };
      return { piece, release };
    },
  };
}
