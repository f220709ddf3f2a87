import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { abortError, throwIfAborted } from '../../base/abort.ts';
import type { BatchLoop, Deterministic, Job, JobSlot } from './batch-loop.ts';
import type { NativeSequence } from './native.ts';
import { endsBeforeSingles } from './prompt-chunks.ts';
import { createSlotState } from './slot-state.ts';
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

/** A slot on a sequence; `maxSlotTokens` is what the context holds for it. */
export function createSlot(sequence: NativeSequence, batches: BatchLoop, maxSlotTokens: number): Slot {
  const state = createSlotState(sequence, maxSlotTokens);
  const { tokens, deterministicEnds } = state;
  return {
    tokens,
    canBeCut: !sequence.needsCheckpoints,
    deterministicEnds,
    get deterministicThreads() {
      return state.deterministicThreads;
    },
    changed: state.changed,
    touch: state.onChange,
    keep: (count) => batches.between(() => state.keep(count)),
    async deterministic(prompt) {
      const repeatable = endsBeforeSingles(deterministicEnds).at(-1) ?? 0;
      const goesOn = commonLength(tokens, prompt) > repeatable;
      const threads = goesOn ? state.deterministicThreads : undefined;
      return threads === undefined ? batches.deterministic() : { threads };
    },
    async evaluate(more, how) {
      throwIfAborted(how.signal);
      if (more.length > 0) await evaluate(batches, state, more, how);
    },
    generate(first, options, how) {
      const isLast = (token: Token, count: number): boolean =>
        how.isEnd(token) || count >= how.maxTokens || tokens.length + 1 >= maxSlotTokens;
      return generate({ sequence, batches, state }, first, options, { isLast, deterministic: how.deterministic });
    },
    checkpoint: () => batches.between(state.checkpoint),
    save: (path) => batches.between(() => state.save(path)),
    load: (path) => batches.between(() => state.load(path)),
  };
}

function evaluate(batches: BatchLoop, slot: JobSlot, next: readonly Token[], { signal, deterministic }: Evaluation): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onDone = (): undefined => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onFailed = (error: unknown): void => {
      signal?.removeEventListener('abort', onAbort);
      reject(error);
    };
    const job: Job = { slot, next, deterministic, onDone, onFailed };
    const onAbort = (): void => void batches.withdraw(job).then(() => signal && reject(abortError(signal)));
    signal?.addEventListener('abort', onAbort, { once: true });
    batches.submit(job);
  });
}

interface Generating {
  readonly sequence: NativeSequence;
  readonly batches: BatchLoop;
  readonly state: JobSlot;
}

interface TokenChoice {
  readonly deterministic: Deterministic | undefined;
  isLast(token: Token, count: number): boolean;
}

async function* generate(
  { sequence, batches, state }: Generating,
  first: readonly Token[],
  options: SequenceEvaluateOptions,
  { deterministic, isLast }: TokenChoice,
): AsyncGenerator<Token, void> {
  const isStepwise = sequence.needsCheckpoints || dependsOnText(options);
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
