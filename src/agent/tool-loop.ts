import type { ChatMessage, ChatRequest, EndReason, GenerationEvent, Session, ToolCall, Usage } from '../engine/engine.ts';
import type { Attempt } from './calls/call-form.ts';
import { checkCall } from './check-call.ts';
import { createGuidance, type Guidance } from './guidance/guidance.ts';
import { askedWith, type OutsideTexts } from './outside-text/outside-texts.ts';
import { createRepeatedCalls, type RepeatedCalls } from './repeated-calls.ts';
import { failedCall, runTool } from './run-tool.ts';
import { type ConfirmCall, hasEffect, type Tool, type ToolResult } from './tool.ts';
import { type ChatUse, defaultLimits, type QuestionBudget, questionBudget, type ToolLimits } from './tool-limits.ts';
import { toolTurn } from './tool-turn.ts';

/** An answer that may need tools: the model calls, the calls are carried out, and so on until it answers. */

/** What happens on the way to an answer. The last is `end`. A call that cannot be used has a result and no `tool-call`. */
export type AgentEvent =
  | GenerationEvent
  /** A sentence of luci's own that ends an answer; the model did not write it. */
  | { readonly type: 'text'; readonly text: string; readonly byLuci: true }
  | { readonly type: 'tool-result'; readonly result: ToolResult }
  /** What the person's words name was looked up before the model was asked; see {@link RequestDefaults.guided}. */
  | { readonly type: 'look'; readonly call: ToolCall };

/** What the loop works with. */
export interface ToolLoopOptions {
  readonly tools: readonly Tool[];
  readonly confirm?: ConfirmCall;
  readonly signal?: AbortSignal;
  /** What the chat used of its limits before; grows. */
  readonly chatUse?: ChatUse;
  /** What the conversation has of texts that its person did not write; grows. */
  readonly outside?: OutsideTexts;
  /** See {@link RequestDefaults.maxCalls}. */
  readonly maxCalls?: number;
  /** See {@link RequestDefaults.guided}; by what the person wrote last, which `outside` has. */
  readonly guided?: boolean;
}

/** The same call may give the same result so often; after that the answer ends. */
const maxSameResults = 3;

/** Runs the loop. `messages` grows by the turns of the model and the results of the tools, so that the caller can go on with it. */
export async function* answerWithTools(
  session: Session,
  request: ChatRequest,
  messages: ChatMessage[],
  { tools, confirm, signal, outside, maxCalls, guided, chatUse = { calls: 0, argumentBytes: 0 } }: ToolLoopOptions,
): AsyncGenerator<AgentEvent> {
  const budget = questionBudget(chatUse, session.facts.contextLength, limitsOf(maxCalls));
  const repeated = createRepeatedCalls();
  const guidance = guidanceOf({ guided, outside, tools }, messages);
  const how: CarryOut = { tools, confirm, signal, outside, budget, repeated, guidance };
  let generatedTokens = 0;
  for (;;) {
    const { mayCall } = budget;
    const asked = { ...request, messages, toolChoice: toolChoiceOf(request, budget, guidance) };
    const turn = yield* takeTurn(session, asked, { tools, withheld: guidance.withheld(), signal });
    // The calls before were written as well.
    generatedTokens += turn.usage?.generatedTokens ?? 0;
    const calls = mayCall ? callsOf(turn, request) : [];
    messages.push(messageOf(turn, calls));
    const cut = cutCallOf(turn);
    if (calls.length === 0 || cut) {
      for (const { call } of calls) messages.push(toldOf(failedCall(call, `${whatCut(turn)} cut this turn`)));
      const sentence = sentenceFor(turn, cut?.call.name, mayCall ? undefined : budget.calls);
      yield* endAnswer(messages, turn, { sentence, generatedTokens });
      return;
    }
    const sentence = yield* carryOut(calls, messages, how);
    if (sentence === undefined) continue;
    yield* endAnswer(messages, turn, { sentence, generatedTokens });
    return;
  }
}

function guidanceOf(
  { guided, outside, tools }: Pick<ToolLoopOptions, 'guided' | 'outside' | 'tools'>,
  messages: readonly ChatMessage[],
): Guidance {
  return createGuidance({ words: guided ? outside?.newestWords : undefined, tools, messages, wasRead: (outside?.texts.length ?? 0) > 0 });
}

function limitsOf(maxCalls: number | undefined): ToolLimits {
  return maxCalls === undefined ? defaultLimits : { ...defaultLimits, callsPerQuestion: maxCalls };
}

/** After the last call the tools are told all the same: the conversation goes on as it began. One call is enough where one is demanded. */
function toolChoiceOf({ toolChoice }: ChatRequest, { mayCall, calls }: QuestionBudget, guidance: Guidance): ChatRequest['toolChoice'] {
  if (!mayCall) return 'none';
  if (toolChoice !== undefined && toolChoice !== 'auto') return calls === 0 ? toolChoice : undefined;
  return guidance.toolChoice() ?? toolChoice;
}

/** A call of a turn: as it was written, and as the conversation has it. */
interface WrittenCall {
  readonly attempt: Attempt;
  readonly call: ToolCall;
}

interface Turn {
  readonly text: string;
  readonly written: string | undefined;
  readonly attempts: readonly WrittenCall[];
  readonly reason: EndReason;
  readonly usage: Usage | undefined;
}

/** The calls of a turn that may be carried out. */
function callsOf({ attempts }: Turn, { toolChoice }: ChatRequest): readonly WrittenCall[] {
  return toolChoice === 'none' ? [] : attempts;
}

/** A turn as the conversation has it, with those of its calls that are carried out. */
function messageOf({ text, written }: Turn, calls: readonly WrittenCall[]): ChatMessage {
  return { role: 'assistant', content: text, toolCalls: calls.length > 0 ? calls.map(({ call }) => call) : undefined, written };
}

/** The call in whose middle the turn was ended. */
function cutCallOf({ reason, attempts }: Turn): WrittenCall | undefined {
  return reason === 'length' || reason === 'repetition' ? attempts.find(({ attempt }) => attempt.problem === 'cut') : undefined;
}

function whatCut({ reason }: Turn): string {
  return reason === 'repetition' ? 'an endless repetition' : 'the limit of tokens';
}

/** Ends an answer with its last turn, and where there is one with a `sentence` that says why. */
function* endAnswer(
  messages: ChatMessage[],
  { text, reason, usage }: Turn,
  { sentence, generatedTokens }: { readonly sentence: string | undefined; readonly generatedTokens: number },
): Generator<AgentEvent, void> {
  if (sentence !== undefined) {
    yield { type: 'text', text: text === '' || text.endsWith('\n') ? sentence : `\n${sentence}`, byLuci: true };
    say(messages, sentence);
  }
  if (usage) yield { type: 'end', reason, usage: { ...usage, generatedTokens } };
}

/** One turn; text and thinking are handed on, the rest is returned. */
async function* takeTurn(
  session: Session,
  request: ChatRequest,
  how: { readonly tools: readonly Tool[]; readonly withheld: readonly string[]; readonly signal: AbortSignal | undefined },
): AsyncGenerator<GenerationEvent, Turn> {
  const attempts: WrittenCall[] = [];
  const nextId = (): string => `call-${request.messages.length}-${attempts.length + 1}`;
  let text = '';
  let written: string | undefined;
  let end: Extract<GenerationEvent, { type: 'end' }> | undefined;
  const events = how.tools.length > 0 ? toolTurn(session, request, how) : session.generate(request, how.signal);
  for await (const event of events) {
    if (event.type === 'end') end = event;
    else if (event.type === 'written') written = event.text;
    else if (event.type === 'attempt') attempts.push({ attempt: event.attempt, call: callOf(event.attempt, event.id ?? nextId()) });
    else {
      if (event.type === 'text') text += event.text;
      yield event;
    }
  }
  return { text, written, attempts, reason: reasonOf(end?.reason, attempts), usage: end?.usage };
}

/** A turn that stops behind a call stops for its result. */
function reasonOf(reason: EndReason | undefined, attempts: readonly WrittenCall[]): EndReason {
  return reason === 'stop' && attempts.length > 0 ? 'tool-calls' : (reason ?? 'stop');
}

function callOf({ name, arguments: args }: Attempt, id: string): ToolCall {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  return { id, name: name === '' ? 'unreadable' : name, arguments: isObject ? (args as ToolCall['arguments']) : {} };
}

interface CarryOut {
  readonly tools: readonly Tool[];
  readonly confirm: ConfirmCall | undefined;
  readonly signal: AbortSignal | undefined;
  readonly outside: OutsideTexts | undefined;
  readonly budget: QuestionBudget;
  readonly repeated: RepeatedCalls;
  readonly guidance: Guidance;
}

/**
 * Carries out the calls of a turn in order, up to one that the person does not allow. Where the model goes in a circle, or wants again what
 * was not allowed: returns the sentence that the answer ends with.
 */
async function* carryOut(
  calls: readonly WrittenCall[],
  messages: ChatMessage[],
  how: CarryOut,
): AsyncGenerator<AgentEvent, string | undefined> {
  let circle: string | undefined;
  let isRefused = false;
  for (const written of calls) {
    const checked = endedBefore(written, { circle, isRefused }) ?? (await check(written, how));
    const isUsable = !('content' in checked);
    if (isUsable) yield { type: 'tool-call', call: checked };
    const ran = isUsable ? await runTool(how.tools, checked, how) : checked;
    const isChange = how.tools.some((tool) => tool.name === ran.call.name && hasEffect(tool));
    const times = how.repeated.count(ran, isChange);
    const content =
      how.budget.bounded(ran.content) + (times === 2 ? '\n(This same call gave this same result before. Do not repeat it.)' : '');
    const result = { ...ran, content };
    if (isUsable) keepResult(result, how.outside);
    messages.push(toldOf(result));
    yield { type: 'tool-result', result };
    how.guidance.note(result);
    if (ran.facts?.refused) isRefused = true;
    circle ??= sentenceAfter(ran, { isKnown: !isUsable, isChange, times });
  }
  return circle;
}

/** A result as the model is told it is a text that the person did not write: what was cut away leads to nothing. */
function keepResult({ call, content, isError, facts }: ToolResult, outside: OutsideTexts | undefined): void {
  if (!facts?.refused) outside?.keep({ tool: call.name, ...askedWith(call.arguments), text: content, isError });
}

/** Why the answer ends with a result: the model goes in a circle, or wants again what was not allowed. */
function sentenceAfter(
  ran: ToolResult,
  { isKnown, isChange, times }: { readonly isKnown: boolean; readonly isChange: boolean; readonly times: number },
): string | undefined {
  if (isKnown && ran.facts?.refused) return `You did not allow ${ran.call.name}, and the model tried it again, so the answer ends here.`;
  return times >= maxSameResults ? circleText(ran, isChange) : undefined;
}

/** The result of a call that comes too late in its reply. */
function endedBefore(
  { call }: WrittenCall,
  { circle, isRefused }: { readonly circle: string | undefined; readonly isRefused: boolean },
): ToolResult | undefined {
  if (circle !== undefined) return failedCall(call, 'this answer has ended', { limited: true });
  return isRefused ? failedCall(call, 'the user did not allow a call before it, so it was not made', { skipped: true }) : undefined;
}

/** The call as it can be carried out, or the result that says why it is not. */
async function check({ attempt, call }: WrittenCall, { tools, budget, repeated }: CarryOut): Promise<ToolCall | ToolResult> {
  const tooMuch = budget.take(Buffer.byteLength(JSON.stringify(call.arguments)));
  if (tooMuch !== undefined) return failedCall(call, tooMuch, { limited: true });
  if (attempt.problem === 'cut') return failedCall(call, 'the call is not whole. Write it again as one JSON object', { unusable: true });
  const checked = await checkCall(tools, attempt.name, attempt.arguments);
  if ('problem' in checked) return failedCall(call, checked.problem, { unusable: true });
  const fitted = { ...call, arguments: checked.arguments };
  const before = repeated.known(fitted.name, fitted.arguments);
  return before ? { ...before, call: fitted } : fitted;
}

/** What was changed is done, however often the model wants it; anything else is a circle. */
function circleText({ call, content, isError }: ToolResult, isChange: boolean): string {
  if (isChange && !isError) return `Done: ${content}.`;
  return `The model made the same call of ${call.name} ${maxSameResults} times and got the same result, so the answer ends here.`;
}

function toldOf({ call, content }: ToolResult): ChatMessage {
  return { role: 'tool', toolCallId: call.id, name: call.name, content };
}

/** Where a turn ends without an answer, the person is told why. `calls`: how many were made, where that is the reason. */
function sentenceFor({ text, attempts, reason }: Turn, cut: string | undefined, calls: number | undefined): string | undefined {
  if (cut !== undefined && reason === 'repetition')
    return `The model repeated itself without end in the middle of a call of ${cut}, so the answer ends here.`;
  if (cut !== undefined) return `The answer was cut by its limit of tokens in the middle of a call of ${cut}.`;
  if (text.trim() !== '' || attempts.length === 0) return undefined;
  if (calls !== undefined) return `The model asked for ${calls} calls and gave no answer.`;
  return 'The model asked for a tool where none may be used, and gave no answer.';
}

/** Adds a sentence to the last turn of the model, or as one after the results of tools. */
function say(messages: ChatMessage[], sentence: string): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') messages.push({ role: 'assistant', content: sentence });
  else messages[messages.length - 1] = { role: 'assistant', content: last.content === '' ? sentence : `${last.content}\n${sentence}` };
}
