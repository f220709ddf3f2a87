import { ggufError } from './gguf-error.ts';
import type { TensorInfo } from './header.ts';
import type { MetadataValue } from './limits.ts';

/**
 * Values that are well formed and yet end the program that believes them: sizes of nothing, proportions that cannot be, floats that are
 * none, tensors no engine computes with. Each class was found by changing one value of a working file and loading it. What only an engine
 * can know (its architectures, its tokenizers, a vocabulary that fits it) is left to the first load, which has a process of its own.
 */

/** The metadata of a file with the types its values are stored as. */
export interface TypedMetadata {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Of a scalar, or of the items of an array; numbers of the format: 4 is u32, 5 is i32. */
  readonly types: ReadonlyMap<string, number>;
}

/** Architectures that work without attention, in all blocks or in some: 0 heads and no feed-forward part are theirs to say. */
export const stateSpace = /mamba|rwkv|jamba|plamo|falcon-h1|granitehybrid|lfm2|nemotron_h|kimi-linear|qwen3next|qwen35/i;

const countTypes = [4, 5];
const maxBlocks = 512;
const maxExperts = 1024;
/** Largest sizes that are believed; far above any real model. */
const counts: Readonly<Record<string, number>> = {
  block_count: maxBlocks,
  context_length: 2 ** 31 - 1,
  embedding_length: 2 ** 20,
  feed_forward_length: 2 ** 24,
  'attention.head_count': 2 ** 16,
  'attention.head_count_kv': 2 ** 16,
  'attention.key_length': 2 ** 16,
  'attention.value_length': 2 ** 16,
  'attention.sliding_window': 2 ** 31 - 1,
  'rope.dimension_count': 2 ** 16,
  expert_count: maxExperts,
  expert_used_count: maxExperts,
};
const positive = ['attention.layer_norm_rms_epsilon', 'attention.layer_norm_epsilon', 'attention.group_norm_epsilon', 'rope.freq_base'];
const finite = ['rope.scaling.factor', 'rope.scaling.attn_factor', 'attention.scale', 'logit_scale', 'residual_scale', 'embedding_scale'];
const ropeTypes = ['none', 'linear', 'yarn', 'longrope'];
/** No engine multiplies with these; Q8_1 and Q8_K are made while it computes and are never stored. */
const notWeights = ['I8', 'I16', 'I32', 'I64', 'F64', 'Q8_1', 'Q8_K'];

/** Throws GGUF_BROKEN that names the key, for a value that no model of this architecture can have. */
export function requireEngineValues(typed: TypedMetadata, architecture: string): void {
  const at = (key: string): MetadataValue | undefined => typed.metadata.get(`${architecture}.${key}`);
  for (const [key, max] of Object.entries(counts)) requireCounts(typed, `${architecture}.${key}`, max);
  for (const key of positive) requireFloat(at(key), `${architecture}.${key}`, (value) => value > 0);
  for (const key of finite) requireFloat(at(key), `${architecture}.${key}`, () => true);
  const rope = at('rope.scaling.type');
  if (rope !== undefined && !ropeTypes.includes(String(rope))) throw ggufError(`${architecture}.rope.scaling.type is "${shown(rope)}"`);
  requireHeads(at('attention.head_count'), at('attention.head_count_kv'), architecture);
  requireExperts(at('expert_count'), at('expert_used_count'), architecture);
  const tokens = typed.metadata.get('tokenizer.ggml.tokens');
  if (Array.isArray(tokens) && tokens.length === 0) throw ggufError('tokenizer.ggml.tokens is empty');
}

/** Throws GGUF_BROKEN for a matrix of a type that no engine computes with. */
export function requireComputableWeights(tensors: readonly TensorInfo[]): void {
  const wrong = tensors.find(({ name, type, shape }) => name.endsWith('.weight') && shape.length > 1 && notWeights.includes(type.name));
  if (wrong) throw ggufError(`tensor ${wrong.name} is of the type ${wrong.type.name}, with which no engine computes`);
}

/** A count, or one a block, stored the way engines read them. */
function requireCounts({ metadata, types }: TypedMetadata, key: string, max: number): void {
  const value = metadata.get(key);
  if (value === undefined || (typeof value === 'object' && 'skippedItems' in value)) return;
  if (!countTypes.includes(types.get(key) ?? -1)) throw ggufError(`${key} is not stored as a 32-bit whole number`);
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const wrong = values.find((item) => typeof item !== 'number' || !Number.isInteger(item) || item < 0 || item > max);
  if (wrong !== undefined) throw ggufError(`${key} is ${shown(wrong)}; 0 to ${max} are believed`);
}

function requireFloat(value: MetadataValue | undefined, key: string, isPossible: (value: number) => boolean): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !Number.isFinite(value) || !isPossible(value)) throw ggufError(`${key} is ${shown(value)}`);
}

function requireHeads(heads: MetadataValue | undefined, headsKv: MetadataValue | undefined, architecture: string): void {
  if (heads === 0 && !stateSpace.test(architecture)) throw ggufError(`${architecture}.attention.head_count is 0`);
  if (typeof heads !== 'number' || typeof headsKv !== 'number' || headsKv === 0) return;
  if (heads % headsKv !== 0) throw ggufError(`${architecture}.attention.head_count_kv is ${headsKv}, which does not divide ${heads} heads`);
}

function requireExperts(count: MetadataValue | undefined, used: MetadataValue | undefined, architecture: string): void {
  const [all, some] = [count ?? 0, used ?? 0];
  if (typeof all !== 'number' || typeof some !== 'number') return;
  if (some > all) throw ggufError(`${architecture}.expert_used_count is ${some} of ${all} experts`);
  if (all > 0 && some === 0) throw ggufError(`${architecture}.expert_count is ${all}, and expert_used_count 0`);
}

/** A value of somebody's file inside a sentence. */
function shown(value: unknown): string {
  return String(value).slice(0, 60);
}
