import { ggufError } from './gguf-error.ts';
import type { MetadataValue } from './limits.ts';

/** What a GGUF file is for: models that chat, models that only continue a text, models that make vectors, and files that are no model. */

/**
 * `chat` has a chat template; `base` has none and continues a text; `embedding` makes one vector a text; `reranker` scores how well two
 * texts fit.
 */
export type ModelKind = (typeof modelKinds)[number];
export const modelKinds = ['chat', 'base', 'embedding', 'reranker'] as const;

/** Encoders: they have no next token. Source: the architectures of llama.cpp whose graphs have no causal mask. */
const encoders = /^(bert|nomic-bert|nomic-bert-moe|neo-bert|modern-bert|eurobert|jina-bert-v2|jina-bert-v3|gemma-embedding|t5encoder)$/;
/** Numbers of `pooling_type` in llama.h. */
const [poolingNone, poolingRank] = [0, 4];

/** What a file is that is stored as GGUF and is no language model, by its `general.type`. */
const otherTypes: Readonly<Record<string, string>> = {
  adapter: 'a LoRA adapter: it changes a model and is none',
  controlvector: 'a control vector: it steers a model and is none',
  imatrix: 'an importance matrix, with which models are quantized',
  mmproj: 'the image part of a model (mmproj), not a model',
  vocab: 'a vocabulary without a model',
};
const otherArchitectures: readonly (readonly [RegExp, string])[] = [
  [/^clip$/, 'the image part of a model (mmproj), not a model'],
  [/^controlvector$/, 'a control vector: it steers a model and is none'],
  [/^(flux|sd1|sdxl|sd3|aura|hidream|lumina2|qwen_image|z_image|cosmos|pig|iclight)$/, 'an image model, which needs another program'],
  [/^(wan|ltxv|hyvid|mochi)$/, 'a video model, which needs another program'],
  [/^(whisper|kokoro|snac|parler|dia|orpheus-snac|wavtokenizer-dec)$/, 'an audio model, which needs another program'],
];

/** Throws GGUF_BROKEN that says what the file is, where it is no language model. */
export function requireLanguageModel(metadata: ReadonlyMap<string, MetadataValue>, architecture: string): void {
  const type = metadata.get('general.type');
  const other =
    (typeof type === 'string' ? otherTypes[type] : undefined) ?? otherArchitectures.find(([known]) => known.test(architecture))?.[1];
  if (other !== undefined) throw ggufError(`it is ${other}`);
}

/** What a model is for. */
export function kindOf(metadata: ReadonlyMap<string, MetadataValue>, architecture: string): ModelKind {
  const pooling = metadata.get(`${architecture}.pooling_type`);
  if (pooling === poolingRank) return 'reranker';
  if (encoders.test(architecture) || (typeof pooling === 'number' && pooling !== poolingNone)) return 'embedding';
  const template = metadata.get('tokenizer.chat_template');
  return typeof template === 'string' && template.trim() !== '' ? 'chat' : 'base';
}
