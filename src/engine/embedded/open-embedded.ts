import type { Session } from '../engine.ts';
import { eventsOf } from '../events-of.ts';
import type { HostTarget } from '../host/protocol.ts';
import { type EmbeddedModel, inspectFile, loadModel } from './embedded-model.ts';
import { generate } from './generate.ts';
import { createTurns } from './turns.ts';

/** The embedded engine itself: sessions whose native code runs in this process. Only the engine process comes here. */

/** Bytes of memory the model will take. Throws for a file the engine must not open. */
export async function estimateEmbedded(target: HostTarget): Promise<number> {
  const { memoryBytes } = await inspectFile(target);
  return memoryBytes;
}

/** Opens a model file. Requests wait their turn. Throws MEMORY_SHORT or ENGINE_FAILED. */
export async function openEmbedded(target: HostTarget): Promise<{ readonly session: Session; readonly memoryBytes: number }> {
  const { contextLength, memoryBytes } = await inspectFile(target);
  const model = await loadModel(target, contextLength);
  return { session: sessionOn(model), memoryBytes };
}

function sessionOn(open: EmbeddedModel): Session {
  const inTurn = createTurns();
  return {
    facts: open.facts,
    generate: (request, signal) => eventsOf((emit, stop) => inTurn(() => generate(open, request, stop, emit), stop), signal),
    countTokens: async (messages) => open.promptTokens(messages).length,
    embed: (texts, signal) => inTurn(() => embed(open, texts), signal),
    [Symbol.asyncDispose]: () => open.dispose(),
  };
}

async function embed({ model }: EmbeddedModel, texts: readonly string[]): Promise<readonly (readonly number[])[]> {
  const context = await model.createEmbeddingContext();
  try {
    const vectors: (readonly number[])[] = [];
    for (const text of texts) vectors.push((await context.getEmbeddingFor(text)).vector);
    return vectors;
  } finally {
    await context.dispose();
  }
}
