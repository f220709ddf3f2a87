import type { Partial } from './partial.ts';

/** Mending a damaged copy: bytes of the source are compared with those on the disk, and only what differs is written. */

/** A partial whose data is there but not to be trusted. `onMended` is called after bytes that differed were replaced. */
export function comparing(partial: Partial, onMended: () => void): Partial {
  return {
    ...partial,
    async write(pieces, position) {
      const [first] = pieces;
      const wanted = first && pieces.length === 1 ? first : Buffer.concat(pieces);
      const there = Buffer.allocUnsafe(wanted.length);
      const { bytesRead } = await partial.handle.read(there, 0, there.length, position);
      if (bytesRead === wanted.length && there.equals(wanted)) return partial.have.add(position, position + wanted.length);
      await partial.write(pieces, position);
      onMended();
    },
  };
}

/** Reads of a whole file beside the transfer, at most. */
const maxChecks = 16;

/**
 * Finds out early that everything is mended: nobody knows how much is damaged, but a digest of the whole tells when it is not any more.
 * @param isRight whether the file has its digest now
 * @returns to be called after each mended place
 */
export function mendedEarly(
  { have }: Partial,
  totalBytes: number,
  { isRight, onRight }: { readonly isRight: () => Promise<boolean>; readonly onRight: () => void },
): () => void {
  let isChecking = false;
  let isWanted = false;
  let nextAtBytes = 0;
  const check = async (): Promise<void> => {
    if (isChecking || !isWanted || have.bytes < nextAtBytes) return;
    isChecking = true;
    isWanted = false;
    nextAtBytes = have.bytes + totalBytes / maxChecks;
    const right = await isRight().catch(() => false);
    isChecking = false;
    if (right) onRight();
    else await check();
  };
  return () => {
    isWanted = true;
    void check();
  };
}
