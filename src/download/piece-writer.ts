import type { Transfer } from './transfer.ts';

/** Gathers small pieces into large writes; the next ones are received while a write is under way. */
export interface PieceWriter {
  /** The piece goes behind the last one, unless its place is given. */
  push(piece: Uint8Array, at?: number): Promise<void>;
  /** Writes the rest; done when all of it is with the system. */
  flush(): Promise<void>;
}

const writeBytes = 1024 ** 2;
/** On a slow line pieces do not wait longer than this: what is not written is lost by a crash. */
const writeEveryMs = 300;

/** A writer that goes on from a place in the file. */
export function createPieceWriter(transfer: Transfer, start: number): PieceWriter {
  let position = start;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let underWay: Promise<void> = Promise.resolve();
  let writtenAtMs = performance.now();
  const writeOut = async (): Promise<void> => {
    await underWay;
    if (bytes === 0) return;
    underWay = transfer.write(pieces, position);
    underWay.catch(() => undefined); // Thrown by the next push or flush.
    position += bytes;
    pieces = [];
    bytes = 0;
    writtenAtMs = performance.now();
  };
  return {
    async push(piece, at = position + bytes) {
      if (at !== position + bytes) {
        await writeOut();
        position = at;
      }
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= writeBytes || performance.now() - writtenAtMs > writeEveryMs) await writeOut();
    },
    async flush() {
      await writeOut();
      await underWay;
    },
  };
}
