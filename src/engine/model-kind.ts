import { LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import type { ModelKind } from '../gguf/file-kind.ts';

/** What a model is for, and the refusals of what it is not for. */

/** Whether a model makes no text at all. */
export function isForVectors(kind: ModelKind | undefined): kind is 'embedding' | 'reranker' {
  return kind === 'embedding' || kind === 'reranker';
}

/** ENGINE_UNSUPPORTED for text asked of a model that makes none, with what it is for. */
export function makesNoText(name: string, kind: 'embedding' | 'reranker'): LuciError {
  const [what, hint] =
    kind === 'embedding'
      ? ['an embedding model: it makes vectors of texts, and answers nobody', `luci embed -m ${shellWord(name)} "a text"`]
      : ['a reranking model: it scores how well texts fit a question, and answers nobody', 'luci search chat'];
  return new LuciError('ENGINE_UNSUPPORTED', `${name} is ${what}.`, { hint, details: { model: name, kind } });
}

/** ENGINE_UNSUPPORTED for vectors asked of a reranking model. */
export function makesNoVectors(name: string): LuciError {
  return new LuciError(
    'ENGINE_UNSUPPORTED',
    `${name} is a reranking model: it scores how well texts fit a question, and makes no vectors.`,
    {
      hint: 'luci list',
      details: { model: name, kind: 'reranker' },
    },
  );
}

/** Throws ENGINE_UNSUPPORTED for a model that cannot be chatted with. One whose kind is not known may chat. */
export function requireChat(name: string, kind: ModelKind | undefined): void {
  if (isForVectors(kind)) throw makesNoText(name, kind);
  if (kind !== 'base') return;
  throw new LuciError('ENGINE_UNSUPPORTED', `${name} is a base model: it continues text, and cannot chat.`, {
    hint: `luci ask -m ${shellWord(name)} "Once upon a time"\nluci search --purpose chat`,
    details: { model: name, kind },
  });
}
