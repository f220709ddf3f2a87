import type { Session } from '../../engine/engine.ts';
import { gradedSampling } from '../asking.ts';

/** Loads the weights and measures, 32 tokens; a model that thinks begins with it. */
export async function warmUp(session: Session, signal: AbortSignal | undefined): Promise<{ tokensPerSecond: number; thinks: boolean }> {
  const messages = [{ role: 'user', content: 'Count from one to twenty in words.' }] as const;
  let text = '';
  let thinks = false;
  for await (const event of session.generate({ messages, maxTokens: 32, sampling: gradedSampling }, signal)) {
    if (event.type === 'thinking') thinks = true;
    if (event.type === 'text') text += event.text;
    if (event.type === 'end')
      return {
        tokensPerSecond: event.usage.generatedTokensPerSecond,
        thinks: thinks || /^\s*<(think|thinking|thought|reasoning)>/i.test(text),
      };
  }
  return { tokensPerSecond: 0, thinks };
}
