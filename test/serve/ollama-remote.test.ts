import { expect, test } from 'vitest';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { post, serveTiny } from './served.ts';

test('sampling that clients of Ollama send with every question is left out where an endpoint does not know it; those of luci are told', async () => {
  await using remote = await startOpenAiServer();
  await using served = await serveTiny({ environment: { BOX_KEY: remote.key } });
  await served.luci.remotes.add({ name: 'box', url: remote.url, keyEnv: 'BOX_KEY' });
  const messages = [{ role: 'user', content: 'hello' }];
  const options = { top_k: 40, min_p: 0.05, repeat_penalty: 1.1, top_p: 0.9, temperature: 0.8, num_ctx: 4096, stop: ['###'] };
  const answer = await post(`${served.url}/api/chat`, { model: 'box/echo', stream: false, messages, options });
  expect(answer).toMatchObject({ status: 200, body: { message: { content: 'hello' } } });
  const sent = remote.requests.at(-1)?.body;
  expect(sent).toMatchObject({ top_p: 0.9, temperature: 0.8, stop: ['###'] });
  expect(Object.keys(sent ?? {})).not.toEqual(expect.arrayContaining(['top_k']));
  expect((await post(`${served.url}/v1/chat/completions`, { model: 'box/echo', messages, top_k: 40 })).status).toBe(400);
  expect((await post(`${served.url}/v1/chat/completions`, { model: 'box/echo', messages, top_k: 0, min_p: 0 })).status).toBe(200);
});
