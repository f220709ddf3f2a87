import type { Agent, QueryOptions } from '../agent/agent.ts';
import { hasEffect, type ToolResult } from '../agent/tool.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { formatDuration, plural } from '../base/units.ts';
import type { EndReason, ToolCall, Usage } from '../engine/engine.ts';
import { notAllowed, type PermittedTools } from './permissions.ts';

/** A task that a model does with tools, without anybody who answers, within limits of steps and time. The loop is the agent's. */

/** How a task ended. */
export type TaskOutcome = 'done' | 'refused' | 'budget' | 'failed';

/** What happens on the way; the last is `end`. */
export type TaskEvent =
  | { readonly type: 'step'; readonly step: number; readonly maxSteps: number }
  | { readonly type: 'call'; readonly step: number; readonly name: string; readonly arguments: ToolCall['arguments'] }
  | { readonly type: 'result'; readonly step: number; readonly name: string; readonly content: string; readonly isError: boolean }
  | { readonly type: 'refused'; readonly step: number; readonly name: string; readonly arguments: ToolCall['arguments'] }
  | { readonly type: 'answer'; readonly text: string }
  | TaskEnd;

/** The last event of a task. */
export interface TaskEnd {
  readonly type: 'end';
  readonly outcome: TaskOutcome;
  readonly steps: number;
  /** Changes that were not allowed. */
  readonly refused: number;
  readonly usage?: Usage;
  /** Why it is not done. */
  readonly error?: LuciError;
}

/** What a task is done with and within. */
export interface TaskOptions extends PermittedTools {
  readonly agent: Pick<Agent, 'stream'>;
  /** Calls that are carried out; at one more the task ends. */
  readonly maxSteps: number;
  /** Time for all of it. */
  readonly maxMs: number;
  readonly query: Omit<QueryOptions, 'tools' | 'confirm' | 'maxCalls' | 'guided' | 'signal'>;
  readonly signal: AbortSignal;
}

/** Does a task. What the person stops is thrown; everything else that ends it is told by the last event. */
export async function* runTask(task: string, options: TaskOptions): AsyncGenerator<TaskEvent> {
  const { agent, refused, tools, confirm, maxSteps, maxMs, query, signal } = options;
  const progress: Progress = { steps: 0, said: '', isByLuci: false, isLastChangeDone: false, isCallOpen: false, end: undefined };
  const time = new AbortController();
  const timeIsUp = new LuciError('LIMIT_REACHED', `The task was not done within ${formatDuration(maxMs)}.`, {
    hint: 'Run it again with more --max-minutes.',
  });
  const timer = setTimeout(() => time.abort(timeIsUp), maxMs);
  let failure: LuciError | undefined;
  try {
    // One more than is allowed: the call that is too many is seen, and not carried out.
    const within = { ...query, tools, confirm, maxCalls: maxSteps + 1, guided: true, signal: AbortSignal.any([signal, time.signal]) };
    failure = yield* follow(agent.stream(task, within), progress, options);
  } catch (error) {
    if (signal.aborted || !isLuciError(error)) throw error;
    failure = error;
  } finally {
    clearTimeout(timer);
  }
  if (failure === undefined && progress.said.trim() !== '') yield { type: 'answer', text: progress.said };
  failure ??= problemOf(progress, refused);
  const { steps, end } = progress;
  yield { type: 'end', outcome: outcomeOf(failure), steps, refused: refused.length, usage: end?.usage, error: failure };
}

interface Progress {
  steps: number;
  /** What was said since the last call. */
  said: string;
  /** Whether luci ended the answer with a sentence of its own. */
  isByLuci: boolean;
  /** Whether the last call changed something. */
  isLastChangeDone: boolean;
  /** Whether a call waits for its result. */
  isCallOpen: boolean;
  end: { readonly reason: EndReason; readonly usage: Usage } | undefined;
}

/** Tells what happens; returns why the task has to end before its answer. */
async function* follow(
  events: AsyncIterable<AgentEvent>,
  progress: Progress,
  { tools, maxSteps }: TaskOptions,
): AsyncGenerator<TaskEvent, LuciError | undefined> {
  for await (const event of events) {
    if (event.type === 'text') {
      progress.said += event.text;
      progress.isByLuci = 'byLuci' in event;
    } else if (event.type === 'end') progress.end = event;
    else if (beginsStep(event, progress)) {
      if (progress.steps === maxSteps) return tooManySteps(maxSteps);
      yield* beginStep(progress, maxSteps);
    }
    if (event.type === 'tool-call') yield { type: 'call', step: progress.steps, name: event.call.name, arguments: event.call.arguments };
    if (event.type === 'tool-result') yield takeResult(event.result, progress, tools);
  }
  return undefined;
}

/** A call that cannot be used, or was made before, is not carried out: it is told by its result alone, and is a step as well. */
function beginsStep({ type }: AgentEvent, progress: Progress): boolean {
  const isWaitedFor = progress.isCallOpen;
  if (type === 'tool-call' || type === 'tool-result') progress.isCallOpen = type === 'tool-call';
  return type === 'tool-call' || (type === 'tool-result' && !isWaitedFor);
}

function takeResult({ call, content, isError, facts }: ToolResult, progress: Progress, tools: TaskOptions['tools']): TaskEvent {
  progress.said = '';
  progress.isLastChangeDone = !isError && tools.some((tool) => tool.name === call.name && hasEffect(tool));
  if (facts?.refused) return { type: 'refused', step: progress.steps, name: call.name, arguments: call.arguments };
  return { type: 'result', step: progress.steps, name: call.name, content, isError };
}

function* beginStep(progress: Progress, maxSteps: number): Generator<TaskEvent> {
  progress.steps += 1;
  yield { type: 'step', step: progress.steps, maxSteps };
}

function tooManySteps(maxSteps: number): LuciError {
  return new LuciError('LIMIT_REACHED', `The task was not done within ${plural(maxSteps, 'step')}.`, {
    hint: `Run it again with --max-steps ${maxSteps * 2}.`,
  });
}

/** Why a task whose answer is there is not done. */
function problemOf({ end, isByLuci, isLastChangeDone, said, steps }: Progress, refused: TaskOptions['refused']): LuciError | undefined {
  if (end === undefined || end.reason === 'length' || end.reason === 'repetition')
    return new LuciError(
      'FAILED',
      end?.reason === 'repetition' ? 'The model repeated itself without end.' : 'The answer was cut by its limit of tokens.',
    );
  const refusal = notAllowed(refused);
  if (isByLuci && refusal) return refusal;
  // luci ends an answer where the model goes in a circle; a circle around a change that was made is done.
  if (isByLuci && !isLastChangeDone) return new LuciError('FAILED', `The model gave no answer: ${said.trim()}`);
  if (said.trim() === '' && steps === 0) return new LuciError('FAILED', 'The model said nothing and did nothing.');
  return refusal;
}

function outcomeOf(failure: LuciError | undefined): TaskOutcome {
  if (failure === undefined) return 'done';
  if (failure.code === 'LIMIT_REACHED') return 'budget';
  return failure.code === 'NOT_CONFIRMED' ? 'refused' : 'failed';
}
