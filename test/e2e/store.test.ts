import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { widthOf } from '../../src/cli/show/text.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome, program } from './luci-process.ts';
import { shownAt } from './pseudo-terminal.ts';

const bytes = tinyGguf();
/** The same model with other bytes behind it: another file to every digest. */
const variant = (extra: number): Buffer => Buffer.concat([bytes, Buffer.alloc(extra, 1)]);

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
});
afterEach(() => home[Symbol.asyncDispose]());

const put = (name: string, content: Buffer = bytes): Promise<void> => writeFile(join(home.folder, 'models', name), content);
const list = async (): Promise<Record<string, unknown>[]> => JSON.parse((await home.luci(['list', '--json'])).stdout);
const namesOf = async (): Promise<unknown[]> => (await list()).map(({ name }) => name);

test('files put there by hand are found, named and checked; names with spaces and other scripts are kept', async () => {
  await put('plain.gguf');
  await put('with space é.gguf', variant(1));
  await put('模型.gguf', variant(2));
  await put('UPPER.GGUF', variant(3));
  await put('notes.txt', Buffer.from('no model'));
  expect((await namesOf()).toSorted()).toEqual(['UPPER', 'plain', 'with space é', '模型']);
  expect(await list()).toContainEqual(expect.objectContaining({ name: '模型', quantization: 'F16', contextLength: 2048, verified: false }));
  expect(await home.luci(['show', 'WITH SPACE É'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('with space é') });
});

test.each([
  '{',
  '',
  '{"version": 7}',
  '[]',
  '{"version":1,"models":[{"name":"x","files":[{"name":"../../etc/passwd","sizeBytes":1,"mtimeMs":1,"inode":1}]}]}',
])('an index that is %j is rebuilt from the files', async (garbage) => {
  await put('a.gguf');
  await list();
  await writeFile(join(home.folder, 'state', 'index.json'), garbage);
  expect(await namesOf()).toEqual(['a']);
  await rm(join(home.folder, 'state'), { recursive: true });
  expect(await namesOf()).toEqual(['a']);
});

test('the state file of the first luci is honoured and what it holds is kept', async () => {
  const path = join(home.folder, 'llm_state.json');
  await put('a.gguf');
  await writeFile(path, JSON.stringify({ A: false, 'long-gone': false, other: { kept: 1 } }));
  expect(await list()).toMatchObject([{ name: 'a', enabled: false }]);
  expect(await home.luci(['ask', '-m', 'a', 'hi'])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('luci llm enable a') });
  await home.luci(['llm', 'enable', 'a']);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ A: true, 'long-gone': false, other: { kept: 1 } });
});

test('a state file that is no JSON is never overwritten', async () => {
  await put('a.gguf');
  await writeFile(join(home.folder, 'llm_state.json'), 'mine, do not touch');
  expect(await list()).toMatchObject([{ name: 'a', enabled: true }]);
  expect(await home.luci(['llm', 'disable', 'a'])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('nothing was changed') });
  expect(await readFile(join(home.folder, 'llm_state.json'), 'utf8')).toBe('mine, do not touch');
});

test('two different files of one name live side by side', async () => {
  await mkdir(join(home.folder, 'one'));
  await mkdir(join(home.folder, 'two'));
  await writeFile(join(home.folder, 'one', 'same.gguf'), variant(1));
  await writeFile(join(home.folder, 'two', 'Same.gguf'), variant(2));
  await home.luci(['install', join(home.folder, 'one', 'same.gguf')]);
  await home.luci(['install', join(home.folder, 'two', 'Same.gguf')]);
  const models = await list();
  expect(models).toHaveLength(2);
  expect(new Set(models.map(({ name }) => String(name).toLowerCase())).size).toBe(2);
  const [, second] = models;
  await home.luci(['remove', String(second?.['name']), '-y']);
  expect(await list()).toHaveLength(1);
});

test('the default model is chosen, shown, forgotten with its model, and disabled ones are never chosen', async () => {
  await put('a.gguf', variant(1));
  await put('b.gguf', variant(2));
  await home.luci(['llm', 'default', 'b']);
  expect(await home.luci(['llm', 'default'])).toMatchObject({ stdout: 'b\n' });
  expect(await list()).toMatchObject([
    { name: 'a', default: false },
    { name: 'b', default: true },
  ]);
  await home.luci(['llm', 'disable', 'all']);
  expect(await home.luci(['ask', 'hi'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('All installed models are disabled'),
  });
  await home.luci(['llm', 'enable', 'all']);
  await home.luci(['remove', 'b', '-y']);
  expect(await home.luci(['llm', 'default'])).toMatchObject({ stdout: '', stderr: expect.stringContaining('No model is the default') });
});

/** Waits for a condition; the test's own time limit is the only clock. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Runs a script over the library in a process of its own. */
function run(script: string): { ended: Promise<number | null>; kill: () => void; lines: () => number } {
  const library = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href;
  const code = `import { createLuci, defaultSettings } from ${JSON.stringify(library)};\nconst luci = createLuci(defaultSettings({ home: ${JSON.stringify(home.folder)} }));\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let lines = 0;
  child.stdout.on('data', (text: Buffer) => {
    lines += text.toString().split('\n').length - 1;
  });
  return {
    ended: new Promise((resolve) => child.on('close', resolve)),
    kill: () => void child.kill('SIGKILL'),
    /** Lines it has written: how far it came. */
    lines: () => lines,
  };
}

test('kill -9 in the middle of every kind of write leaves whole state and the models', async () => {
  const original = join(home.folder, 'original.gguf');
  await writeFile(original, variant(9));
  await put('steady.gguf');
  await list();
  for (let round = 0; round < 12; round += 1) {
    const writer = run(`for (;;) {
      console.log('a round begins');
      const { name } = await luci.importFile(${JSON.stringify(original)}, { copy: true });
      console.log('written');
      await luci.store.setEnabled(['steady', 'x'], Math.random() > 0.5);
      console.log('written');
      await luci.store.setDefault('steady');
      console.log('written');
      await luci.remotes.add({ name: 'far' + Math.random().toString(36).slice(2, 6), url: 'http://127.0.0.1:9/v1' });
      console.log('written');
      await luci.verify('steady');
      console.log('written');
      await luci.store.remove(name);
      console.log('written');
    }`);
    // A writer that ends by itself has failed: its words are on stderr.
    let hasEnded = false;
    void writer.ended.then(() => {
      hasEnded = true;
    });
    await until(() => writer.lines() > round || hasEnded);
    expect(hasEnded).toBe(false);
    writer.kill();
    await writer.ended;
    const models = await list();
    expect(models.find(({ name }) => name === 'steady')).toMatchObject({ sizeBytes: bytes.length });
    for (const model of models) expect([bytes.length, bytes.length + 9]).toContain(model['sizeBytes']);
    for (const name of await readdir(join(home.folder, 'state'))) {
      if (!name.endsWith('.json')) continue;
      const text = await readFile(join(home.folder, 'state', name), 'utf8');
      expect(() => JSON.parse(text)).not.toThrow();
    }
    const enabled = await readFile(join(home.folder, 'llm_state.json'), 'utf8').catch(() => '{}');
    expect(() => JSON.parse(enabled)).not.toThrow();
    expect(await home.luci(['remote', 'list', '--json'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\[.*\]\n$/) });
    await home.luci(['llm', 'enable', 'steady']);
  }
  expect(await readFile(original)).toHaveLength(bytes.length + 9);
}, 180_000);

test('two processes that write at once lose nothing of each other', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `m${index}`);
  for (const [index, name] of names.entries()) await writeFile(join(home.folder, `${name}.gguf`), variant(index + 1));
  const halves = [names.slice(0, 4), names.slice(4)].map((half) =>
    run(`for (const name of ${JSON.stringify(half)}) {
      await luci.importFile(${JSON.stringify(home.folder)} + '/' + name + '.gguf');
      await luci.store.setEnabled([name], false);
    }`),
  );
  expect(await Promise.all(halves.map(({ ended }) => ended))).toEqual([0, 0]);
  const models = await list();
  expect(models.map(({ name }) => name)).toEqual(names);
  expect(models.every(({ verified, enabled }) => verified === true && enabled === false)).toBe(true);
});

test('a home that cannot be written is still listed, and a write says so', async () => {
  await put('a.gguf');
  await writeFile(join(home.folder, 'state'), 'a file where the folder should be');
  expect(await list()).toMatchObject([{ name: 'a' }]);
  expect(await home.luci(['llm', 'default', 'a'])).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining(join(home.folder, 'state')),
  });
});

test('a part of a split model that is missing is named', async () => {
  await put('s-00001-of-00003.gguf');
  await put('s-00003-of-00003.gguf', variant(1));
  expect(await list()).toMatchObject([{ name: 's', problem: expect.stringContaining('s-00002-of-00003.gguf') }]);
});

/** Runs a command whose stdout nobody reads any more: the reading end is closed long before the command writes. */
function intoClosedPipe(args: readonly string[]): Promise<{ exitCode: number | null; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, LUCI_HOME: home.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stderr })));
}

test('every listing has -q and --json, fits 20 columns, and ends quietly in a closed pipe', async () => {
  await put('a.gguf');
  expect(await home.luci(['list', '-q'])).toMatchObject({ stdout: 'a\n' });
  expect(await home.luci(['search', 'llama3.2', '-q'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('llama3.2\n') });
  for (const args of [['list'], ['llm', 'list', 'all'], ['search', 'qwen'], ['show', 'llama3.2'], ['models', 'info', 'a']]) {
    const narrow = shownAt(home, 20, args);
    expect(narrow.exitCode).toBe(0);
    // Only what is one word, as a name or a path, may be wider.
    expect(narrow.lines.filter((line) => widthOf(line) > 20 && line.trim().includes(' '))).toEqual([]);
    expect(await intoClosedPipe(args)).toEqual({ exitCode: 0, stderr: '' });
    const json = await home.luci([...args, '--json']);
    expect(JSON.parse(json.stdout)).not.toBe(null);
    const quiet = await home.luci([...args, '-q']);
    expect(quiet).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/./) });
    expect(quiet.stdout.length, args.join(' ')).toBeLessThan((await home.luci(args)).stdout.length);
  }
});
