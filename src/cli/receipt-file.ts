import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Receipt } from '../app/receipts/receipt.ts';
import type { RecordedAnswer } from '../app/receipts/recorded-session.ts';
import { LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { diskError, errnoOf } from '../base/system-error.ts';
import type { ChatRequest, Sampling } from '../engine/engine.ts';

/** The file a question's receipt goes to. One that is there is never overwritten: it may be another receipt. */
export function receiptFile(path: string) {
  const refuse = (): never => {
    throw new LuciError('USAGE', `${path} is there already, and is not overwritten.`, { hint: `luci replay ${shellWord(path)}` });
  };
  if (existsSync(path)) refuse();
  let answer: RecordedAnswer | undefined;
  return {
    onAnswer(told: RecordedAnswer): void {
      answer = told;
    },
    /** What makes the answer come out the same when it is asked again. */
    request(sampling: Sampling): Pick<ChatRequest, 'repeatable' | 'sampling'> {
      return {
        repeatable: true,
        sampling: { ...sampling, seed: sampling.seed ?? (sampling.temperature ? randomInt(2 ** 31) : undefined) },
      };
    },
    /** @throws USAGE, DISK_FULL, DISK_DENIED, DISK_FAILED */
    async write(sign: (answer: RecordedAnswer) => Promise<Receipt>): Promise<void> {
      if (!answer) return;
      try {
        await writeFile(path, `${JSON.stringify(await sign(answer), null, 1)}\n`, { flag: 'wx', mode: 0o600 });
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') refuse();
        throw diskError(error, path, 'write a receipt');
      }
    },
  };
}
