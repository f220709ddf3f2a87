import type { Session } from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import type { HostTarget } from '../host/protocol.ts';
import { type EmbeddedModel, type Inspected, inspectFile, type LoadOptions, loadModel } from './embedded-model.ts';
import { generate } from './generate.ts';

/** The embedded engine itself: sessions whose native code runs in this process. Only the engine process comes here. */

/** Bytes of memory the model will take. Throws for a file the engine must not open. */
export async function estimateEmbedded(target: HostTarget): Promise<number> {
  const { memoryBytes } = await inspect(target);
  return memoryBytes;
}

/** Opens a model file. Several requests at once share its batches. Throws MEMORY_SHORT or ENGINE_FAILED. */
export async function openEmbedded(
  target: HostTarget,
  options: LoadOptions,
): Promise<{ readonly session: Session; readonly memoryBytes: number }> {
  const inspected = await inspect(target);
  const model = await loadModel(target, inspected, options);
  return { session: sessionOn(model), memoryBytes: inspected.memoryBytes };
}

/** The header is read once for the estimate and the opening that follows. */
const inspections = new WeakMap<HostTarget, Promise<Inspected>>();

function inspect(target: HostTarget): Promise<Inspected> {
  const known = inspections.get(target) ?? inspectFile(target);
  inspections.set(target, known);
  return known;
}

function sessionOn(open: EmbeddedModel): Session {
  return {
    facts: open.facts,
    generate: (request, signal) => eventsOf((emit, stop) => generate(open, request, stop, emit), signal),
    countTokens: async (messages, tools) => open.promptTokens({ messages, tools }).tokens.length,
    embed: (texts) => embed(open, texts),
    [Symbol.asyncDispose]: () => open.dispose(),
  };
}

async function embed({ model, threads }: EmbeddedModel, texts: readonly string[]): Promise<readonly (readonly number[])[]> {
  const context = await model.createEmbeddingContext({ threads });
  try {
    const vectors: (readonly number[])[] = [];
    for (const text of texts) vectors.push((await context.getEmbeddingFor(text)).vector);
    return vectors;
  } finally {
    await context.dispose();
  }
}
