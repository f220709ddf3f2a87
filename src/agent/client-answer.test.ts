import { expect, test } from 'vitest';
import { type AnswerEvent, wholeAnswer } from './client-answer.ts';

test('an answer that ends without its end is a failure of the engine, with a next step', async () => {
  async function* broken(): AsyncGenerator<AnswerEvent> {
    yield { type: 'text', text: 'half of' };
  }
  await expect(wholeAnswer(broken())).rejects.toMatchObject({ code: 'ENGINE_FAILED', hint: expect.stringContaining('luci stop') });
});
