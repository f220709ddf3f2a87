import { closeSync, copyFileSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { type GgufPlaces, type Place, readPlaces } from './gguf-places.ts';

/** Damaged copies of a model: each loads, and none of them is the model any more. */

/** A kind of damage: what it is called, and how it is done to an open copy. */
interface Damage {
  readonly name: string;
  apply(copy: Copy): void;
}

interface Copy {
  readonly file: number;
  readonly places: GgufPlaces;
  /** How many layers the model has. */
  readonly layers: number;
}

/** Copies `from` to `to` and damages the copy. */
export function writeDamaged(from: string, to: string, { apply }: Damage): void {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  try {
    const places = readPlaces(file, fstatSync(file).size);
    apply({ file, places, layers: [...places.tensors.keys()].filter((name) => name.endsWith('.attn_norm.weight')).length });
  } finally {
    closeSync(file);
  }
}

/** All kinds of damage. */
export const damages: readonly Damage[] = [
  {
    name: 'template swapped',
    apply: (copy) =>
      overwriteText(copy, 'tokenizer.chat_template', "{% for m in messages %}### {{ m['role'] }}: {{ m['content'][:12] }}\n{% endfor %}"),
  },
  { name: 'no end token', apply: (copy) => noEndToken(copy) },
  { name: 'noise in one tensor', apply: (copy) => changeTensor(copy, `blk.${middle(copy)}.ffn_down.weight`, noise) },
  {
    name: 'embeddings of the words half zeroed',
    apply: (copy) => changeTensor(copy, 'token_embd.weight', (bytes) => bytes.fill(0, 0, bytes.length >> 1)),
  },
  { name: 'tensor zeroed', apply: (copy) => changeTensor(copy, 'blk.0.ffn_down.weight', (bytes) => bytes.fill(0)) },
  { name: 'pieces of the tokenizer swapped', apply: (copy) => rotateTexts(copy, 'tokenizer.ggml.tokens') },
  { name: 'merges of the tokenizer swapped', apply: (copy) => rotateTexts(copy, 'tokenizer.ggml.merges') },
  { name: 'wrong epsilon', apply: (copy) => changeFloat(copy, '.attention.layer_norm_rms_epsilon', () => 10) },
  { name: 'wrong base of the positions', apply: (copy) => changeFloat(copy, '.rope.freq_base', () => 20) },
  { name: 'layers swapped', apply: (copy) => swapLayers(copy, 1, copy.layers - 2) },
  { name: 'layers in reverse', apply: (copy) => reverseLayers(copy) },
  { name: 'wrong scale', apply: (copy) => changeTensor(copy, `blk.${middle(copy)}.ffn_norm.weight`, scaled) },
  {
    name: 'bytes shifted',
    apply: (copy) => changeTensor(copy, `blk.${middle(copy)}.attn_output.weight`, (bytes) => bytes.copyWithin(1, 0)),
  },
];

function middle({ layers }: Copy): number {
  return layers >> 1;
}

/** A text in the place of another that is as long or longer; blanks fill the rest. */
function overwriteText({ file, places }: Copy, key: string, text: string): void {
  const place = places.values.get(key);
  if (!place || place.length < text.length) throw new Error(`there is no room for ${key}`);
  writeSync(file, text.padEnd(place.length), place.at);
}

/** The ids that end an answer become that of an ordinary piece, and the template's own marks of an end go. */
function noEndToken({ file, places }: Copy): void {
  for (const key of ['tokenizer.ggml.eos_token_id', 'tokenizer.ggml.eot_token_id', 'tokenizer.ggml.padding_token_id']) {
    const place = places.values.get(key);
    if (place) writeNumber(file, place, 0);
  }
  for (const { at, length } of places.values.get('tokenizer.ggml.tokens')?.items ?? []) {
    const piece = readBytes(file, at, length).toString();
    if (/^<\|(im_end|endoftext|eot_id)\|>$/.test(piece)) writeSync(file, 'x'.repeat(length), at);
  }
}

function changeTensor({ file, places }: Copy, name: string, change: (bytes: Buffer) => void): void {
  const tensor = places.tensors.get(name);
  if (!tensor) throw new Error(`there is no tensor ${name}`);
  const at = places.dataAt + tensor.offset;
  const bytes = readBytes(file, at, tensor.length);
  change(bytes);
  writeSync(file, bytes, 0, bytes.length, at);
}

/** Every second byte from a sequence of its own, the same each time; scales of blocks may become anything. */
function noise(bytes: Buffer): void {
  let state = 12345;
  for (let index = 0; index < bytes.length; index += 2) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[index] = state >>> 24;
  }
}

/** Norms are kept as 32-bit numbers. */
function scaled(bytes: Buffer): void {
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeFloatLE(bytes.readFloatLE(at) * 200, at);
}

/** Texts of one length change their places in a ring, so that the file keeps its form. */
function rotateTexts({ file, places }: Copy, key: string): void {
  const byLength = new Map<number, Place['items'][number][]>();
  for (const item of places.values.get(key)?.items ?? []) {
    const group = byLength.get(item.length);
    if (group) group.push(item);
    else byLength.set(item.length, [item]);
  }
  for (const group of byLength.values()) {
    const texts = group.map(({ at, length }) => readBytes(file, at, length));
    for (const [index, { at }] of group.entries()) writeSync(file, texts[(index + 7) % texts.length] ?? Buffer.alloc(0), 0, undefined, at);
  }
}

function changeFloat({ file, places }: Copy, ending: string, change: (now: number) => number): void {
  const place = [...places.values].find(([key]) => key.endsWith(ending))?.[1];
  if (!place) throw new Error(`there is no ${ending}`);
  const bytes = readBytes(file, place.at, 4);
  bytes.writeFloatLE(change(bytes.readFloatLE(0)));
  writeSync(file, bytes, 0, 4, place.at);
}

function reverseLayers(copy: Copy): void {
  for (let layer = 0; layer < copy.layers >> 1; layer += 1) swapLayers(copy, layer, copy.layers - 1 - layer);
}

/** The bytes of tensors of one type change their places; the table must stay in the order of the file, or no engine reads it. */
function swapLayers({ file, places }: Copy, one: number, other: number): void {
  for (const [name, tensor] of places.tensors) {
    const match = /^blk\.(\d+)\.(.*)$/.exec(name);
    const twin = match && Number(match[1]) === one ? places.tensors.get(`blk.${other}.${match[2]}`) : undefined;
    if (twin?.type !== tensor.type) continue;
    const [first, second] = [tensor, twin].map(({ offset, length }) => readBytes(file, places.dataAt + offset, length));
    if (first && second) {
      writeSync(file, second, 0, undefined, places.dataAt + tensor.offset);
      writeSync(file, first, 0, undefined, places.dataAt + twin.offset);
    }
  }
}

function writeNumber(file: number, { at }: Place, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  writeSync(file, bytes, 0, 4, at);
}

function readBytes(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  return bytes;
}
