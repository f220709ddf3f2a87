import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** The resident process: whose it is, what it keeps in memory, and what becomes of it when commands die. */

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

interface Status {
  readonly pid: number;
  readonly version: string;
  readonly models: readonly { readonly name: string; readonly memoryBytes: number; readonly requests: number }[];
}

async function status(): Promise<Status | null> {
  return JSON.parse((await home.luci(['ps', '--json'])).stdout) as Status | null;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function addModel(name: string): Promise<string> {
  const path = join(home.folder, `${name}.gguf`);
  await writeFile(path, tinyGguf());
  return path;
}

test('a process of another version is asked to leave, and a new one takes its place', async () => {
  const model = await addModel('tiny');
  // From source the library has a version of its own.
  await using luci = createLuci(resolveSettings({ home: home.folder, offline: true, keepAliveSeconds: 20 }, {}));
  await using session = await luci.open(model);
  expect(session.facts.kind).toBe('embedded');
  const before = await luci.engine.status();
  expect(before?.version).toBe('0.0.0-source');
  expect(await home.luci(['ask', 'hi', '-m', model])).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
  const after = await status();
  expect(after?.pid).not.toBe(before?.pid);
  expect(after?.version).not.toBe('0.0.0-source');
  expect(() => process.kill(before?.pid ?? 0, 0)).toThrow('ESRCH');
});

test('a command that is killed with -9 in the middle of an answer takes no memory and no turn from the next one', async () => {
  const model = await addModel('tiny');
  const args = [program, 'ask', `${'word '.repeat(300)}`, '-m', model, '--temperature', '2', '--home', home.folder];
  const command = spawn(process.execPath, args, { env: { ...process.env, LUCI_KEEP_ALIVE: '20' }, stdio: 'ignore' });
  await until(async () => (await status())?.models[0]?.requests === 1 || command.exitCode !== null);
  command.kill('SIGKILL');
  await until(async () => (await status())?.models[0]?.requests === 0);
  expect(await home.luci(['ask', 'hi', '-m', model])).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

test('within the memory budget several models stay; then the one unused for longest leaves; what can never fit is refused', async () => {
  const models = [await addModel('one'), await addModel('two'), await addModel('three')];
  const ask = (path: string, budget: number) =>
    home.luci(['ask', 'hi', '-m', path], { environment: { LUCI_MEMORY_BUDGET: String(budget), LUCI_CONTEXT: '512' } });
  expect((await ask(models[0] ?? '', 1e12)).exitCode).toBe(0);
  const each = (await status())?.models[0]?.memoryBytes ?? 0;
  await home.luci(['stop']);
  for (const path of models.slice(0, 2)) expect((await ask(path, each * 2.5)).exitCode).toBe(0);
  expect((await status())?.models.map(({ name }) => basename(name))).toEqual(['one.gguf', 'two.gguf']);
  expect((await ask(models[0] ?? '', each * 2.5)).exitCode).toBe(0);
  expect((await ask(models[2] ?? '', each * 2.5)).exitCode).toBe(0);
  expect((await status())?.models.map(({ name }) => basename(name))).toEqual(['one.gguf', 'three.gguf']);
  await home.luci(['stop']);
  expect(await ask(models[0] ?? '', each / 2)).toMatchObject({
    exitCode: 7,
    stderr: expect.stringMatching(/one.gguf needs .* may be used/),
  });
});

test('the key to it is readable by its user only, and so is the folder of its socket', async () => {
  const model = await addModel('tiny');
  await home.luci(['ask', 'hi', '-m', model]);
  const { stdout } = spawnSync('stat', ['-c', '%a', join(home.folder, 'state', 'engine-token')], { encoding: 'utf8' });
  expect(stdout.trim()).toBe('600');
});
