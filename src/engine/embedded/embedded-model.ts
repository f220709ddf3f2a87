import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Llama, LlamaModel } from 'node-llama-cpp';
import { throwIfAborted } from '../../base/abort.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { checkGgufFile } from '../../gguf/facts.ts';
import type { ModelKind } from '../../gguf/file-kind.ts';
import { estimateMemory } from '../../gguf/memory-estimate.ts';
import { contextLengthFor } from '../context-length.ts';
import type { EngineFacts, LoadEvent } from '../engine.ts';
import type { HostTarget } from '../host/protocol.ts';
import { loadFailure } from '../load-failure.ts';
import { createBatchLoop } from './batch-loop.ts';
import { type ModelTemplate, openModelTemplate, type TemplateSources } from './model-template.ts';
import { nativeContext, nativeSequence } from './native.ts';
import { createPromptTokens, type PromptTokens } from './prompt-tokens.ts';
import { startRuntime } from './runtime.ts';
import { createSavedStates, type SavedStates } from './saved-states.ts';
import { joinCores } from './shared-cores.ts';
import { createSlot } from './slot.ts';
import { createSlotPool, type SlotContext, type SlotPool } from './slot-pool.ts';

/** A model in memory with the slots of its context. */
export interface EmbeddedModel {
  readonly facts: EngineFacts;
  readonly model: LlamaModel;
  /** Tokens of its vocabulary, by its header. */
  readonly vocabularySize: number;
  readonly slots: SlotPool;
  readonly states: SavedStates;
  /** The chat template of its file; undefined where it has none: a base model, which is told the text alone. */
  readonly template: ModelTemplate | undefined;
  readonly threads: number;
  /** How long loading took, until the first answer has told it; then 0. */
  untoldLoadMs: number;
  readonly promptTokens: PromptTokens;
  dispose(): Promise<void>;
}

/** What loading works with. */
export interface LoadOptions {
  /** Where states of prompts are kept, for this process and later ones. */
  readonly stateFolder: string;
  /** Threads that call the library: with several, requests at once have contexts of their own, which compute beside each other. */
  readonly poolSize: number;
  /** Takes more memory from the budget, or gives some back; false when there is not enough. */
  takeMemory(bytes: number): boolean;
  /** Ends the load when it fires. */
  readonly signal?: AbortSignal;
  /** How far the loading is. */
  onEvent?(event: LoadEvent): void;
}

/** What is known of a file before it is loaded. */
export interface Inspected {
  readonly contextLength: number;
  readonly trainedContextLength?: number;
  readonly kind: ModelKind;
  readonly vocabularySize: number;
  readonly memoryBytes: number;
  /** Of its tensors in the file. */
  readonly weightsBytes: number;
  /** Of the memory, what each request at once takes. */
  readonly slotBytes: number;
  /** Its chat templates, where it has any. */
  readonly templates: TemplateSources | undefined;
}

/** Requests at once where nothing else is said; more gain little on few cores (four: 1.6 times the tokens of one, eight: 1.9). */
const defaultParallel = 4;

/** Memory the file will take, after a check of its header: native code ends the process on files that are broken. */
export async function inspectFile({ path, name, contextLength }: HostTarget, freeBytes?: number): Promise<Inspected> {
  const facts = await checkGgufFile(path);
  const wanted = contextLengthFor(facts, { contextLength, freeBytes });
  const { totalBytes, kvCacheBytes } = estimateMemory(facts, { contextLength: wanted });
  const { chatTemplate = '', toolTemplate } = facts;
  const templates = chatTemplate.trim() === '' ? undefined : { name, chatTemplate, toolTemplate };
  const { kind, contextLength: trainedContextLength, vocabularySize = 0 } = facts;
  const memory = { memoryBytes: totalBytes, weightsBytes: facts.tensorBytes, slotBytes: kvCacheBytes };
  return { contextLength: wanted, trainedContextLength, kind, vocabularySize, ...memory, templates };
}

/** Loads a model. `threads` is always given: without it the engine takes at least four, which fight over two cores. */
export async function loadModel(target: HostTarget, inspected: Inspected, options: LoadOptions): Promise<EmbeddedModel> {
  const startedAt = performance.now();
  const { contextLength } = inspected;
  const llama = await startRuntime();
  const threads = target.threads ?? availableParallelism();
  let model: LlamaModel | undefined;
  try {
    const onLoadProgress = (fraction: number): void =>
      options.onEvent?.({ type: 'loading', fraction, name: target.name, sizeBytes: inspected.weightsBytes });
    model = await llama.loadModel({ modelPath: target.path, loadSignal: options.signal, onLoadProgress });
    const opened = model;
    const template = inspected.templates && openModelTemplate(opened, inspected.templates);
    const isSeparate = options.poolSize > 1 && options.poolSize === threads && llama.gpu === false;
    const openContext = (count: number): Promise<SlotContext> =>
      createSlotContext(opened, { contextSize: contextLength, sequences: count, threads, isSeparate });
    const first = await openContext(1);
    const { takeMemory, stateFolder } = options;
    const { slotBytes } = inspected;
    // Without a place for states of prompts they are evaluated each time.
    await makeFolder(stateFolder, { mode: 0o700 }).catch(() => undefined);
    const maxSlots = target.parallel ?? defaultParallel;
    const slots = createSlotPool(first, { openContext, maxSlots, isSeparate, slotBytes, takeMemory, stateFolder });
    const { size, mtimeMs, ino } = await stat(target.path);
    const release = llama.llamaCppRelease.release;
    const states = createSavedStates(stateFolder, [size, mtimeMs, ino, release, llama.gpu, contextLength]);
    return {
      model,
      vocabularySize: inspected.vocabularySize,
      slots,
      states,
      template,
      threads,
      untoldLoadMs: performance.now() - startedAt,
      facts: {
        ...factsOf(llama, inspected, threads),
        repeatableAtOnce: isSeparate && maxSlots >= threads && hasRoomFor((threads - 1) * slotBytes, takeMemory) ? threads : 1,
        modelName: opened.fileInfo.metadata.general.name,
        supports: { jsonSchema: true, tools: template?.knowsTools === true, requiredCalls: false, embeddings: true, seed: true },
      },
      promptTokens: createPromptTokens(opened, template),
      async dispose() {
        await slots.dispose();
        await opened.dispose();
      },
    };
  } catch (error) {
    await model?.dispose();
    throwIfAborted(options.signal);
    throw loadFailure(target.name, error);
  }
}

/** Loads a model that writes nothing: no slots, no template. */
export async function loadForVectors(
  target: HostTarget,
  inspected: Inspected,
  { signal, onEvent }: LoadOptions,
): Promise<{ readonly model: LlamaModel; readonly facts: EngineFacts; readonly threads: number }> {
  const llama = await startRuntime();
  const threads = target.threads ?? availableParallelism();
  try {
    const onLoadProgress = (fraction: number): void => onEvent?.({ type: 'loading', fraction });
    const model = await llama.loadModel({ modelPath: target.path, loadSignal: signal, onLoadProgress });
    const supports = { jsonSchema: false, tools: false, requiredCalls: false, embeddings: inspected.kind === 'embedding', seed: false };
    return { model, threads, facts: { ...factsOf(llama, inspected, threads), supports } };
  } catch (error) {
    throwIfAborted(signal);
    throw loadFailure(target.name, error);
  }
}

function hasRoomFor(bytes: number, takeMemory: LoadOptions['takeMemory']): boolean {
  return takeMemory(bytes) && takeMemory(-bytes);
}

function factsOf(llama: Llama, { contextLength, trainedContextLength, kind }: Inspected, threads: number): Omit<EngineFacts, 'supports'> {
  return {
    kind: 'embedded',
    version: `llama.cpp ${llama.llamaCppRelease.release}`,
    device: `${llama.gpu === false ? 'CPU' : llama.gpu}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    contextLength,
    trainedContextLength,
    modelKind: kind,
  };
}

/** A context with so many slots; `contextSize` is that of each. One that `isSeparate` computes beside others. */
async function createSlotContext(
  model: LlamaModel,
  {
    isSeparate,
    ...size
  }: { readonly contextSize: number; readonly sequences: number; readonly threads: number; readonly isSeparate: boolean },
): Promise<SlotContext> {
  const context = await model.createContext(size);
  const cores = isSeparate ? joinCores(size.threads) : undefined;
  const batches = createBatchLoop(nativeContext(context), { capacity: context.batchSize, maxThreads: size.threads, cores });
  const slots = Array.from({ length: size.sequences }, () => createSlot(nativeSequence(context, model.llama), batches, size.contextSize));
  return {
    slots,
    cores,
    async dispose() {
      await batches.stop();
      cores?.[Symbol.dispose]();
      await context.dispose();
    },
  };
}
