import type { ByteReader } from './byte-reader.ts';
import { ggufError, MoreBytesNeeded } from './gguf-error.ts';
import { limits, type MetadataValue } from './limits.ts';

/** Sequential reading of a header in blocks; the only place that turns bytes into numbers and strings. */

const blockBytes = 64 * 1024;
const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/** A position that moves forward through the reader. */
export class HeaderCursor {
  position = 0;
  readonly #reader: ByteReader;
  readonly #maxBytes: number;
  #block: Uint8Array = new Uint8Array(0);
  #blockStart = 0;

  constructor(reader: ByteReader, maxBytes: number) {
    this.#reader = reader;
    this.#maxBytes = maxBytes;
  }

  async skip(length: number, what: string): Promise<void> {
    this.#requireRoom(length, what);
    this.position += length;
  }

  async u32(what: string): Promise<number> {
    return (await this.#view(4, what)).getUint32(0, true);
  }

  /** An unsigned 64-bit number that a double holds exactly. */
  async u64(what: string): Promise<number> {
    const value = (await this.#view(8, what)).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw ggufError(`${what} is ${value}`);
    return Number(value);
  }

  /** A count with an upper bound. */
  async count(what: string, limit: number): Promise<number> {
    const value = await this.u64(what);
    if (value > limit) throw ggufError(`${what} is ${value}; at most ${limit} are believed`);
    return value;
  }

  async string(what: string, limitBytes = limits.stringBytes): Promise<string> {
    const length = await this.count(`the length of ${what}`, limitBytes);
    return Buffer.from(await this.#bytes(length, what)).toString('utf8');
  }

  /** A value, and the number of its type; of an array, that of its items. */
  async value(key: string): Promise<{ readonly value: MetadataValue; readonly type: number }> {
    const type = await this.u32(`the type of ${key}`);
    if (type !== 9) return { value: await this.#scalar(type, key), type };
    const itemType = await this.u32(`the item type of ${key}`);
    return { value: await this.#array(key, itemType), type: itemType };
  }

  async #array(key: string, type: number): Promise<MetadataValue> {
    const count = await this.count(`the length of ${key}`, limits.arrayItems);
    if (type === 9) throw ggufError(`${key} is an array of arrays`);
    const bytes = scalarBytes[type];
    if (type !== 8 && bytes === undefined) throw ggufError(`${key} is an array of the unknown type ${type}`);
    if (count > limits.keptItems) {
      if (bytes === undefined) for (let item = 0; item < count; item += 1) await this.#skipString(key);
      else await this.skip(count * bytes, key);
      return { skippedItems: count };
    }
    const items: (string | number | boolean)[] = [];
    for (let item = 0; item < count; item += 1) items.push(await this.#scalar(type, key));
    return items;
  }

  async #skipString(key: string): Promise<void> {
    const length = await this.count(`the length of an item of ${key}`, limits.stringBytes);
    await this.skip(length, key);
  }

  async #scalar(type: number, key: string): Promise<string | number | boolean> {
    if (type === 8) return this.string(key);
    const bytes = scalarBytes[type];
    if (bytes === undefined) throw ggufError(`${key} has the unknown type ${type}`);
    const view = await this.#view(bytes, key);
    switch (type) {
      case 0:
        return view.getUint8(0);
      case 1:
        return view.getInt8(0);
      case 2:
        return view.getUint16(0, true);
      case 3:
        return view.getInt16(0, true);
      case 4:
        return view.getUint32(0, true);
      case 5:
        return view.getInt32(0, true);
      case 6:
        return view.getFloat32(0, true);
      case 7:
        return view.getUint8(0) !== 0;
      case 10:
        return Number(view.getBigUint64(0, true));
      case 11:
        return Number(view.getBigInt64(0, true));
      default:
        return view.getFloat64(0, true);
    }
  }

  async #view(length: number, what: string): Promise<DataView> {
    const bytes = await this.#bytes(length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  async #bytes(length: number, what: string): Promise<Uint8Array> {
    this.#requireRoom(length, what);
    const inBlock = this.position - this.#blockStart;
    if (inBlock < 0 || inBlock + length > this.#block.length) {
      this.#block = await this.#reader.read(this.position, Math.max(length, blockBytes));
      this.#blockStart = this.position;
    }
    const from = this.position - this.#blockStart;
    if (this.#block.length < from + length) {
      const end = this.#blockStart + this.#block.length;
      if (this.#reader.sizeBytes === undefined || this.#reader.sizeBytes > end) throw new MoreBytesNeeded();
      throw ggufError(`it is cut short inside ${what}`);
    }
    this.position += length;
    return this.#block.subarray(from, from + length);
  }

  #requireRoom(length: number, what: string): void {
    const end = this.position + length;
    if (end > this.#maxBytes) throw ggufError(`${what} would make the header longer than ${this.#maxBytes} bytes`);
    if (this.#reader.sizeBytes !== undefined && end > this.#reader.sizeBytes) throw ggufError(`it is cut short inside ${what}`);
  }
}
