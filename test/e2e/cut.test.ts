import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Answers that a limit cut: told on stderr, and in `reason`. */

let home: Home;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  model = await home.addModel();
});
afterEach(() => home[Symbol.asyncDispose]());

test('ask says on stderr that an answer was cut, with a limit that gives more of it', async () => {
  const cut = await home.luci(['ask', 'hi', '-m', model, '--max-tokens', '2']);
  expect(cut).toMatchObject({ exitCode: 0, stderr: 'cut at 2 tokens; --max-tokens 4 for more\n' });
  expect(tinyReply.startsWith(cut.stdout.trimEnd())).toBe(true);
  const more = await home.luci(['ask', 'hi', '-m', model, '--max-tokens', '4']);
  expect(more.stdout.length).toBeGreaterThan(cut.stdout.length);
  expect(await home.luci(['ask', 'hi', '-m', model, '--max-tokens', '2', '-q'])).toEqual({ ...cut, stderr: '' });
  expect(await home.luci(['ask', 'hi', '-m', model])).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
  const json = await home.luci(['ask', 'hi', '-m', model, '--max-tokens', '2', '--json']);
  expect(json).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({ reason: 'length' });
});

test('chat says it of the answer that was cut, and not of those before', async () => {
  const chat = await home.luci(['chat', '-m', model, '--max-tokens', '2'], { stdin: 'hi\n' });
  expect(chat).toMatchObject({ exitCode: 0, stderr: 'cut at 2 tokens; --max-tokens 4 for more\n' });
  const json = await home.luci(['chat', '-m', model, '--max-tokens', '2', '--json'], { stdin: 'hi\n' });
  expect(JSON.parse(json.stdout)).toMatchObject({ type: 'answer', reason: 'length' });
});
