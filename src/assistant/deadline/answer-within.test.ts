import { expect, test } from 'vitest';
import { createAgent } from '../../agent/agent.ts';
import { abortError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, GenerationEvent, Session } from '../../engine/engine.ts';
import { answerWithin, type WithinEvent, type WithinOptions } from './answer-within.ts';
import type { Clock } from './clock.ts';

/** Answers by a deadline over a model whose tokens take as long as a test says, on a clock that only it moves. */

interface ScriptedClock extends Clock {
  /** Lets time pass, and the alarms go off in it; it stands still at the moment of one that ends the work under way. */
  pass(ms: number, signal?: AbortSignal): void;
}

function scriptedClock(): ScriptedClock {
  let nowMs = 0;
  const alarms = new Map<AbortController, { readonly atMs: number; readonly reason: LuciError }>();
  return {
    now: () => nowMs,
    alarm(atMs, reason) {
      const controller = new AbortController();
      alarms.set(controller, { atMs, reason });
      return { signal: controller.signal, [Symbol.dispose]: () => void alarms.delete(controller) };
    },
    pass(ms, signal) {
      const untilMs = nowMs + ms;
      for (const [controller, { atMs, reason }] of [...alarms].sort(([, a], [, b]) => a.atMs - b.atMs)) {
        if (atMs > untilMs || signal?.aborted) continue;
        nowMs = Math.max(nowMs, atMs);
        controller.abort(reason);
      }
      if (!signal?.aborted) nowMs = untilMs;
    },
  };
}

interface Machine {
  /** Prompt tokens a second at a moment of the clock; a word is a token. */
  readonly reads: number | ((nowMs: number) => number);
  readonly writes: number;
  readonly says: string;
  readonly contextLength?: number;
}

/** A model on a machine of that speed; what it read last is in its cache. */
function machine({ reads, writes, says, contextLength = 8192 }: Machine, clock: ScriptedClock): Session & { readonly prompts: string[] } {
  const prompts: string[] = [];
  let cache: readonly string[] = [];
  const wordsOf = (messages: readonly ChatMessage[]): string[] => messages.flatMap(({ content }) => content.split(/\s+/)).filter(Boolean);
  return {
    prompts,
    facts: {
      kind: 'embedded',
      version: '',
      device: '',
      contextLength,
      supports: { jsonSchema: true, tools: true, requiredCalls: true, embeddings: false, seed: true },
    },
    async *generate({ messages, maxTokens = 1000 }, signal): AsyncGenerator<GenerationEvent> {
      const spend = (ms: number): void => {
        clock.pass(ms, signal);
        if (signal?.aborted) throw abortError(signal);
      };
      const words = wordsOf(messages);
      prompts.push(messages.at(-1)?.content ?? '');
      const firstNew = words.findIndex((word, index) => word !== cache[index]);
      const cachedTokens = firstNew < 0 ? words.length - 1 : firstNew;
      const startedAtMs = clock.now();
      for (let done = cachedTokens; done < words.length; done += 1) {
        spend(1000 / (typeof reads === 'number' ? reads : reads(clock.now())));
        cache = words.slice(0, done + 1);
        if (done % 16 === 0) yield { type: 'reading', doneTokens: done, totalTokens: words.length };
      }
      const readMs = clock.now() - startedAtMs;
      const said = says.split(/(?<=\s)/).slice(0, maxTokens);
      for (const text of said) {
        spend(1000 / writes);
        yield { type: 'text', text };
      }
      const usage = {
        promptTokens: words.length,
        cachedTokens,
        generatedTokens: said.length,
        loadMs: 0,
        timeToFirstTokenMs: readMs,
        totalMs: clock.now() - startedAtMs,
      };
      const promptTokensPerSecond = ((words.length - cachedTokens) / readMs) * 1000;
      yield {
        type: 'end',
        reason: said.length < maxTokens ? 'stop' : 'length',
        usage: { ...usage, promptTokensPerSecond, generatedTokensPerSecond: writes },
      };
    },
    countTokens: async (messages) => wordsOf(messages).length,
    embed: async () => [],
    async [Symbol.asyncDispose]() {},
  };
}

const late = new LuciError('TIMED_OUT', 'No word.');
const words = (count: number): string => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
/** Ten words a sentence. */
const sentences = (count: number): string =>
  Array.from({ length: count }, (_, index) => `This is sentence ${index} and it has ten words here. `).join('');

async function asked(
  of: Machine,
  { seconds = 20, ...more }: Partial<Omit<WithinOptions, 'agent' | 'session'>> & { readonly seconds?: number } = {},
): Promise<{ readonly events: WithinEvent[]; readonly text: string; readonly endedAtMs: number; readonly prompts: readonly string[] }> {
  const clock = scriptedClock();
  const session = machine(of, clock);
  const agent = createAgent({ openModel: async () => session });
  const events: WithinEvent[] = [];
  const options = {
    endsAtMs: seconds * 1000,
    late,
    clock,
    text: '',
    question: 'What is it?',
    keep: 'head',
    request: {},
    speed: {},
    ...more,
  } as const;
  for await (const event of answerWithin({ ...options, session, agent })) events.push(event);
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  return { events, text, endedAtMs: clock.now(), prompts: session.prompts };
}

const plansOf = (events: readonly WithinEvent[]) => events.filter((event) => event.type === 'plan');

test('an answer that has the time is as it is anywhere', async () => {
  const { events, text, prompts } = await asked({ reads: 100, writes: 10, says: sentences(3) }, { text: words(200) });
  expect(text).toBe(sentences(3));
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stop' });
  expect(plansOf(events)).toMatchObject([{ readTokens: 200, textTokens: 200 }]);
  expect(prompts).toEqual([`${words(200)}\n\nWhat is it?`]);
});

test('the time ends an answer behind its last whole sentence, and a first sentence where it is', async () => {
  const long = await asked({ reads: 100, writes: 10, says: sentences(100) }, { seconds: 5 });
  expect(long.events.at(-1)).toEqual({ type: 'cut', by: 'time', isAfterSentence: true });
  expect(long.text).toBe(sentences(4));
  expect(long.endedAtMs).toBe(5000);
  const first = await asked({ reads: 100, writes: 10, says: words(1000) }, { seconds: 5 });
  expect(first.events.at(-1)).toEqual({ type: 'cut', by: 'time', isAfterSentence: false });
  expect(first.text).toMatch(/^w0 w1 .* w48 $/);
});

test('no word in time is an error, and so is a stop', async () => {
  await expect(asked({ reads: 1, writes: 10, says: 'Yes.' }, { seconds: 2 })).rejects.toBe(late);
  const stopped = new LuciError('CANCELLED', 'Stopped.');
  await expect(asked({ reads: 100, writes: 10, says: 'Yes.' }, { request: { signal: AbortSignal.abort(stopped) } })).rejects.toBe(stopped);
});

test.each([
  { reads: 1000, writes: 50, seconds: 20 },
  { reads: 200, writes: 20, seconds: 20 },
  { reads: 200, writes: 20, seconds: 5 },
  { reads: 50, writes: 5, seconds: 20 },
  { reads: 50, writes: 5, seconds: 60 },
])(
  'of a long text as much is read as there is time for: $reads and $writes tokens a second, $seconds s',
  async ({ reads, writes, seconds }) => {
    const { events, text, endedAtMs, prompts } = await asked({ reads, writes, says: sentences(200) }, { seconds, text: words(50_000) });
    const [plan, ...more] = plansOf(events);
    expect(more).toEqual([]);
    // What was read and written is the better part of what the time allows, and the context.
    const room = 8192 - 512;
    expect(plan?.readTokens).toBeGreaterThan(Math.min(room - 50, reads * seconds * 0.3));
    expect(plan?.readTokens).toBeLessThanOrEqual(room);
    expect(endedAtMs).toBeLessThanOrEqual(seconds * 1000);
    expect(text.split(' ').length).toBeGreaterThan(Math.min(writes * seconds * 0.25, 200));
    expect(prompts.at(-1)).toMatch(/^w0 w1 [\s\S]*\[left out here: \d+ of \d+ characters\]\n\nWhat is it\?$/);
  },
);

test('a machine that becomes slow while it reads is asked about less, and what it has read it does not read again', async () => {
  const slower = (nowMs: number): number => (nowMs < 2000 ? 400 : 40);
  const { events, text, endedAtMs } = await asked({ reads: slower, writes: 10, says: sentences(50) }, { text: words(20_000) });
  expect(plansOf(events).length).toBeGreaterThan(1);
  expect(plansOf(events).at(-1)?.readTokens).toBeLessThan(plansOf(events)[0]?.readTokens ?? 0);
  expect(events.at(-1)).toMatchObject({ type: 'cut', by: 'time' });
  expect(text.length).toBeGreaterThan(100);
  expect(endedAtMs).toBe(20_000);
});

test('the end of a text is read where that is asked for', async () => {
  const { prompts } = await asked({ reads: 100, writes: 10, says: 'Yes.' }, { text: words(20_000), keep: 'tail' });
  expect(prompts.at(-1)).toMatch(/^\[left out here: \d+ of \d+ characters\]\n[\s\S]* w19999\n\nWhat is it\?$/);
});

test('a limit that was asked for is no cut of the time, and one of the time is told', async () => {
  const own = await asked({ reads: 100, writes: 10, says: sentences(9) }, { request: { maxTokens: 15 } });
  expect(own.events.at(-1)).toMatchObject({ type: 'end', reason: 'length' });
  const known = await asked({ reads: 100, writes: 1000, says: sentences(900) }, { speed: { generatedTokensPerSecond: 2 } });
  expect(known.events.at(-1)).toEqual({ type: 'cut', by: 'tokens', isAfterSentence: true });
  expect(known.text.endsWith('here. ')).toBe(true);
});
