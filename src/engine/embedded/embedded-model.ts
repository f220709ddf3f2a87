import { availableParallelism } from 'node:os';
import {
  type ChatWrapper,
  type LlamaContext,
  type LlamaContextSequence,
  type LlamaModel,
  resolveChatWrapper,
  type Token,
} from 'node-llama-cpp';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { checkGgufFile } from '../../gguf/facts.ts';
import { estimateMemory } from '../../gguf/memory-estimate.ts';
import type { ChatMessage, EngineFacts } from '../engine.ts';
import type { HostTarget } from '../host/protocol.ts';
import { historyOf } from './conversation.ts';
import { startRuntime } from './runtime.ts';

/** A model in memory with its context, for one request at a time. */
export interface EmbeddedModel {
  readonly facts: EngineFacts;
  readonly model: LlamaModel;
  readonly sequence: LlamaContextSequence;
  readonly chatWrapper: ChatWrapper;
  readonly loadMs: number;
  promptTokens(messages: readonly ChatMessage[]): Token[];
  dispose(): Promise<void>;
}

/** What opens when nothing else is said: enough for a long conversation, little enough for an old machine. */
const usualContextLength = 4096;

/** Memory the file will take, after a check of its header: native code ends the process on files that are broken. */
export async function inspectFile({ path, contextLength }: HostTarget): Promise<{ contextLength: number; memoryBytes: number }> {
  const facts = await checkGgufFile(path);
  const trained = facts.contextLength ?? usualContextLength;
  const wanted = contextLength ?? Math.min(usualContextLength, trained);
  if (wanted > trained) {
    throw new LuciError('USAGE', `The model was trained for a context of ${trained} tokens, asked are ${wanted}.`, {
      hint: `Ask for ${trained} or less.`,
    });
  }
  return { contextLength: wanted, memoryBytes: estimateMemory(facts, { contextLength: wanted }).totalBytes };
}

/** Loads a model. `threads` is always given: without it the engine takes at least four, which fight over two cores. */
export async function loadModel(target: HostTarget, contextLength: number): Promise<EmbeddedModel> {
  const startedAt = performance.now();
  const llama = await startRuntime();
  const threads = target.threads ?? availableParallelism();
  let model: LlamaModel | undefined;
  let context: LlamaContext | undefined;
  try {
    model = await llama.loadModel({ modelPath: target.path });
    context = await model.createContext({ contextSize: contextLength, sequences: 1, threads });
    const sequence = context.getSequence();
    const chatWrapper = resolveChatWrapper(model);
    const opened = { model, context };
    return {
      model,
      sequence,
      chatWrapper,
      loadMs: performance.now() - startedAt,
      facts: {
        kind: 'embedded',
        version: `llama.cpp ${llama.llamaCppRelease.release}`,
        device: `${llama.gpu === false ? 'CPU' : llama.gpu}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
        contextLength,
        // Tools go through the grammar: that works for every model, whether or not its template knows tools.
        supports: { jsonSchema: true, tools: false, embeddings: true, seed: true },
      },
      promptTokens(messages) {
        const { contextText } = chatWrapper.generateContextState({ chatHistory: historyOf(messages) });
        return contextText.tokenize(opened.model.tokenizer);
      },
      async dispose() {
        await opened.context.dispose();
        await opened.model.dispose();
      },
    };
  } catch (error) {
    await context?.dispose();
    await model?.dispose();
    if (isLuciError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const isMemory = /memory|VRAM|allocat/i.test(reason);
    throw new LuciError(isMemory ? 'MEMORY_SHORT' : 'ENGINE_FAILED', `${target.name} could not be loaded: ${reason.split('\n')[0] ?? ''}`, {
      hint: isMemory ? 'Ask for a smaller context, or a smaller model: luci list' : `luci verify ${target.name}`,
    });
  }
}
