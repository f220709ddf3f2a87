import { LlamaGrammarEvaluationState, type SequenceEvaluateOptions, type Token } from 'node-llama-cpp';
import { abortError } from '../../base/abort.ts';
import { type AnswerPart, type AnswerParts, createAnswerParts } from '../answer-parts/answer-parts.ts';
import { endingOf } from '../answer-parts/thinking-marks.ts';
import { contextOverflow } from '../context-length.ts';
import type { ChatMessage, ChatRequest, EndReason, EngineFacts, GenerationEvent } from '../engine.ts';
import { grammarOf } from '../grammar/schema-grammar.ts';
import { createRepetitionWatch, endsRepetition } from '../repetition.ts';
import type { Deterministic } from './batch-loop.ts';
import type { EmbeddedModel } from './embedded-model.ts';
import { cutsOf, evaluateDeterministic, evaluatePrompt, savedLengthOf } from './evaluate-prompt.ts';
import { toolsOf } from './functions.ts';
import type { Prompt, PromptRequest } from './prompt-tokens.ts';
import type { Slot } from './slot.ts';
import { tellReading } from './tell-reading.ts';
import { createTokenText, type TokenText } from './token-text.ts';

/** One answer of an open model. */

/** Generates; text goes to `emit` as it comes, the last event is `end`. A prompt that does not fit is CONTEXT_OVERFLOW, never cut. */
export async function generate(
  open: EmbeddedModel,
  request: ChatRequest,
  signal: AbortSignal,
  emit: (event: GenerationEvent) => void,
): Promise<void> {
  const startedAt = performance.now();
  const prompt = open.promptTokens(promptRequestOf(request));
  requireRoom(prompt.tokens.length, request.maxTokens, open.facts);
  const onWait = (): void => emit({ type: 'waiting' });
  const use = { prompt: prompt.tokens, deterministic: request.repeatable === true, onWait };
  emit(await open.slots.use(use, (slot) => answer(open, slot, { request, prompt, startedAt, signal, emit }), signal));
}

/** What of a request its prompt is made of. A grammar leaves no room for thinking. */
function promptRequestOf(request: ChatRequest): PromptRequest {
  return { messages: request.messages, tools: toolsOf(request), thinking: request.jsonSchema ? false : request.thinking, raw: request.raw };
}

interface Answering {
  readonly request: ChatRequest;
  readonly prompt: Prompt;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  emit(event: GenerationEvent): void;
}

/** How tokens of it are computed. */
interface Computing extends Answering {
  readonly deterministic: Deterministic | undefined;
}

/** The answer; returns its end. */
async function answer(open: EmbeddedModel, slot: Slot, answering: Answering): Promise<GenerationEvent> {
  const { request, prompt, startedAt, signal, emit } = answering;
  const deterministic = request.repeatable ? await howOf(open, slot, { request, prompt }) : undefined;
  const told = { totalTokens: prompt.tokens.length, emit };
  const cachedTokens = await tellReading(slot, told, readPrompt(open, slot, { ...answering, deterministic }));
  const parts = createAnswerParts(formOf(open, request, prompt));
  const text = createTokenText(open.model, prompt.tokens, open.template ? open.template.marks : '');
  let calls = 0;
  let firstTokenAt: number | undefined;
  const tell = (said: readonly AnswerPart[]): void => {
    for (const part of said) {
      if (part.type !== 'call') emit(part);
      else {
        calls += 1;
        emit({ type: 'tool-call', call: { id: `call-${request.messages.length}-${calls}`, ...part.call } });
      }
    }
  };
  const written = await write(open, slot, {
    ...answering,
    deterministic,
    parts,
    text,
    tell,
    onToken: () => {
      firstTokenAt ??= performance.now();
    },
  });
  if (signal.aborted) throw abortError(signal);
  tell(parts.push(text.end()));
  tell(parts.end());
  await slot.checkpoint();
  const loadMs = Math.round(open.untoldLoadMs);
  open.untoldLoadMs = 0;
  const endedAt = performance.now();
  const first = firstTokenAt ?? endedAt;
  return {
    type: 'end',
    reason: calls > 0 ? 'tool-calls' : written.reason,
    usage: {
      promptTokens: prompt.tokens.length,
      cachedTokens,
      generatedTokens: written.tokens,
      threads: deterministic?.threads,
      loadMs,
      timeToFirstTokenMs: Math.round(first - startedAt),
      totalMs: Math.round(endedAt - startedAt),
      promptTokensPerSecond: rate(prompt.tokens.length - cachedTokens, first - startedAt),
      generatedTokensPerSecond: rate(written.tokens - 1, endedAt - first),
    },
  };
}

async function howOf(open: EmbeddedModel, slot: Slot, { request, prompt }: Pick<Answering, 'request' | 'prompt'>): Promise<Deterministic> {
  const { threads } = request;
  return threads === undefined ? slot.deterministic(prompt.tokens) : { threads: Math.min(threads, open.threads) };
}

/** Brings the slot to all of the prompt but its last token. Returns how many tokens were there already. */
async function readPrompt(open: EmbeddedModel, slot: Slot, reading: Computing): Promise<number> {
  const { request, prompt, signal, deterministic } = reading;
  const asked = promptRequestOf(request);
  const tokensOf = (messages: readonly ChatMessage[]): readonly Token[] => open.promptTokens({ ...asked, messages }).tokens;
  if (deterministic) {
    const cuts = cutsOf(tokensOf, request.messages, prompt.tokens);
    return evaluateDeterministic(slot, prompt.tokens, { cuts, deterministic, signal });
  }
  const systemLength = savedLengthOf(tokensOf, request.messages, prompt.tokens);
  return evaluatePrompt(slot, prompt.tokens, { signal, systemLength, states: open.states });
}

/** What the answer may hold. */
function formOf({ template }: EmbeddedModel, request: ChatRequest, { opened }: Prompt): Parameters<typeof createAnswerParts>[0] {
  const isForced = request.jsonSchema !== undefined;
  return {
    thinking: isForced ? [] : (template?.thinking ?? []),
    calls: toolsOf(request) ? (template?.calls ?? []) : [],
    isHarmony: !isForced && template?.isHarmony === true,
    isForced,
    stops: request.stop ?? [],
    opened,
  };
}

interface Writing extends Computing {
  readonly parts: AnswerParts;
  readonly text: TokenText;
  tell(parts: readonly AnswerPart[]): void;
  onToken(): void;
}

/** Tokens of thinking where a model thinks without being asked to, and cannot be told how long. */
const shortThinkingTokens = 512;

/** An answer as far as it is written. */
interface Underway extends Writing {
  readonly written: Token[];
  /** Evaluated before the next token is chosen. */
  next: readonly Token[];
  /** How many of `written` were thought. */
  thoughtTokens: number;
  readonly maxTokens: number;
  readonly maxThoughtTokens: number;
  readonly sampling: SequenceEvaluateOptions;
  /** Whether it has come to repeat itself, with the text of one more token. */
  repeats(piece: string): boolean;
}

/** Chooses token after token until the answer ends. Thinking beyond its budget is ended, and the answer goes on behind it. */
async function write(open: EmbeddedModel, slot: Slot, writing: Writing): Promise<{ readonly reason: EndReason; readonly tokens: number }> {
  const { request, prompt } = writing;
  const room = open.facts.contextLength - prompt.tokens.length - 1;
  const written: Token[] = [];
  const underway: Underway = {
    ...writing,
    written,
    next: prompt.tokens.slice(-1),
    thoughtTokens: 0,
    maxTokens: Math.min(request.maxTokens ?? room, room),
    maxThoughtTokens: thinkingBudget(open, request),
    sampling: await samplingOf(open, request, written),
    repeats: endsRepetition(request) ? createRepetitionWatch() : () => false,
  };
  let reason = await writeTokens(open, slot, underway);
  while (reason === 'thought') reason = (await endThinking(open, slot, underway)) ? await writeTokens(open, slot, underway) : 'length';
  return { reason, tokens: written.length };
}

/** Writes on until the answer ends, or until the model thought more than it may. */
async function writeTokens({ model }: EmbeddedModel, slot: Slot, underway: Underway): Promise<EndReason | 'thought'> {
  const { written, next, maxTokens, sampling, signal, deterministic, parts, text, tell, onToken, repeats } = underway;
  const how = { isEnd: (token: Token) => model.isEogToken(token), deterministic, signal, maxTokens: maxTokens - written.length };
  for await (const token of slot.generate(next, sampling, how)) {
    if (signal.aborted) break;
    onToken();
    if (model.isEogToken(token)) return 'stop';
    written.push(token);
    const piece = text.push(token);
    tell(parts.push(piece));
    if (parts.isStopped) return 'stop';
    if (repeats(piece)) return 'repetition';
    if (parts.thinking) underway.thoughtTokens += 1;
    if (parts.thinking && underway.thoughtTokens > underway.maxThoughtTokens) return 'thought';
  }
  return 'length';
}

/** Writes the end of thinking in the place of the model; false where there is no room for an answer behind it. */
async function endThinking({ model }: EmbeddedModel, slot: Slot, underway: Underway): Promise<boolean> {
  const { prompt, written, maxTokens, signal, deterministic, parts, tell } = underway;
  if (!parts.thinking) return false;
  const ending = model.tokenize(endingOf(parts.thinking), true, 'trimLeadingSpace');
  if (written.length + ending.length >= maxTokens) return false;
  const known = [...prompt.tokens, ...written];
  written.push(...ending);
  tell(parts.push(endingOf(parts.thinking)));
  await slot.keep(known.length);
  await slot.evaluate([...known, ...ending].slice(slot.tokens.length, -1), { signal, deterministic });
  underway.next = ending.slice(-1);
  return true;
}

/** Tokens a model may think. */
function thinkingBudget({ template }: EmbeddedModel, { thinking, thinkingTokens }: ChatRequest): number {
  if (thinkingTokens !== undefined) return thinkingTokens;
  if (thinking === false) return 0;
  return thinking === 'low' && template?.knowsEffort !== true ? shortThinkingTokens : Number.POSITIVE_INFINITY;
}

/** How tokens are chosen. Penalties look at what was `written`. */
async function samplingOf(
  { model }: EmbeddedModel,
  { sampling = {}, jsonSchema }: ChatRequest,
  written: readonly Token[],
): Promise<SequenceEvaluateOptions> {
  const { repeatPenalty = 1 } = sampling;
  const grammar = jsonSchema && (await model.llama.createGrammar({ grammar: grammarOf(jsonSchema) }));
  return {
    temperature: sampling.temperature ?? 0.7,
    topK: sampling.topK ?? 40,
    topP: sampling.topP ?? 0.95,
    minP: sampling.minP ?? 0.05,
    seed: sampling.seed ?? Math.floor(Math.random() * 2 ** 31),
    grammarEvaluationState: grammar && new LlamaGrammarEvaluationState({ model, grammar }),
    repeatPenalty:
      repeatPenalty === 1
        ? undefined
        : {
            penalty: repeatPenalty,
            maxPunishTokens: penaltyTokens,
            punishTokens: () => written.slice(-penaltyTokens).filter((token) => token !== model.tokens.nl),
          },
  };
}

/** Tokens a penalty looks back. */
const penaltyTokens = 64;

/** Throws unless the prompt and the answer asked for fit. */
function requireRoom(promptTokens: number, maxTokens: number | undefined, { contextLength, trainedContextLength }: EngineFacts): void {
  if (promptTokens + (maxTokens ?? 1) + 1 <= contextLength) return;
  throw contextOverflow({ promptTokens, maxTokens, contextLength, trainedContextLength });
}

function rate(tokens: number, durationMs: number): number {
  return durationMs > 0 && tokens > 0 ? Math.round((tokens / durationMs) * 10_000) / 10 : 0;
}
