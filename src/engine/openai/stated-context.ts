import { isRecord, type JsonRecord } from './wire.ts';

/** What an endpoint states of the context of a model. Every server has its own word for it. */

/** Tokens, as far as they are stated. */
export interface StatedContext {
  /** What the model is served with. */
  readonly contextLength?: number;
  /** What it was trained for, or could be loaded with; it is served with so many at most. */
  readonly trainedContextLength?: number;
}

/** Less no model is of use with, more none holds: such a number is a mistake of who states it. */
const [minTokens, maxTokens] = [64, 1e9];

/**
 * Of a row of `/v1/models`: `max_model_len` (vLLM, SGLang), `context_length` (OpenRouter, Together, luci), `context_window` (Groq),
 * `max_context_length` (Mistral; LM Studio means what could be loaded by it), `meta.n_ctx` and `meta.n_ctx_train` (llama-server, luci).
 */
export function contextInList(row: JsonRecord): StatedContext {
  const meta = recordAt(row, 'meta');
  const isOfLmStudio = 'loaded_context_length' in row || 'state' in row;
  return {
    // Where two numbers are stated, as OpenRouter does of a model and of its provider, the smaller one is held.
    contextLength: least([
      row['max_model_len'],
      row['context_length'],
      row['context_window'],
      recordAt(row, 'top_provider')['context_length'],
      row['loaded_context_length'],
      meta['n_ctx'],
      isOfLmStudio ? undefined : row['max_context_length'],
    ]),
    trainedContextLength: least([meta['n_ctx_train'], isOfLmStudio ? row['max_context_length'] : undefined]),
  };
}

/** Of llama-server's `/props`: what one request may have. */
export function contextInProps(props: JsonRecord): StatedContext {
  return { contextLength: least([recordAt(props, 'default_generation_settings')['n_ctx']]) };
}

/** Of Ollama's `/api/show`: `num_ctx` is what the model is loaded with, where its makers or its owner say so. */
export function contextInShow(shown: JsonRecord): StatedContext {
  const [, told] = /^\s*num_ctx\s+(\d+)/m.exec(String(shown['parameters'] ?? '')) ?? [];
  const info = recordAt(shown, 'model_info');
  const trained = Object.entries(info).flatMap(([name, value]) => (name.endsWith('.context_length') ? [value] : []));
  return { contextLength: least([told === undefined ? undefined : Number(told)]), trainedContextLength: least(trained) };
}

/** Both; what the second states goes before what the first does. */
export function joined(first: StatedContext, second: StatedContext | undefined): StatedContext {
  return {
    contextLength: second?.contextLength ?? first.contextLength,
    trainedContextLength: second?.trainedContextLength ?? first.trainedContextLength,
  };
}

function least(stated: readonly unknown[]): number | undefined {
  const numbers = stated.filter(
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= minTokens && value <= maxTokens,
  );
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

function recordAt(record: JsonRecord, name: string): JsonRecord {
  const value = record[name];
  return isRecord(value) ? value : {};
}
