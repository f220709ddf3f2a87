import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGgufSpec } from '../../test/fixtures/gguf/tiny-gguf.ts';
import { type GgufSpec, type TensorSpec, type TypedValue, text, u32, u64, writeGguf } from '../../test/fixtures/gguf/write-gguf.ts';
import { memoryReader } from './byte-reader.ts';
import { checkGgufFile, checkGgufPrefix, factsOf } from './facts.ts';
import { MoreBytesNeeded } from './gguf-error.ts';
import { readGgufHeader } from './header.ts';
import { checkGgufParts } from './split-model.ts';

/** Every broken form of the list GG-01 to GG-40, one a row. Each is one clear error, and none takes memory or time that its size does not. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

const number = (type: 'u32' | 'i32' | 'f32', value: number): TypedValue => ({ type, value });
const string = (value: string): TypedValue => ({ type: 'string', value });

/** A valid file of a few kB: all the keys an engine needs, two small tensors. */
function small(): GgufSpec {
  return {
    keys: [
      ['general.architecture', string('llama')],
      ['llama.block_count', number('u32', 1)],
      ['llama.context_length', number('u32', 128)],
      ['llama.embedding_length', number('u32', 64)],
      ['llama.feed_forward_length', number('u32', 64)],
      ['llama.attention.head_count', number('u32', 1)],
      ['tokenizer.ggml.model', string('llama')],
      ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: ['a', 'b', 'c'] }],
    ],
    tensors: [
      { name: 'token_embd.weight', shape: [64, 3], typeNumber: 0 },
      { name: 'output_norm.weight', shape: [64], typeNumber: 0 },
    ],
  };
}

const withKey = (name: string, value: TypedValue): GgufSpec => ({
  ...small(),
  keys: [...small().keys.filter(([key]) => key !== name), [name, value]],
});
const withTensor = (change: Partial<TensorSpec>): GgufSpec => ({
  ...small(),
  tensors: small().tensors.map((tensor, index) => (index === 1 ? { ...tensor, ...change } : tensor)),
});
const raw = (typeNumber: number, ...parts: Buffer[]): TypedValue => ({ type: 'raw', typeNumber, bytes: Buffer.concat(parts) });
const patched = (offset: number, bytes: Buffer): Buffer => {
  const file = writeGguf(small());
  bytes.copy(file, offset);
  return file;
};
const cutTensorData = (): Buffer => writeGguf(small()).subarray(0, -128);
const nested = (depth: number): TypedValue =>
  raw(9, ...Array.from({ length: depth }, () => Buffer.concat([u32(9), u64(1)])), u32(4), u64(0));

const broken: readonly (readonly [id: string, what: string, file: () => Buffer, says: RegExp])[] = [
  ['GG-01', 'another magic', () => writeGguf({ ...small(), magic: 'GGUX' }), /another kind/],
  ['GG-02', 'version 0', () => writeGguf({ ...small(), version: 0 }), /version is 0/],
  ['GG-03', 'version 1', () => writeGguf({ ...small(), version: 1 }), /version is 1/],
  ['GG-04', 'a future version', () => writeGguf({ ...small(), version: 4 }), /version is 4/],
  ['GG-05', 'too many tensors', () => writeGguf({ ...small(), tensorCount: 2n ** 40n }), /number of tensors/],
  ['GG-06', 'too many keys', () => writeGguf({ ...small(), keyCount: 2n ** 40n }), /number of keys/],
  ['GG-07', 'nothing at all', () => Buffer.alloc(0), /0 bytes/],
  ['GG-08', 'a key of impossible length', () => patched(24, u64(2n ** 62n)), /length of key 1/],
  ['GG-09', 'an empty key', () => writeGguf(withKey('', number('u32', 1))), /key 9 has no name/],
  ['GG-10', 'a value of an unknown type', () => writeGguf(withKey('x', raw(77, u32(1)))), /type/],
  ['GG-11', 'a key twice', () => writeGguf({ ...small(), keys: [...small().keys, ['llama.block_count', number('u32', 2)]] }), /twice/],
  ['GG-12', 'an alignment of 3', () => writeGguf(withKey('general.alignment', number('u32', 3))), /alignment/],
  ['GG-13', 'an alignment that is text', () => writeGguf(withKey('general.alignment', string('32'))), /alignment/],
  ['GG-14', 'an array of 2^60 items', () => writeGguf(withKey('x', raw(9, u32(4), u64(2n ** 60n)))), /length of x is 1152921504606846976/],
  ['GG-15', 'a tensor name of impossible length', () => writeGguf(withTensor({ name: 'x'.repeat(5000) })), /name/],
  ['GG-16', 'nine dimensions', () => writeGguf(withTensor({ shape: [2, 2, 2, 2, 2, 2, 2, 2, 2] })), /dimension/],
  ['GG-17', 'a dimension of zero', () => writeGguf(withTensor({ shape: [64, 0], data: Buffer.alloc(4) })), /impossible shape/],
  ['GG-18', 'a dimension of 2^62', () => writeGguf(withTensor({ shape: [2n ** 62n], data: Buffer.alloc(4) })), /shape of output_norm/],
  [
    'GG-19',
    'dimensions whose product overflows',
    () => writeGguf(withTensor({ shape: [2n ** 32n, 2n ** 32n], data: Buffer.alloc(4) })),
    /impossible shape/,
  ],
  ['GG-20', 'an unknown tensor type', () => writeGguf(withTensor({ typeNumber: 999, data: Buffer.alloc(256) })), /type/],
  ['GG-21', 'an offset that is not aligned', () => writeGguf(withTensor({ offset: 769 })), /at 769 where 768 is expected/],
  ['GG-22', 'an offset beyond the file', () => writeGguf(withTensor({ offset: 2 ** 30 })), /at 1073741824 where 768 is expected/],
  ['GG-23', 'an offset of 2^63', () => writeGguf(withTensor({ offset: 2n ** 63n })), /offset of output_norm/],
  ['GG-24', 'a tensor twice', () => writeGguf(withTensor({ name: 'token_embd.weight' })), /twice/],
  ['GG-25', 'two tensors in one place', () => writeGguf(withTensor({ offset: 0 })), /at 0 where 768 is expected/],
  [
    'GG-26',
    'a row that is no whole number of blocks',
    () => writeGguf(withTensor({ typeNumber: 2, shape: [33], data: Buffer.alloc(64) })),
    /no multiple of 32/,
  ],
  ['GG-27', 'tensor data that is cut short', cutTensorData, /cut short/],
  ['GG-28', 'no tensors', () => writeGguf({ ...small(), tensors: [] }), /no tensors/],
  ['GG-29', 'text that is longer than the file', () => writeGguf(withKey('x', raw(8, u64(1e6), Buffer.from('abc')))), /cut short inside x/],
  ['GG-30', 'an array of an unknown type', () => writeGguf(withKey('x', raw(9, u32(99), u64(1), u32(1)))), /type/],
  ['GG-31', 'four bytes', () => Buffer.from('GGUF'), /cut short/],
  ['GG-33', '2^64-1 tensors', () => writeGguf({ ...small(), tensorCount: 2n ** 64n - 1n }), /number of tensors/],
  ['GG-33', '2^53 keys', () => writeGguf({ ...small(), keyCount: 2n ** 53n }), /number of keys/],
  ['GG-34', 'arrays in arrays, a thousand deep', () => writeGguf(withKey('x', nested(1000))), /array of arrays/],
  ['GG-35', 'a big-endian file', () => patched(4, Buffer.from([0, 0, 0, 3])), /big-endian/],
  [
    'GG-36',
    'a tensor that ends after the file',
    () => writeGguf(withTensor({ shape: [64, 1000], data: Buffer.alloc(256) })),
    /cut short|beyond/,
  ],
  ['GG-40', 'no architecture', () => writeGguf({ ...small(), keys: small().keys.slice(1) }), /general\.architecture is missing/],
  ['GG-40', 'a block count over 512', () => writeGguf(withKey('llama.block_count', number('u32', 513))), /block_count/],
  [
    'GG-40',
    'no head count',
    () => writeGguf({ ...small(), keys: small().keys.filter(([key]) => !key.includes('head_count')) }),
    /head_count/,
  ],
  ['GG-40', 'a head count that is text', () => writeGguf(withKey('llama.attention.head_count', string('1'))), /head_count/],
];

test.each(broken)('%s: %s is one clear error', async (_, __, make, says) => {
  const path = join(folder, 'broken.gguf');
  await writeFile(path, make());
  const before = process.memoryUsage().rss;
  const error = await checkGgufFile(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'GGUF_BROKEN', message: expect.stringMatching(says) });
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2);
});

test('the valid file the broken ones are made of is accepted, version 2 and an unknown architecture too', async () => {
  const path = join(folder, 'good.gguf');
  for (const spec of [small(), { ...small(), version: 2 }]) {
    await writeFile(path, writeGguf(spec));
    expect(await checkGgufFile(path)).toMatchObject({ architecture: 'llama', parameters: 64 * 4, contextLength: 128, vocabularySize: 3 });
  }
  const renamed = small().keys.map(([key, value]) => [key.replace(/^llama\./, 'future.'), value] as const);
  await writeFile(path, writeGguf({ ...small(), keys: [['general.architecture', string('future')], ...renamed.slice(1)] }));
  expect(await checkGgufFile(path)).toMatchObject({ architecture: 'future' });
});

test('GG-32: a valid file cut at every offset is an error or a wish for more bytes, never anything else', async () => {
  const file = writeGguf(small());
  for (let length = 0; length < file.length; length += 1) {
    const whole = await readGgufHeader(memoryReader(file.subarray(0, length), length)).then(factsOf, (error: unknown) => error);
    const isRefused = whole instanceof MoreBytesNeeded || (whole as { code?: string }).code === 'GGUF_BROKEN';
    expect(isRefused, `cut at ${length}`).toBe(true);
    // The same bytes as the beginning of a download are no error: more will come.
    expect(
      await checkGgufPrefix(file.subarray(0, length), file.length).then((facts) => facts === undefined || facts.architecture === 'llama'),
    ).toBe(true);
  }
});

test('GG-37: names with control characters and templates of a megabyte are read as they are, and stay data', async () => {
  const path = join(folder, 'odd.gguf');
  const template = `{{ ''.__class__.__mro__ }}${'x'.repeat(1_100_000)}`;
  await writeFile(
    path,
    writeGguf({
      ...small(),
      keys: [...small().keys, ['general.name', string('\u001b[31mred')], ['tokenizer.chat_template', string(template)]],
    }),
  );
  const facts = await checkGgufFile(path);
  expect(facts.name).toBe('\u001b[31mred');
  expect(facts.chatTemplate).toHaveLength(template.length);
});

test('GG-39: a part of a split model says which it is, and only the first needs the keys of the engine', async () => {
  const path = join(folder, 'part.gguf');
  await writeFile(
    path,
    writeGguf({
      keys: [
        ['split.no', number('u32', 1)],
        ['split.count', number('u32', 3)],
      ],
      tensors: small().tensors,
    }),
  );
  expect(await checkGgufFile(path)).toMatchObject({ splitIndex: 1, splitCount: 3 });
});

/** Two parts as a splitter writes them: the keys in the first, one tensor in each. */
async function splitFiles(
  change: (index: number) => { no?: number; count?: number; tensorCount?: number } = () => ({}),
): Promise<string[]> {
  const paths = [join(folder, 's-00001-of-00002.gguf'), join(folder, 's-00002-of-00002.gguf')];
  for (const [index, path] of paths.entries()) {
    const { no = index, count = 2, tensorCount = 2 } = change(index);
    const keys: GgufSpec['keys'] = [
      ...(index === 0 ? small().keys : []),
      ['split.no', number('u32', no)],
      ['split.count', number('u32', count)],
      ['split.tensors.count', number('i32', tensorCount)],
    ];
    await writeFile(path, writeGguf({ keys, tensors: small().tensors.slice(index, index + 1) }));
  }
  return paths;
}

test('GG-39: the parts of a split model are one model, with the weights of all', async () => {
  expect(await checkGgufParts(await splitFiles())).toMatchObject({ architecture: 'llama', tensorCount: 2, parameters: 64 * 3 + 64 });
});

test.each([
  ['a part that stands alone', async () => (await splitFiles()).slice(0, 1), /part 1 of 2, and it is alone/],
  ['parts in a wrong order', async () => (await splitFiles()).toReversed(), /part 2 in the place of part 1/],
  ['a part of more', () => splitFiles(() => ({ count: 3 })), /part 1 of 3, and 2 are here/],
  [
    'a part twice',
    async () => {
      const [first = ''] = await splitFiles();
      return [first, first];
    },
    /part 1 in the place of part 2/,
  ],
  ['parts of two models', () => splitFiles((index) => ({ tensorCount: 2 + index })), /a part of another model/],
  ['parts that lack tensors', () => splitFiles(() => ({ tensorCount: 5 })), /2 tensors of 5/],
])('GG-39: %s is one clear error', async (_, paths, says) => {
  await expect(checkGgufParts(await paths())).rejects.toMatchObject({ code: 'GGUF_BROKEN', message: expect.stringMatching(says) });
});

test('the facts of the tiny model are what it was made with', () => {
  const file = writeGguf(tinyGgufSpec());
  return expect(checkGgufPrefix(file, file.length)).resolves.toMatchObject({
    architecture: 'llama',
    contextLength: 2048,
    embeddingLength: 384,
    blockCount: 1,
    headCount: 6,
    headCountKv: 1,
    vocabularySize: 384,
    quantization: 'F16',
  });
});

test('every value type is read, with lengths that are exact', async () => {
  const values = Buffer.concat([u32(1), text('after')]);
  const file = writeGguf({
    ...small(),
    keys: [
      ...small().keys,
      ['u8', raw(0, Buffer.from([7]))],
      ['i16', raw(3, Buffer.from([0xff, 0xff]))],
      ['u64', raw(10, u64(2n ** 50n))],
      ['f64', raw(12, Buffer.alloc(8))],
      ['last', raw(4, values.subarray(0, 4))],
    ],
  });
  const { metadata } = await readGgufHeader(memoryReader(file, file.length));
  expect([metadata.get('u8'), metadata.get('i16'), metadata.get('u64'), metadata.get('f64'), metadata.get('last')]).toEqual([
    7,
    -1,
    2 ** 50,
    0,
    1,
  ]);
});
