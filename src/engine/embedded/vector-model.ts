import type { LlamaModel } from 'node-llama-cpp';
import type { EngineFacts, Session } from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import type { HostTarget } from '../host/protocol.ts';
import { makesNoText, makesNoVectors } from '../model-kind.ts';
import { embedTexts } from './vectors.ts';

/** A model that makes vectors, or scores texts, and no text: it has no context to write in. */

/** What its session is made of. */
export interface VectorModel {
  readonly model: LlamaModel;
  readonly kind: 'embedding' | 'reranker';
  readonly facts: EngineFacts;
  readonly threads: number;
}

/** Its session: vectors where it makes them, ENGINE_UNSUPPORTED with what it is for elsewhere. */
export function vectorSession({ name }: HostTarget, { model, kind, facts, threads }: VectorModel): Session {
  const { contextLength, trainedContextLength } = facts;
  return {
    facts,
    generate: () => eventsOf(() => Promise.reject(makesNoText(name, kind)), undefined),
    countTokens: async (messages) => messages.reduce((sum, { content }) => sum + model.tokenize(content).length, 0),
    async embed(texts, signal) {
      if (kind === 'reranker') throw makesNoVectors(name);
      return embedTexts(model, texts, { threads, contextLength, trainedContextLength, signal });
    },
    [Symbol.asyncDispose]: () => model.dispose(),
  };
}
