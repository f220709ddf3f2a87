import type { ByteReader } from './byte-reader.ts';
import { HeaderCursor } from './cursor.ts';
import { foreignFileName } from './foreign-file.ts';
import { ggufError, MoreBytesNeeded } from './gguf-error.ts';
import { limits, type MetadataValue } from './limits.ts';
import { type TensorType, tensorTypeOf } from './tensor-type.ts';

/**
 * The header of a GGUF file: metadata and the table of tensors. Every count, length and offset is checked before it is used.
 * Source of the format: docs/gguf.md of ggml, versions 2 and 3 (1 had other widths and is refused, as the engines do).
 */

/** A tensor's place in the file. */
export interface TensorInfo {
  readonly name: string;
  /** Row length first. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** From the start of the data. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** A checked header. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Numbers of the types the values are stored as; of an array, that of its items. */
  readonly types: ReadonlyMap<string, number>;
  readonly tensors: readonly TensorInfo[];
  /** Where tensor data begins. */
  readonly dataOffsetBytes: number;
  /** The least size the file must have. */
  readonly requiredBytes: number;
}

/**
 * Reads and checks the header.
 * @throws GGUF_BROKEN for every broken form; MoreBytesNeeded when the reader ends before the header and the file does not
 */
export async function readGgufHeader(reader: ByteReader): Promise<GgufHeader> {
  const start = await reader.read(0, 256);
  if (start.length < 4 && (reader.sizeBytes ?? 0) <= start.length) throw ggufError(`it is ${start.length} bytes long`);
  const magic = Buffer.from(start.subarray(0, 4)).toString('latin1');
  if (magic.length < 4 && 'GGUF'.startsWith(magic)) throw new MoreBytesNeeded();
  if (magic !== 'GGUF') throw ggufError(`it is ${foreignFileName(start)}`);
  const cursor = new HeaderCursor(reader, limits.headerBytes);
  await cursor.skip(4, 'the magic');
  const version = await cursor.u32('the version');
  if (version >= 0x10000 && (version & 0xffff) === 0) throw ggufError('it is big-endian, which this machine cannot run');
  if (version < 2 || version > 3) throw ggufError(`its GGUF version is ${version}; 2 and 3 are known`);
  const tensorCount = await cursor.count('the number of tensors', limits.tensors);
  const keyCount = await cursor.count('the number of keys', limits.keys);
  const { metadata, types } = await readMetadata(cursor, keyCount);
  const alignment = alignmentOf(metadata, types);
  const tensors = await readTensors(cursor, tensorCount, alignment);
  const dataOffsetBytes = Math.ceil(cursor.position / alignment) * alignment;
  const requiredBytes = dataOffsetBytes + tensors.reduce((end, tensor) => Math.max(end, tensor.offsetBytes + tensor.sizeBytes), 0);
  if (!Number.isSafeInteger(requiredBytes)) throw ggufError('its tensors end beyond any file');
  if (reader.sizeBytes !== undefined && reader.sizeBytes < requiredBytes) {
    throw ggufError(`it is cut short: ${reader.sizeBytes} bytes of at least ${requiredBytes}`, {
      sizeBytes: reader.sizeBytes,
      requiredBytes,
    });
  }
  return { version, metadata, types, tensors, dataOffsetBytes, requiredBytes };
}

async function readMetadata(cursor: HeaderCursor, keyCount: number): Promise<Pick<GgufHeader, 'metadata' | 'types'>> {
  const types = new Map<string, number>();
  const metadata = new Map<string, MetadataValue>();
  for (let index = 0; index < keyCount; index += 1) {
    const key = await cursor.string(`key ${index + 1}`, limits.nameBytes);
    if (key === '') throw ggufError(`key ${index + 1} has no name`);
    if (metadata.has(key)) throw ggufError(`it has the key ${key} twice`);
    const { value, type } = await cursor.value(key);
    metadata.set(key, value);
    types.set(key, type);
  }
  return { metadata, types };
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>, types: ReadonlyMap<string, number>): number {
  const value = metadata.get('general.alignment') ?? 32;
  if ((types.get('general.alignment') ?? 4) !== 4) throw ggufError('general.alignment is not stored as a 32-bit whole number');
  if (typeof value !== 'number' || value < 1 || value > 65_536 || (value & (value - 1)) !== 0)
    throw ggufError(`general.alignment is ${String(value)}, not a power of two`);
  return value;
}

async function readTensors(cursor: HeaderCursor, tensorCount: number, alignment: number): Promise<TensorInfo[]> {
  const tensors: TensorInfo[] = [];
  const names = new Set<string>();
  let expectedOffset = 0;
  for (let index = 0; index < tensorCount; index += 1) {
    const name = await cursor.string(`the name of tensor ${index + 1}`, limits.tensorNameBytes);
    if (names.has(name)) throw ggufError(`it has the tensor ${name} twice`);
    names.add(name);
    const tensor = await readTensor(cursor, name);
    if (tensor.offsetBytes !== expectedOffset) {
      throw ggufError(`tensor ${name} is at ${tensor.offsetBytes} where ${expectedOffset} is expected`);
    }
    expectedOffset += Math.ceil(tensor.sizeBytes / alignment) * alignment;
    tensors.push(tensor);
  }
  return tensors;
}

async function readTensor(cursor: HeaderCursor, name: string): Promise<TensorInfo> {
  const dimensions = await cursor.u32(`the dimensions of ${name}`);
  if (dimensions < 1 || dimensions > 4) throw ggufError(`tensor ${name} has ${dimensions} dimensions; 1 to 4 are possible`);
  const shape: number[] = [];
  let weights = 1;
  for (let axis = 0; axis < dimensions; axis += 1) {
    const length = await cursor.u64(`the shape of ${name}`);
    weights *= length;
    if (length === 0 || !Number.isSafeInteger(weights)) throw ggufError(`tensor ${name} has an impossible shape`);
    shape.push(length);
  }
  const typeId = await cursor.u32(`the type of ${name}`);
  const type = tensorTypeOf(typeId);
  if (!type) throw ggufError(`tensor ${name} has the unknown type ${typeId}`);
  if ((shape[0] ?? 0) % type.blockWeights !== 0)
    throw ggufError(`tensor ${name} has rows of ${shape[0]}, no multiple of ${type.blockWeights} as ${type.name} needs`);
  const offsetBytes = await cursor.u64(`the offset of ${name}`);
  const sizeBytes = (weights / type.blockWeights) * type.blockBytes;
  if (!Number.isSafeInteger(offsetBytes + sizeBytes)) throw ggufError(`tensor ${name} ends beyond any file`);
  return { name, shape, type, offsetBytes, sizeBytes };
}
