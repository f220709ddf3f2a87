import type { Session } from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import type { HostTarget } from '../host/protocol.ts';
import { isForVectors } from '../model-kind.ts';
import { type EmbeddedModel, type Inspected, inspectFile, type LoadOptions, loadForVectors, loadModel } from './embedded-model.ts';
import { generate } from './generate.ts';
import { scoreText } from './score.ts';
import { tokenize } from './tokenize.ts';
import { vectorSession } from './vector-model.ts';
import { embedTexts } from './vectors.ts';

/** The embedded engine itself: sessions whose native code runs in this process. Only the engine process comes here. */

/** Bytes of memory the model will take, with a context that leaves half of `freeBytes`. Throws for a file the engine must not open. */
export async function estimateEmbedded(target: HostTarget, freeBytes?: number): Promise<number> {
  const { memoryBytes } = await inspect(target, freeBytes);
  return memoryBytes;
}

/** Opens a model file. Several requests at once share its batches. Throws MEMORY_SHORT or ENGINE_FAILED. */
export async function openEmbedded(
  target: HostTarget,
  options: LoadOptions,
): Promise<{ readonly session: Session; readonly memoryBytes: number }> {
  const inspected = await inspect(target);
  const { memoryBytes, kind } = inspected;
  if (isForVectors(kind))
    return { session: vectorSession(target, { ...(await loadForVectors(target, inspected, options)), kind }), memoryBytes };
  return { session: sessionOn(await loadModel(target, inspected, options)), memoryBytes };
}

/** The header is read once for the estimate and the opening that follows. */
const inspections = new WeakMap<HostTarget, Promise<Inspected>>();

function inspect(target: HostTarget, freeBytes?: number): Promise<Inspected> {
  const known = inspections.get(target) ?? inspectFile(target, freeBytes);
  inspections.set(target, known);
  return known;
}

function sessionOn(open: EmbeddedModel): Session {
  const { threads } = open;
  const { contextLength, trainedContextLength } = open.facts;
  return {
    facts: open.facts,
    generate: (request, signal) => eventsOf((emit, stop) => generate(open, request, stop, emit), signal),
    countTokens: async (messages, tools) => open.promptTokens({ messages, tools }).tokens.length,
    render: async (request) => open.model.detokenize([...open.promptTokens(request).tokens], true),
    embed: (texts, signal) => embedTexts(open.model, texts, { threads, contextLength, trainedContextLength, signal }),
    score: (asked, signal) => scoreText(open, asked, { threads, contextLength, trainedContextLength, signal }),
    tokenize: async (asked) => tokenize(open, asked),
    [Symbol.asyncDispose]: () => open.dispose(),
  };
}
