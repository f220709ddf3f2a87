import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, Session, Usage } from '../../engine/engine.ts';
import type { SpeedRow } from '../../store/speed-records.ts';

/** How fast a session reads prompts and answers, at several lengths of its context. */

/** Lengths that are measured, where the context holds them. */
export const benchContexts: readonly number[] = [512, 4096];

const answerTokens = 48;
/** Room for a second question. */
const goOnTokens = 48;
/** Fewer tokens tell nothing of a speed. */
const minAnswerTokens = 8;

/** How it is measured. */
export interface MeasureOptions {
  /** No length is begun that would end later, as far as the ones before tell. */
  readonly maxMs: number;
  readonly signal?: AbortSignal;
  /** Before each length. */
  readonly onContext?: (contextTokens: number) => void;
}

/** A row for each length that the context holds and the time allows. FAILED where it allows none. */
export async function measureModel(session: Session, { maxMs, signal, onContext }: MeasureOptions): Promise<readonly SpeedRow[]> {
  const endsAtMs = performance.now() + maxMs;
  const tooLong = AbortSignal.timeout(maxMs);
  const stop = signal ? AbortSignal.any([signal, tooLong]) : tooLong;
  const rows: SpeedRow[] = [];
  try {
    await ask(session, [{ role: 'user', content: 'Say a word.' }], 4, stop); // The first request reads the weights from the disk.
    for (const contextTokens of benchContexts) {
      if (contextTokens > session.facts.contextLength && rows.length > 0) break;
      if (expectedMs(rows.at(-1), contextTokens) > endsAtMs - performance.now()) break;
      onContext?.(contextTokens);
      rows.push(await measure(session, Math.min(contextTokens, session.facts.contextLength), stop));
    }
  } catch (error) {
    if (signal?.aborted || !tooLong.aborted) throw error; // What the time cut off is left out.
  }
  if (rows.length > 0) return rows;
  throw new LuciError('FAILED', `Nothing could be measured in ${Math.round(maxMs / 1000)} s.`, { hint: 'luci bench --max-minutes 10' });
}

/** As long as the prompt and the answer take at the speed of the length before. */
function expectedMs(last: SpeedRow | undefined, contextTokens: number): number {
  if (!last) return 0;
  const { promptTokensPerSecond, generatedTokensPerSecond = promptTokensPerSecond } = last;
  return (contextTokens / promptTokensPerSecond + answerTokens / generatedTokensPerSecond) * 1000;
}

async function measure(session: Session, contextTokens: number, signal: AbortSignal): Promise<SpeedRow> {
  const prompt = await promptOf(session, contextTokens - answerTokens - goOnTokens);
  const question: ChatMessage = { role: 'user', content: prompt };
  const { usage, text } = await ask(session, [question], answerTokens, signal);
  const { promptTokens, promptTokensPerSecond } = usage;
  // Of a model that had nothing to say: what it read is in the KV cache, and it goes on from there.
  const goOn: ChatMessage[] = [question, { role: 'assistant', content: text }, { role: 'user', content: 'Count from 1 to 100.' }];
  const written = usage.generatedTokens < minAnswerTokens ? (await ask(session, goOn, minAnswerTokens * 2, signal)).usage : usage;
  const generatedTokensPerSecond = written.generatedTokens < minAnswerTokens ? undefined : written.generatedTokensPerSecond;
  return { contextTokens, promptTokens, promptTokensPerSecond, generatedTokensPerSecond };
}

async function ask(
  session: Session,
  messages: readonly ChatMessage[],
  maxTokens: number,
  signal: AbortSignal,
): Promise<{ readonly usage: Usage; readonly text: string }> {
  let text = '';
  for await (const event of session.generate({ messages, maxTokens, thinking: false }, signal)) {
    if (event.type === 'text') text += event.text;
    if (event.type === 'end') return { usage: event.usage, text };
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then measure again' });
}

const words = 'river stone cloud paper garden window silver market winter letter engine harbor lantern bridge forest copper'.split(' ');

/** A prompt of so many tokens or a few less. Its words are drawn anew, so that nothing of it is in the KV cache. */
async function promptOf(session: Session, tokens: number): Promise<string> {
  const drawn = Array.from({ length: tokens }, () => words[Math.floor(Math.random() * words.length)]);
  const textOf = (count: number): string => `${drawn.slice(0, count).join(' ')}\n\nTell a very long story in which these words occur.`;
  let count = Math.floor(tokens * 0.7);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const counted = await session.countTokens([{ role: 'user', content: textOf(count) }]);
    if (counted <= tokens && counted > tokens * 0.95) break;
    count = Math.max(1, Math.min(drawn.length, Math.floor(count * (tokens / counted) * (counted > tokens ? 0.98 : 1))));
  }
  return textOf(count);
}
