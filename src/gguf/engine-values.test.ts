import { expect, test } from 'vitest';
import { tinyGgufSpec } from '../../test/fixtures/gguf/tiny-gguf.ts';
import { type GgufSpec, type TypedValue, u64, writeGguf } from '../../test/fixtures/gguf/write-gguf.ts';
import { memoryReader } from './byte-reader.ts';
import { factsOf, type GgufFacts } from './facts.ts';
import { readGgufHeader } from './header.ts';

/** Values that end an engine are refused by the name of their key; what real models say is taken. */

const u32 = (value: number): TypedValue => ({ type: 'u32', value });
const i32 = (value: number): TypedValue => ({ type: 'i32', value });
const f32 = (value: number): TypedValue => ({ type: 'f32', value });
const string = (value: string): TypedValue => ({ type: 'string', value });
const list = (...value: number[]): TypedValue => ({ type: 'array', of: 'u32', value });

function withKeys(...changed: readonly (readonly [key: string, value: TypedValue])[]): GgufSpec {
  const spec = tinyGgufSpec();
  const names = new Set(changed.map(([key]) => key));
  return { ...spec, keys: [...spec.keys.filter(([key]) => !names.has(key)), ...changed] };
}

async function facts(spec: GgufSpec): Promise<GgufFacts> {
  const bytes = writeGguf(spec);
  return factsOf(await readGgufHeader(memoryReader(bytes, bytes.length)));
}

const refused: readonly (readonly [key: string, value: TypedValue])[] = [
  ['llama.attention.head_count', u32(0)],
  ['llama.attention.head_count', { type: 'u64', value: 6 }],
  ['llama.attention.head_count', f32(6)],
  ['llama.attention.head_count', string('6')],
  ['llama.attention.head_count', i32(-6)],
  ['llama.attention.head_count', u32(100_000)],
  ['llama.attention.head_count_kv', u32(4)], // Six heads are not four groups.
  ['llama.block_count', { type: 'u64', value: 1 }],
  ['llama.block_count', u32(0)],
  ['llama.block_count', u32(513)],
  ['llama.embedding_length', u32(0)],
  ['llama.embedding_length', u32(2 ** 21)],
  ['llama.context_length', u32(0)],
  ['llama.context_length', u32(2 ** 32 - 1)],
  ['llama.feed_forward_length', u32(2 ** 30)],
  ['llama.feed_forward_length', list(32, 2 ** 30)],
  ['llama.expert_used_count', u32(2)],
  ['llama.expert_count', u32(100_000)],
  ['llama.expert_count', u32(8)],
  ['llama.attention.layer_norm_rms_epsilon', f32(Number.NaN)],
  ['llama.attention.layer_norm_rms_epsilon', f32(Number.POSITIVE_INFINITY)],
  ['llama.attention.layer_norm_rms_epsilon', f32(-1e-5)],
  ['llama.attention.layer_norm_rms_epsilon', f32(0)],
  ['llama.attention.layer_norm_rms_epsilon', string('1e-6')],
  ['llama.rope.freq_base', f32(0)],
  ['llama.rope.freq_base', f32(Number.NaN)],
  ['llama.rope.scaling.factor', f32(Number.NaN)],
  ['llama.rope.scaling.type', string('nosuch')],
  ['llama.rope.scaling.type', u32(1)],
  ['llama.rope.dimension_count', u32(2 ** 20)],
  ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: [] }],
  ['general.alignment', f32(32)],
  ['general.architecture', string('x'.repeat(100_000))],
];

test.each(refused)('%s %j is refused', async (key, value) => {
  const error: unknown = await facts(withKeys([key, value])).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'GGUF_BROKEN', message: expect.stringContaining(key) });
  expect((error as Error).message.length).toBeLessThan(300);
});

test.each<readonly (readonly [string, TypedValue])[]>([
  [['llama.attention.head_count', i32(6)]],
  [['llama.attention.head_count', list(6)]],
  [['llama.attention.head_count_kv', u32(3)]],
  [
    ['llama.expert_count', u32(8)],
    ['llama.expert_used_count', u32(2)],
  ],
  [['llama.rope.scaling.type', string('yarn')]],
  [['llama.rope.freq_base', f32(1e6)]],
  [['general.alignment', u32(32)]],
])('%j is taken', async (...keys) => {
  expect(await facts(withKeys(...keys))).toMatchObject({ architecture: 'llama', kind: 'chat' });
});

test('a matrix of a type with which nothing is computed, and a name longer than engines take', async () => {
  const spec = tinyGgufSpec();
  const change = (what: Partial<GgufSpec['tensors'][number]>): GgufSpec => ({
    ...spec,
    tensors: spec.tensors.map((tensor, index) => (index === 0 ? { ...tensor, ...what } : tensor)),
  });
  const shape = spec.tensors[0]?.shape ?? [];
  const bytes = shape.reduce<number>((size, length) => size * Number(length), 8);
  await expect(facts(change({ typeNumber: 27, data: Buffer.alloc(bytes) }))).rejects.toMatchObject({
    message: expect.stringContaining('I64'),
  });
  await expect(facts(change({ name: 'x'.repeat(64) }))).rejects.toMatchObject({ code: 'GGUF_BROKEN' });
  expect(await facts(change({ name: 'x'.repeat(63) }))).toMatchObject({ tensorCount: spec.tensors.length });
});

test.each([
  ['general.type', 'adapter', /LoRA adapter/],
  ['general.type', 'imatrix', /importance matrix/],
  ['general.type', 'mmproj', /image part/],
  ['general.architecture', 'clip', /image part/],
  ['general.architecture', 'controlvector', /control vector/],
  ['general.architecture', 'flux', /image model/],
  ['general.architecture', 'wan', /video model/],
  ['general.architecture', 'whisper', /audio model/],
])('%s %s is told for what it is', async (key, value, says) => {
  await expect(facts(withKeys([key, string(value)]))).rejects.toMatchObject({ code: 'GGUF_BROKEN', message: expect.stringMatching(says) });
});

test('what a model is for: a template makes one that chats, pooling one that makes vectors', async () => {
  const kindWith = async (...keys: (readonly [key: string, value: TypedValue])[]) => (await facts(withKeys(...keys))).kind;
  expect(await kindWith()).toBe('chat');
  expect(await kindWith(['tokenizer.chat_template', string(' ')])).toBe('base');
  expect(await kindWith(['llama.pooling_type', u32(0)])).toBe('chat');
  expect(await kindWith(['llama.pooling_type', u32(3)])).toBe('embedding');
  expect(await kindWith(['llama.pooling_type', u32(4)])).toBe('reranker');
});

test('a u64 that no double holds is no count', async () => {
  const huge: TypedValue = { type: 'raw', typeNumber: 10, bytes: u64(2n ** 63n) };
  await expect(facts(withKeys(['llama.block_count', huge]))).rejects.toMatchObject({ code: 'GGUF_BROKEN' });
});
