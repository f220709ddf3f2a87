import type { EngineFacts } from '../../engine/engine.ts';

type ModelKind = NonNullable<EngineFacts['modelKind']>;

const texts: Readonly<Record<ModelKind, string>> = {
  chat: 'chat model',
  base: 'base model: it continues text (luci ask --raw)',
  embedding: 'embedding model: it makes vectors (luci embed)',
  reranker: 'reranking model: it scores texts, which luci does not do',
};

/** What a model is for, in words. */
export function kindText(kind: ModelKind | undefined): string {
  return kind === undefined ? '' : texts[kind];
}
