import { memoryReader, withFileReader } from './byte-reader.ts';
import { requireComputableWeights, requireEngineValues, stateSpace } from './engine-values.ts';
import { kindOf, type ModelKind, requireLanguageModel } from './file-kind.ts';
import { ggufError, MoreBytesNeeded } from './gguf-error.ts';
import { type GgufHeader, readGgufHeader } from './header.ts';
import type { MetadataValue } from './limits.ts';
import { fileTypeNames } from './tensor-type.ts';

/** What a model file says of itself. */
export interface GgufFacts {
  readonly architecture: string;
  readonly kind: ModelKind;
  readonly name?: string;
  /** Number of weights in this file (one part of a split model). */
  readonly parameters: number;
  readonly quantization: string;
  /** Tokens the model was trained for. */
  readonly contextLength?: number;
  readonly embeddingLength?: number;
  readonly blockCount?: number;
  readonly feedForwardLength?: number;
  readonly headCount?: number;
  /** A block each where blocks differ. */
  readonly headCountKv?: number | readonly number[];
  readonly keyLength?: number;
  readonly valueLength?: number;
  readonly vocabularySize?: number;
  readonly slidingWindow?: number;
  readonly expertCount?: number;
  /** Experts stored one by one, as in files of before April 2024: llama.cpp of today does not read them. */
  readonly hasSplitExperts: boolean;
  readonly chatTemplate?: string;
  /** Another template for requests with tools, which some files have. */
  readonly toolTemplate?: string;
  /** Weights a type, as in `{ Q4_1: 106168320 }`. */
  readonly weightsByType: Readonly<Record<string, number>>;
  readonly tensorBytes: number;
  readonly tensorCount: number;
  readonly splitIndex?: number;
  readonly splitCount?: number;
  /** Tensors of all parts of a split model together. */
  readonly splitTensorCount?: number;
}

/** Reads and checks a file before any native code opens it. Throws NOT_FOUND, GGUF_BROKEN, DISK_*. */
export async function checkGgufFile(path: string, signal?: AbortSignal): Promise<GgufFacts> {
  try {
    return factsOf(await withFileReader(path, readGgufHeader, signal));
  } catch (error) {
    throw error instanceof MoreBytesNeeded ? ggufError('it shrank while it was read') : error;
  }
}

/**
 * Checks the first bytes of a download.
 * @returns the facts, or undefined when the header is longer than the bytes at hand
 */
export async function checkGgufPrefix(prefix: Uint8Array, totalBytes: number | undefined): Promise<GgufFacts | undefined> {
  try {
    return factsOf(await readGgufHeader(memoryReader(prefix, totalBytes)));
  } catch (error) {
    if (error instanceof MoreBytesNeeded) return undefined;
    throw error;
  }
}

/** Facts of a checked header. Throws GGUF_BROKEN where a key is missing without which the engine aborts. */
export function factsOf({ metadata, types, tensors }: GgufHeader): GgufFacts {
  const splitCount = numberAt(metadata, 'split.count');
  const splitIndex = numberAt(metadata, 'split.no');
  const isLaterPart = (splitIndex ?? 0) > 0;
  // A splitter writes what the model says of itself into the first part alone.
  const architecture = metadata.get('general.architecture') ?? (isLaterPart ? 'unknown' : undefined);
  requireLanguageModel(metadata, String(architecture));
  if (typeof architecture !== 'string' || architecture === '') throw ggufError('general.architecture is missing');
  if (architecture.length > 64) throw ggufError(`general.architecture is a text of ${architecture.length} letters`);
  const own = (key: string): number | undefined => numberAt(metadata, `${architecture}.${key}`);
  if (!isLaterPart) {
    requireEngineKeys(metadata, architecture, tensors.length, splitCount);
    requireEngineValues({ metadata, types }, architecture);
  }
  requireComputableWeights(tensors);
  const headCountKv = metadata.get(`${architecture}.attention.head_count_kv`);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const weightsByType: Record<string, number> = {};
  for (const { shape, type } of tensors)
    weightsByType[type.name] = (weightsByType[type.name] ?? 0) + shape.reduce((product, length) => product * length, 1);
  const name = metadata.get('general.name');
  const optional = {
    name: typeof name === 'string' ? name : undefined,
    contextLength: own('context_length'),
    embeddingLength: own('embedding_length'),
    blockCount: own('block_count'),
    feedForwardLength: own('feed_forward_length'),
    headCount: own('attention.head_count'),
    headCountKv: typeof headCountKv === 'number' ? headCountKv : Array.isArray(headCountKv) ? (headCountKv as number[]) : undefined,
    keyLength: own('attention.key_length'),
    valueLength: own('attention.value_length'),
    vocabularySize: Array.isArray(tokens) ? tokens.length : skippedItems(tokens),
    slidingWindow: own('attention.sliding_window'),
    expertCount: own('expert_count'),
    chatTemplate: textAt(metadata, 'tokenizer.chat_template'),
    toolTemplate: textAt(metadata, 'tokenizer.chat_template.tool_use'),
    splitIndex,
    splitCount,
    splitTensorCount: numberAt(metadata, 'split.tensors.count'),
  };
  return {
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<GgufFacts>),
    architecture,
    kind: kindOf(metadata, architecture),
    parameters: Object.values(weightsByType).reduce((sum, weights) => sum + weights, 0),
    quantization: quantizationOf(metadata, weightsByType),
    weightsByType,
    hasSplitExperts: tensors.some(({ name: tensor }) => /^blk\.\d+\.ffn_(gate|up|down)\.\d+\.weight$/.test(tensor)),
    tensorCount: tensors.length,
    tensorBytes: tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0),
  };
}

/**
 * The keys llama.cpp needs of every text model; without head_count or feed_forward_length it ends the whole process
 * (found by dropping one key at a time from a small file).
 */
function requireEngineKeys(
  metadata: ReadonlyMap<string, MetadataValue>,
  architecture: string,
  tensorCount: number,
  splitCount: number | undefined,
): void {
  for (const key of ['block_count', 'context_length', 'embedding_length', 'feed_forward_length', 'attention.head_count'])
    requireNumber(metadata.get(`${architecture}.${key}`), architecture, key);
  if (typeof metadata.get('tokenizer.ggml.model') !== 'string') throw ggufError('tokenizer.ggml.model is missing');
  if (metadata.get('tokenizer.ggml.tokens') === undefined && metadata.get('tokenizer.ggml.model') !== 'none')
    throw ggufError('tokenizer.ggml.tokens is missing');
  // The first part of a split model may hold the keys only.
  if (tensorCount === 0 && (splitCount ?? 1) < 2) throw ggufError('it holds no tensors');
}

function requireNumber(value: MetadataValue | undefined, architecture: string, key: string): void {
  const values = Array.isArray(value) ? value : [value];
  // State-space models have no attention heads and some no feed-forward part: 0 is theirs to say, but missing is not.
  if (values.some((item) => typeof item !== 'number' || !Number.isInteger(item) || item < 0)) {
    if (value === undefined && stateSpace.test(architecture)) return;
    throw ggufError(`${architecture}.${key} is missing or no number`);
  }
  if (['block_count', 'context_length', 'embedding_length'].includes(key) && value === 0) throw ggufError(`${architecture}.${key} is 0`);
}

function textAt(metadata: ReadonlyMap<string, MetadataValue>, key: string): string | undefined {
  const value = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

function numberAt(metadata: ReadonlyMap<string, MetadataValue>, key: string): number | undefined {
  const value = metadata.get(key);
  if (Array.isArray(value)) return Math.max(...value.filter((item): item is number => typeof item === 'number'), 0);
  return typeof value === 'number' ? value : undefined;
}

function skippedItems(value: MetadataValue | undefined): number | undefined {
  return typeof value === 'object' && 'skippedItems' in value ? value.skippedItems : undefined;
}

/** From the stated file type, else the type that most weights have. */
function quantizationOf(metadata: ReadonlyMap<string, MetadataValue>, weightsByType: Readonly<Record<string, number>>): string {
  const stated = metadata.get('general.file_type');
  const name = typeof stated === 'number' ? fileTypeNames[stated] : undefined;
  return name ?? Object.entries(weightsByType).sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'unknown';
}
