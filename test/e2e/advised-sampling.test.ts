import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';
import { type Home, makeHome } from './luci-process.ts';

/** What the makers of a model advise, as an engine is asked for it. */

let home: Home;
let answersPath: string;
beforeAll(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  for (const name of ['llama3.2-1b', 'other']) await writeFile(join(home.folder, 'models', `${name}.gguf`), tinyGguf());
  answersPath = join(home.folder, 'answers.json');
  await writeFile(answersPath, '{}');
  const program = await writeServerProgram(home.folder, 'llamafile-0.10.6', '0.10.6', { answersPath });
  expect(await home.luci(['runtime', 'add', 'llamafile', '--path', program])).toMatchObject({ exitCode: 0 });
});
afterAll(() => home[Symbol.asyncDispose]());

/** How the engine was asked to choose tokens. */
async function asked(words: readonly string[], stdin?: string): Promise<Record<string, unknown>> {
  const ran = await home.luci([...words, '--engine', 'llamafile'], { stdin });
  const last = (await readFile(`${answersPath}.asked`, 'utf8')).trim().split('\n').at(-1) ?? '';
  const { temperature, top_p, seed } = JSON.parse(last) as Record<string, unknown>;
  expect(ran.stderr).not.toContain('mistake');
  return { temperature, top_p, seed };
}

test('ask and chat take it as their default, and the same question gets the same answer', async () => {
  expect(await asked(['ask', 'hi', '-m', 'llama3.2-1b'])).toEqual({ temperature: 0.6, top_p: 0.9, seed: 0 });
  expect(await asked(['chat', '-m', 'llama3.2-1b'], 'hi\n')).toEqual({ temperature: 0.6, top_p: 0.9, seed: undefined });
  expect(await asked(['ask', 'hi', '-m', 'other'])).toEqual({ temperature: 0, top_p: 0.95, seed: undefined });
  expect(await asked(['chat', '-m', 'other'], 'hi\n')).toMatchObject({ temperature: 0.7, top_p: 0.95 });
});

test('what a person asks for wins, temperature 0 means the likeliest tokens, and tests are never asked so', async () => {
  expect(await asked(['ask', 'hi', '-m', 'llama3.2-1b', '--temperature', '1'])).toEqual({ temperature: 1, top_p: 0.9, seed: undefined });
  expect(await asked(['ask', 'hi', '-m', 'llama3.2-1b', '--seed', '7'])).toEqual({ temperature: 0.6, top_p: 0.9, seed: 7 });
  expect(await asked(['ask', 'hi', '-m', 'llama3.2-1b', '--temperature', '0'])).toEqual({ temperature: 0, top_p: 0.95, seed: undefined });
  expect(await asked(['test', 'llama3.2-1b', '--case', 't0-pick'])).toMatchObject({ temperature: 0 });
});

test('show tells it', async () => {
  expect((await home.luci(['show', 'llama3.2-1b'])).stdout).toMatch(/sampling +temperature 0.6, top-p 0.9, as its makers advise/);
  expect(JSON.parse((await home.luci(['show', 'llama3.2-1b', '--json'])).stdout)).toMatchObject({
    sampling: { temperature: 0.6, topP: 0.9 },
  });
  expect((await home.luci(['show', 'other'])).stdout).not.toContain('sampling');
});
