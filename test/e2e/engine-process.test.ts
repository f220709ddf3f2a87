import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { socketPathOf } from '../../src/engine/host/socket-path.ts';
import { probeMachine } from '../../src/engine/machine.ts';
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
  readonly models: readonly {
    readonly name: string;
    readonly memoryBytes: number;
    readonly requests: number;
    readonly engine: { readonly contextLength: number; readonly repeatableAtOnce?: number };
  }[];
}

async function status(): Promise<Status | null> {
  return JSON.parse((await home.luci(['ps', '--json'])).stdout) as Status | null;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function addModel(name: string): Promise<string> {
  const path = join(home.folder, `${name}.gguf`);
  await mkdir(dirname(path), { recursive: true });
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

test('on two cores a process that luci test starts computes two repeatable requests at once, and one that ask starts one', async () => {
  const { physicalCores } = await probeMachine();
  await addModel('models/tiny');
  const atOnce = async (): Promise<number | undefined> => (await status())?.models[0]?.engine.repeatableAtOnce;
  await home.luci(['test', 'tiny', '--case', 't0-copy', '-q']);
  expect(await atOnce()).toBe(physicalCores === 2 ? 2 : 1);
  await home.luci(['stop', '-q']);
  await home.luci(['ask', 'hi', '-m', 'tiny', '-q']);
  expect(await atOnce()).toBe(1);
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

test('words that are none of the protocol end their connection and nothing else', async () => {
  const model = await addModel('tiny');
  await home.luci(['ask', 'hi', '-m', model]);
  const before = await status();
  const path = socketPathOf(home.folder, process.env['XDG_RUNTIME_DIR']);
  const token = (await readFile(join(home.folder, 'state', 'engine-token'), 'utf8')).trim();
  const hello = JSON.stringify({ type: 'hello', token, version: before?.version });
  const words = ['{"type":"hello"}', '{"type":"hello","token":7}', 'null', '7', '{}', '[]', 'no json'];
  const afterHello = ['{"type":"nosuch","id":1}', '{"type":"open","id":1}', '{"type":"generate","id":1,"target":{"path":"x","name":"x"}}'];
  for (const lines of [...words.map((word) => [word]), ...afterHello.map((word) => [hello, word])]) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(path, () => void socket.write(`${lines.join('\n')}\n`));
      socket.on('error', reject).on('close', () => resolve());
      socket.resume();
    });
  }
  expect((await status())?.pid).toBe(before?.pid);
  expect(await home.luci(['ask', 'hi', '-m', model])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
});

test('a process nobody can find any more, because its key is gone, leaves by itself', async () => {
  await home.luci(['ask', 'hi', '-m', await addModel('tiny')]);
  const pid = (await status())?.pid ?? 0;
  await rm(join(home.folder, 'state', 'engine-token'));
  await until(async () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
  expect(await status()).toBeNull();
});

test('one model asked with two context lengths is in memory once, with the larger', async () => {
  const model = await addModel('tiny');
  const withContext = (tokens: string) => home.luci(['ask', 'hi', '-m', model], { environment: { LUCI_CONTEXT: tokens } });
  for (const tokens of ['512', '1024', '512']) expect(await withContext(tokens)).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  const models = ((await status())?.models ?? []) as readonly { engine?: { contextLength: number } }[];
  expect(models.map(({ engine }) => engine?.contextLength)).toEqual([1024]);
});

test('each idle model leaves after its own keep-alive, also while another is used', async () => {
  const [short, long] = [await addModel('short'), await addModel('long')];
  await home.luci(['ask', 'hi', '-m', short], { environment: { LUCI_KEEP_ALIVE: '1' } });
  await home.luci(['ask', 'hi', '-m', long], { environment: { LUCI_KEEP_ALIVE: '60' } });
  await until(async () => {
    await home.luci(['ask', 'hi', '-m', long], { environment: { LUCI_KEEP_ALIVE: '60' } });
    return (await status())?.models.length === 1;
  });
  const [left] = ((await status())?.models ?? []) as readonly { name: string; leavesInSeconds?: number }[];
  expect(left?.name).toContain('long');
  expect(left?.leavesInSeconds).toBeGreaterThan(30);
});
