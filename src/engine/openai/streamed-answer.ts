import { LuciError } from '../../base/errors.ts';
import { type AnswerPart, createAnswerParts } from '../answer-parts/answer-parts.ts';
import type { ChatRequest, EndReason, GenerationEvent, ToolCall } from '../engine.ts';
import { createRepetitionWatch, endsRepetition } from '../repetition.ts';
import { answerTooLong, errorText, type OpenAiTarget, placeOf } from './client.ts';
import { usageOf } from './usage.ts';
import { isRecord, type JsonRecord, type ToolCallDelta } from './wire.ts';

/** An answer put together from the records it streams in. */
export interface StreamedAnswer {
  /** It has come to repeat itself without end: no more of it is worth taking in. */
  readonly isRepeating: boolean;
  /** Takes the next record in; returns what it says at once. Throws ENGINE_FAILED when the endpoint says that it failed. */
  takeIn(record: JsonRecord): readonly GenerationEvent[];
  /** The endpoint says that nothing more comes; some say why the answer ended in no other way. */
  done(): void;
  /** @returns Tool calls and the end, or undefined when the endpoint never said that the answer is over. */
  finish(): readonly GenerationEvent[] | undefined;
}

/** Characters of all calls of tools in one answer; a file to be written is the longest true one. */
const maxCallCharacters = 16 * 1024 ** 2;

interface PartialCall {
  readonly id: string;
  name: string;
  text: string;
}

/** Starts one; `startedAt` is when it was asked for, by `performance.now()`. */
export function streamedAnswer(target: OpenAiTarget, request: ChatRequest, startedAt: number): StreamedAnswer {
  // Many endpoints leave the thinking in the text. Whose template is unknown, its marks count at the beginning alone.
  const parts = createAnswerParts({
    thinking: [],
    calls: [],
    isHarmony: false,
    isForced: request.jsonSchema !== undefined,
    stops: [],
  });
  const repeats = endsRepetition(request) ? createRepetitionWatch() : () => false;
  let isRepeating = false;
  const calls = new Map<number, PartialCall>();
  let callCharacters = 0;
  let firstTokenAt: number | undefined;
  let reason: EndReason | undefined;
  let usage: JsonRecord = {};
  let timings: JsonRecord = {};
  let pieces = 0;

  function takeCall({ index = 0, id, function: called }: ToolCallDelta): void {
    const call = calls.get(index) ?? { id: id ?? `call-${index + 1}`, name: '', text: '' };
    const [name, text] = [called?.name ?? '', called?.arguments ?? ''];
    callCharacters += name.length + text.length + 64;
    if (callCharacters > maxCallCharacters) throw answerTooLong(target);
    call.name += name;
    call.text += text;
    calls.set(index, call);
  }

  function textsOf(delta: JsonRecord): GenerationEvent[] {
    const events: GenerationEvent[] = [];
    const thought = delta['reasoning_content'] ?? delta['reasoning'];
    if (typeof thought === 'string' && thought !== '') {
      pieces += 1;
      isRepeating = repeats(thought);
      events.push({ type: 'thinking', text: thought });
    }
    const text = delta['content'];
    if (typeof text === 'string' && text !== '') {
      firstTokenAt ??= performance.now();
      pieces += 1;
      isRepeating = repeats(text);
      events.push(...parts.push(text).map(eventOf));
    }
    return events;
  }

  let writtenCalls = 0;
  /** A part of the text. Only channels of the harmony format have calls of their own there; all others are told apart by who offered the tools. */
  function eventOf(part: AnswerPart): GenerationEvent {
    if (part.type !== 'call') return part;
    writtenCalls += 1;
    return { type: 'tool-call', call: { id: `call-${request.messages.length}-${writtenCalls}`, ...part.call } };
  }

  return {
    get isRepeating() {
      return isRepeating;
    },
    takeIn(record) {
      if (record['error'] !== undefined) throw new LuciError('ENGINE_FAILED', `${placeOf(target)}: ${errorText(record['error'])}`);
      usage = recordAt(record, 'usage') ?? usage;
      timings = recordAt(record, 'timings') ?? timings;
      const choice: unknown = Array.isArray(record['choices']) ? record['choices'][0] : undefined;
      if (!isRecord(choice)) return [];
      // A continued text stands in the choice itself.
      const delta = recordAt(choice, 'delta') ?? { content: choice['text'] };
      const events = textsOf(delta);
      const parts = Array.isArray(delta['tool_calls']) ? (delta['tool_calls'] as ToolCallDelta[]) : [];
      parts.forEach(takeCall);
      if (typeof choice['finish_reason'] === 'string') reason = endReason(choice['finish_reason']);
      return events;
    },
    done() {
      if (firstTokenAt !== undefined || calls.size > 0) reason ??= 'stop';
    },
    finish() {
      const said = isRepeating ? 'repetition' : reason;
      if (said === undefined) return undefined;
      const events = [...calls.values()].map((call): GenerationEvent => ({ type: 'tool-call', call: finishedCall(target, call, said) }));
      const seen = { startedAt, firstTokenAt, endedAt: performance.now(), pieces };
      const rest = parts.end().map(eventOf);
      const end: GenerationEvent = {
        type: 'end',
        reason: calls.size + writtenCalls > 0 ? 'tool-calls' : said,
        usage: usageOf(usage, timings, seen),
      };
      return [...rest, ...events, end];
    },
  };
}

function recordAt(record: JsonRecord, name: string): JsonRecord | undefined {
  return isRecord(record[name]) ? record[name] : undefined;
}

/** Arguments that are no JSON are never half a call: where a limit cut them it is an error, else whoever runs the call tells the model. */
function finishedCall(target: OpenAiTarget, { id, name, text }: PartialCall, reason: EndReason): ToolCall {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return isRecord(value) ? { id, name, arguments: value } : { id, name, arguments: {}, unreadable: text };
  } catch (cause) {
    if (reason !== 'length') return { id, name, arguments: {}, unreadable: text };
    const why = 'it was cut by the limit of tokens';
    throw new LuciError('ENGINE_FAILED', `${placeOf(target)} wrote a call of ${name} that cannot be used: ${why}.`, { cause });
  }
}

function endReason(text: string): EndReason {
  if (text === 'length') return 'length';
  if (text === 'content_filter') return 'filtered';
  return text === 'tool_calls' ? 'tool-calls' : 'stop';
}
