import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { abortError, throwIfAborted } from '../../base/abort.ts';
import type { BatchLoop, Deterministic, Job, JobSlot } from './batch-loop.ts';
import type { NativeCheckpoint, NativeSequence } from './native.ts';
import { endsBeforeSingles } from './prompt-chunks.ts';
import { createTokenStream } from './token-stream.ts';

/** One conversation's place in a context: its tokens there, and what can be done to them. One request at a time. */
export interface Slot {
  /** What the context holds of it. */
  readonly tokens: readonly Token[];
  /** Whether its state can be cut at any place, and so be shared by what begins alike. */
  readonly canBeCut: boolean;
  /** Where the batches ended that held nothing but its first tokens: see {@link chunkEnds}. */
  readonly deterministicEnds: readonly number[];
  /** By how many threads single tokens among those were computed. */
  readonly deterministicThreads: number | undefined;
  /** Settles with the next change of `tokens`, or with {@link touch}. */
  changed(): Promise<void>;
  touch(): void;
  /** Cuts to the first `count` tokens, or to fewer where the state cannot be cut there. */
  keep(count: number): Promise<void>;
  /** How a deterministic request for this prompt is computed: as the slot computed what the prompt goes on from, or as is best now. */
  deterministic(prompt: readonly Token[]): Promise<Deterministic>;
  /** Evaluates tokens after those that are there. An abort is heard between two batches. */
  evaluate(tokens: readonly Token[], how: Evaluation): Promise<void>;
  /** Evaluates, then chooses token after token, the last one an end token or the one `maxTokens` allows. */
  generate(tokens: readonly Token[], options: SequenceEvaluateOptions, how: Generation): AsyncGenerator<Token, void>;
  /** Notes a place to which {@link keep} can go back where the state cannot be cut. */
  checkpoint(): Promise<void>;
  /** Writes what it holds to a file, or takes it from one this process wrote. */
  save(path: string): Promise<void>;
  load(path: string): Promise<void>;
}

/** How tokens are evaluated. */
export interface Evaluation {
  readonly signal?: AbortSignal;
  readonly deterministic?: Deterministic;
}

/** How tokens are generated. */
export interface Generation extends Evaluation {
  readonly maxTokens: number;
  isEnd(token: Token): boolean;
}

/** Checkpoints kept; each holds a copy of the state's part that cannot be cut. */
const maxCheckpoints = 2;

/** A slot on a sequence; `maxSlotTokens` is what the context holds for it. */
export function createSlot(sequence: NativeSequence, batches: BatchLoop, maxSlotTokens: number): Slot {
  const { context, id } = sequence;
  const tokens: Token[] = [];
  let checkpoints: NativeCheckpoint[] = [];
  let tell = (): void => undefined;
  let change = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const state: JobSlot = {
    id,
    tokens,
    deterministicEnds: [],
    deterministicThreads: undefined,
    onChange(): void {
      tell();
      change = new Promise((resolve) => {
        tell = resolve;
      });
    },
  };

  function clear(): void {
    context.disposeSequence(id);
    tokens.length = 0;
    state.deterministicEnds.length = 0;
  }

  async function cut(count: number): Promise<void> {
    if (count >= tokens.length) return;
    if (count === 0) return clear();
    if (count > context.getSequenceKvCacheMinPosition(id) && context.removeTokenCellsFromSequence(id, count, tokens.length)) {
      tokens.length = count;
      return;
    }
    const checkpoint = checkpoints.findLast(({ minPos, maxPos }) => minPos <= count - 1 && maxPos < tokens.length);
    const last = Math.min(count - 1, checkpoint?.maxPos ?? 0);
    if (checkpoint && (await context.restoreCheckpoint(checkpoint, last))) tokens.length = last + 1;
    else clear();
  }

  return {
    tokens,
    canBeCut: !sequence.needsCheckpoints,
    deterministicEnds: state.deterministicEnds,
    get deterministicThreads() {
      return state.deterministicThreads;
    },
    changed: () => change,
    touch: state.onChange,
    keep: (count) =>
      batches.between(async () => {
        await cut(count);
        while ((state.deterministicEnds.at(-1) ?? 0) > tokens.length) state.deterministicEnds.pop();
        for (const checkpoint of checkpoints) if (checkpoint.maxPos >= tokens.length) checkpoint.dispose();
        checkpoints = checkpoints.filter(({ maxPos }) => maxPos < tokens.length);
      }),
    async deterministic(prompt) {
      const repeatable = endsBeforeSingles(state.deterministicEnds).at(-1) ?? 0;
      const goesOn = commonLength(tokens, prompt) > repeatable;
      const threads = goesOn ? state.deterministicThreads : undefined;
      return threads === undefined ? batches.deterministic() : { threads };
    },
    async evaluate(more, { signal, deterministic }) {
      throwIfAborted(signal);
      if (more.length === 0) return;
      await new Promise<void>((resolve, reject) => {
        const onDone = (): undefined => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const onFailed = (error: Error): void => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        };
        const job: Job = { slot: state, next: more, deterministic, onDone, onFailed };
        const onAbort = (): void => void batches.withdraw(job).then(() => signal && reject(abortError(signal)));
        signal?.addEventListener('abort', onAbort, { once: true });
        batches.submit(job);
      });
    },
    async *generate(first, options, { maxTokens, isEnd, deterministic }) {
      const isStepwise = sequence.needsCheckpoints || dependsOnText(options);
      const isLast = (token: Token, count: number): boolean => isEnd(token) || count >= maxTokens || tokens.length + 1 >= maxSlotTokens;
      const stream = createTokenStream(isStepwise, isLast);
      const sampler = sequence.createSampler();
      const job: Job = { slot: state, next: first, sampler, deterministic, onDone: stream.accept, onFailed: stream.fail };
      try {
        sampler.applyConfig(sequence.samplerConfig(options));
        batches.submit(job);
        yield* stream.read((token) => {
          if (isStepwise) sampler.applyConfig(sequence.samplerConfig(options));
          job.next = [token];
          batches.submit(job);
        });
      } finally {
        await batches.withdraw(job);
        sampler.dispose();
      }
    },
    checkpoint: () =>
      batches.between(async () => {
        if (!sequence.needsCheckpoints || tokens.length === 0 || checkpoints.some(({ maxPos }) => maxPos === tokens.length - 1)) return;
        const checkpoint = sequence.createCheckpoint();
        await checkpoint.init(context, id);
        checkpoints.push(checkpoint);
        if (checkpoints.length > maxCheckpoints) checkpoints.shift()?.dispose();
      }),
    save: (path) =>
      batches.between(async () => {
        await context.saveSequenceStateToFile(path, id, Uint32Array.from(tokens));
      }),
    load: (path) =>
      batches.between(async () => {
        clear();
        try {
          tokens.push(...(Array.from(await context.loadSequenceStateFromFile(path, id, maxSlotTokens)) as Token[]));
        } catch (error) {
          clear();
          throw error;
        }
      }),
  };
}

/** Whether what is chosen next depends on what was made of the last token. */
function dependsOnText(options: SequenceEvaluateOptions): boolean {
  return options.repeatPenalty !== undefined || options.tokenBias !== undefined || isConstrained(options);
}

/** Whether a grammar has a say now. */
function isConstrained({ grammarEvaluationState }: SequenceEvaluateOptions): boolean {
  return (typeof grammarEvaluationState === 'function' ? grammarEvaluationState() : grammarEvaluationState) !== undefined;
}

/** How many tokens two lists begin with alike. */
export function commonLength(a: readonly Token[], b: readonly Token[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return length;
}
