import { isLuciError, LuciError } from '../base/errors.ts';
import type { ModelFile } from '../base/model.ts';
import { checkGgufPrefix } from '../gguf/facts.ts';

/** Looks at the first bytes of a file as they come, so that a login page is refused before gigabytes have come. */
export interface HeaderCheck {
  /** Looks at bytes; those that do not go on from the ones seen are let pass. Throws when they are no model. */
  accept(piece: Uint8Array, position: number, totalBytes: number | undefined): Promise<void>;
  /** Whether the first bytes were seen, and nothing spoke against them. */
  readonly looksRight: boolean;
  restart(): void;
}

const maxBytes = 4 * 1024 ** 2;

/** A check of a file, or of one whose first bytes an earlier run has seen. */
export function createHeaderCheck(file: ModelFile, isSeen: boolean): HeaderCheck {
  let header: Uint8Array | undefined = isSeen ? undefined : new Uint8Array(0);
  let looksRight = isSeen;
  // Looked at again each time it has doubled: a header of megabytes is not read anew with every packet.
  let checkAtBytes = 1;
  return {
    get looksRight() {
      return looksRight;
    },
    async accept(piece, position, totalBytes) {
      if (!header || position > header.length || position + piece.length <= header.length) return;
      header = Buffer.concat([header, piece.subarray(header.length - position)]);
      if (header.length < checkAtBytes) return;
      checkAtBytes = header.length * 2;
      if ((await checkHeader(file, header, totalBytes)) || header.length > maxBytes) header = undefined;
      looksRight = true;
    },
    restart() {
      header = new Uint8Array(0);
      looksRight = false;
      checkAtBytes = 1;
    },
  };
}

async function checkHeader(file: ModelFile, header: Uint8Array, totalBytes: number | undefined): Promise<boolean> {
  try {
    return (await checkGgufPrefix(header, totalBytes)) !== undefined;
  } catch (error) {
    // Of a pinned file it is known that it is a model: then the source is what is wrong, and another one may be right.
    if (!isLuciError(error, 'GGUF_BROKEN') || file.sha256 === undefined) throw error;
    throw new LuciError(
      'SOURCE_BROKEN',
      `The source sent something else in place of ${file.name}: ${error.details.problem ?? error.message}`,
      {
        cause: error,
        details: { wrongBytes: true },
      },
    );
  }
}
