import type { Token } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';

/**
 * Tokens on their way from the batches to who reads them. One is computed ahead, so that the cores work while a token is made into text;
 * but the first goes out at once, and stepwise none is: where what is chosen next depends on what was made of the last.
 *
 *     computing ──a token, and the reader is not behind──▶ computing
 *     computing ──a token, and the reader is behind──────▶ held ──the reader has all──▶ computing
 *     computing ──the last token─────────────────────────▶ complete
 *     computing ──no token, or the batch failed──────────▶ failed
 */
type State = 'computing' | 'held' | 'complete' | 'failed';

/** See {@link createTokenStream}. */
export interface TokenStream {
  /** For {@link Job.onDone}. */
  accept(token: Token | undefined): readonly Token[] | undefined;
  /** For {@link Job.onFailed}. */
  fail(error: unknown): void;
  /** The tokens; `goOn` is told the last one when computing was held and may go on. */
  read(goOn: (token: Token) => void): AsyncGenerator<Token, void>;
}

/** A stream that is computing; `isLast` says of each token, and how many there are with it, whether it ends the stream. */
export function createTokenStream(isStepwise: boolean, isLast: (token: Token, count: number) => boolean): TokenStream {
  let state: State = 'computing';
  const ready: Token[] = [];
  let count = 0;
  let failure: unknown = new LuciError('ENGINE_FAILED', 'The engine could choose no token.', { hint: 'luci stop, then ask again' });
  let wake = (): void => undefined;

  function stateAfter(token: Token | undefined): State {
    if (token === undefined || token < 0) return 'failed';
    ready.push(token);
    count += 1;
    if (isLast(token, count)) return 'complete';
    return isStepwise || count === 1 || ready.length > 1 ? 'held' : 'computing';
  }

  async function take(): Promise<Token> {
    for (;;) {
      const token = ready.shift();
      if (token !== undefined) return token;
      if (state === 'failed') throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  function resume(token: Token, goOn: (token: Token) => void): void {
    if (state !== 'held' || ready.length > 0) return;
    state = 'computing';
    goOn(token);
  }

  return {
    accept(token) {
      state = stateAfter(token);
      wake();
      return state === 'computing' && token !== undefined ? [token] : undefined;
    },
    fail(error) {
      state = 'failed';
      failure = error;
      wake();
    },
    async *read(goOn) {
      for (;;) {
        const token = await take();
        if (isStepwise) yield token;
        resume(token, goOn);
        if (!isStepwise) yield token;
        if (state === 'complete' && ready.length === 0) return;
      }
    },
  };
}
