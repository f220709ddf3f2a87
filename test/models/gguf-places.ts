import { readSync } from 'node:fs';

/** Where things stand in a GGUF file, so that a copy can be changed in place. Knows little-endian files of version 3 only. */
export interface GgufPlaces {
  readonly values: ReadonlyMap<string, Place>;
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** Where the bytes of the tensors begin. */
  readonly dataAt: number;
}

/** A metadata value; of a list of texts also where each of them stands. */
export interface Place {
  readonly type: number;
  /** The bytes of the value; of a text those of its letters. */
  readonly at: number;
  readonly length: number;
  readonly items: readonly { readonly at: number; readonly length: number }[];
}

/** The bytes of a tensor. */
export interface TensorPlace {
  readonly type: number;
  readonly offset: number;
  /** Bytes up to the next tensor. */
  readonly length: number;
}

const sizeOfType = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const [textType, listType] = [8, 9];
/** Vocabularies with their merges fit into it. */
const maxHeadBytes = 64 * 1024 * 1024;

/** Reads the head of an open file of `sizeBytes`. */
export function readPlaces(file: number, sizeBytes: number): GgufPlaces {
  const head = Buffer.alloc(Math.min(maxHeadBytes, sizeBytes));
  readSync(file, head, 0, head.length, 0);
  const [tensorCount, valueCount] = [Number(head.readBigUInt64LE(8)), Number(head.readBigUInt64LE(16))];
  let at = 24;
  const text = (): { at: number; length: number } => {
    const length = Number(head.readBigUInt64LE(at));
    const place = { at: at + 8, length };
    at += 8 + length;
    return place;
  };
  const wordAt = (place: { at: number; length: number }): string => head.toString('utf8', place.at, place.at + place.length);
  const values = new Map<string, Place>();
  for (let index = 0; index < valueCount; index += 1) {
    const key = wordAt(text());
    const type = head.readUInt32LE(at);
    at += 4;
    values.set(key, readValue(type));
  }
  const infos = Array.from({ length: tensorCount }, () => {
    const name = wordAt(text());
    at += 4 + 8 * head.readUInt32LE(at);
    const info = { name, type: head.readUInt32LE(at), offset: Number(head.readBigUInt64LE(at + 4)) };
    at += 12;
    return info;
  });
  const alignment = values.get('general.alignment');
  const unit = alignment ? head.readUInt32LE(alignment.at) : 32;
  const dataAt = Math.ceil(at / unit) * unit;
  const starts = [...infos.map(({ offset }) => offset), sizeBytes - dataAt].sort((a, b) => a - b);
  const tensors = infos.map(({ name, ...info }) => {
    const end = starts.find((start) => start > info.offset) ?? sizeBytes - dataAt;
    return [name, { ...info, length: end - info.offset }] as const;
  });
  return { values, tensors: new Map(tensors), dataAt };

  function readValue(type: number): Place {
    if (type === textType) return { type, ...text(), items: [] };
    if (type !== listType) {
      const length = sizeOfType[type] ?? 0;
      at += length;
      return { type, at: at - length, length, items: [] };
    }
    const [itemType, count] = [head.readUInt32LE(at), Number(head.readBigUInt64LE(at + 4))];
    at += 12;
    const start = at;
    const items = itemType === textType ? Array.from({ length: count }, text) : [];
    if (itemType !== textType) at += count * (sizeOfType[itemType] ?? 0);
    return { type, at: start, length: at - start, items };
  }
}
