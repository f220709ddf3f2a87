import { isLuciError, LuciError } from '../../base/errors.ts';
import type { TrialReport } from './trial.ts';

/**
 * The other end of a trial: a process of its own that loads a file and lets it answer two tokens, by the same code as the engine process.
 * Whatever ends it ends nobody else.
 */

/** Loads `path`, asks it one question with `folder` for what it keeps, and writes a {@link TrialReport} to stdout. */
export async function runTrial([path = '', name = '', threads = '', folder = '']: readonly string[]): Promise<void> {
  report({ error: await failureOf({ path, name, threads: Number(threads), folder }) });
  process.exit(0);
}

/** Why the file does not load, when that is said in words. That it cannot chat is no failure here. */
async function failureOf(what: { path: string; name: string; threads: number; folder: string }): Promise<TrialReport['error']> {
  const { path, name, threads, folder } = what;
  try {
    const { openEmbedded } = await import('../embedded/open-embedded.ts');
    const target = { path, name, threads };
    const { session } = await openEmbedded(target, { stateFolder: folder, poolSize: 1, takeMemory: () => true });
    if (session.facts.modelKind === 'embedding') {
      await session.embed(['Hi']);
      return undefined;
    }
    const request = { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 2, sampling: { temperature: 0 } } as const;
    try {
      for await (const _event of session.generate(request));
    } catch (error) {
      process.stderr.write(`the trial answer failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return (isLuciError(error) ? error : new LuciError('ENGINE_FAILED', `${name} could not be loaded: ${reason}`)).toJSON();
  }
}

function report(outcome: TrialReport): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
