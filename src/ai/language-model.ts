import { type AnswerEvent, type ClientCall, clientAnswer } from '../agent/client-answer.ts';
import type { Luci } from '../app/luci.ts';
import { LuciError } from '../base/errors.ts';
import type { EndReason, Usage } from '../engine/engine.ts';
import { requestOf } from './call-request.ts';
import type { ContentPart, FinishReason, LuciLanguageModel, ResponseMetadata, StreamPart, TokenUsage } from './specification.ts';

/** A model for the functions of the AI SDK. Nothing is opened before it is called. */
export function createLanguageModel(luci: () => Pick<Luci, 'open'>, modelId: string, reference: string | undefined): LuciLanguageModel {
  const metadata = (): ResponseMetadata => ({ id: crypto.randomUUID(), timestamp: new Date(), modelId });
  return {
    specificationVersion: 'v3',
    provider: 'luci',
    modelId,
    supportedUrls: {},
    async doGenerate(options) {
      const { asked, warnings } = requestOf(options);
      const { abortSignal: signal } = options;
      return orReason(signal, async () => {
        await using session = await luci().open(reference, { signal });
        return { ...(await wholeOf(partsOf(clientAnswer(session, asked, signal)))), response: metadata(), warnings };
      });
    },
    async doStream(options) {
      const { asked, warnings } = requestOf(options);
      const { abortSignal: signal } = options;
      const session = await orReason(signal, () => luci().open(reference, { signal }));
      async function* parts(): AsyncGenerator<StreamPart> {
        await using _open = session;
        yield { type: 'stream-start', warnings };
        yield { type: 'response-metadata', ...metadata() };
        try {
          yield* partsOf(clientAnswer(session, asked, signal));
        } catch (error) {
          if (signal?.aborted) throw signal.reason;
          yield { type: 'error', error };
          yield { type: 'finish', finishReason: { unified: 'error', raw: undefined }, usage: usageOf(undefined) };
        }
      }
      return { stream: streamOf(parts()) };
    },
  };
}

/** What the work gives. Where it was stopped, the reason of the signal is thrown, as `fetch` does: by it the SDK knows a stop from a failure. */
export async function orReason<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

function streamOf(parts: AsyncGenerator<StreamPart>): ReadableStream<StreamPart> {
  return new ReadableStream<StreamPart>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* partsOf(events: AsyncIterable<AnswerEvent>): AsyncGenerator<StreamPart> {
  const blocks = createBlocks();
  for await (const event of events) {
    if (event.type === 'call') {
      yield* blocks.end();
      yield* callParts(event.call);
    } else if (event.type === 'end') {
      yield* blocks.end();
      yield { type: 'finish', finishReason: finishReason(event.reason), usage: usageOf(event.usage) };
    } else yield* blocks.add(event.type === 'text' ? 'text' : 'reasoning', event.text);
  }
}

/** Text and thinking as blocks with a beginning and an end; one is open at a time. */
function createBlocks() {
  let block: { readonly type: 'text' | 'reasoning'; readonly id: string } | undefined;
  let count = 0;
  function* end(): Generator<StreamPart> {
    if (block) yield { type: `${block.type}-end`, id: block.id };
    block = undefined;
  }
  function* add(type: 'text' | 'reasoning', delta: string): Generator<StreamPart> {
    if (block?.type !== type) {
      yield* end();
      block = { type, id: String(count) };
      count += 1;
      yield { type: `${type}-start`, id: block.id };
    }
    yield { type: `${type}-delta`, id: block.id, delta };
  }
  return { add, end };
}

function* callParts({ id, name, arguments: args }: ClientCall): Generator<StreamPart> {
  const input = JSON.stringify(args);
  yield { type: 'tool-input-start', id, toolName: name };
  yield { type: 'tool-input-delta', id, delta: input };
  yield { type: 'tool-input-end', id };
  yield { type: 'tool-call', toolCallId: id, toolName: name, input };
}

interface Whole {
  readonly content: ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
}

async function wholeOf(parts: AsyncIterable<StreamPart>): Promise<Whole> {
  const content: ContentPart[] = [];
  for await (const part of parts) {
    const last = content.at(-1);
    if (part.type === 'tool-call') content.push(part);
    else if (part.type === 'text-start') content.push({ type: 'text', text: '' });
    else if (part.type === 'reasoning-start') content.push({ type: 'reasoning', text: '' });
    else if ((part.type === 'text-delta' || part.type === 'reasoning-delta') && last && 'text' in last) last.text += part.delta;
    else if (part.type === 'finish') return { content, finishReason: part.finishReason, usage: part.usage };
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
}

function finishReason(reason: EndReason): FinishReason {
  const unified = reason === 'filtered' ? 'content-filter' : reason === 'repetition' || reason === 'stopped' ? 'other' : reason;
  return { unified, raw: reason };
}

function usageOf(usage: Usage | undefined): TokenUsage {
  const { promptTokens, cachedTokens = 0, generatedTokens } = usage ?? {};
  return {
    inputTokens: {
      total: promptTokens,
      noCache: promptTokens === undefined ? undefined : promptTokens - cachedTokens,
      cacheRead: usage?.cachedTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: generatedTokens, text: undefined, reasoning: undefined },
    raw: usage && { ...usage },
  };
}
