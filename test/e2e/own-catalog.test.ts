import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** The user's own catalog.json, through the command. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

const entry = {
  name: 'made-up-1b',
  aliases: ['madeup'],
  family: 'fable',
  parametersB: 1.5,
  tier: 1,
  purposes: ['chat', 'poetry'],
  license: 'MIT',
  quantization: 'Q4_K_M',
  repo: 'owner/made-up',
  file: 'made-up.gguf',
};

async function own(content: unknown): Promise<void> {
  await writeFile(join(home.folder, 'catalog.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

test('one entry in catalog.json is known to every command', async () => {
  await own([entry]);
  const known: readonly (readonly string[])[] = [
    ['search', 'made', 'up'],
    ['search', '--purpose', 'poetry'],
    ['search', '--tier', '1', '--license', 'mit', 'fable'],
    ['show', 'MADEUP'],
    ['models', 'info', 'made-up:1b'],
    ['llm', 'list', 'all'],
    ['install', '--dry-run', '--offline', 'madeup'],
    ['install', '--dry-run', '--offline', 'tier', '1'],
  ];
  for (const args of known) {
    const ran = await home.luci(args);
    const exitCode = args.includes('--offline') ? 4 : 0; // The plan is shown, and that it cannot be carried out.
    expect(ran, args.join(' ')).toMatchObject({ exitCode, stderr: expect.not.stringContaining('left out') });
    expect(ran.stdout, args.join(' ')).toContain('made-up-1b');
  }
  for (const args of [
    ['remove', 'madeup'],
    ['llm', 'enable', 'madeup'],
    ['llm', 'default', 'madeup'],
    ['verify', 'madeup'],
  ]) {
    expect(await home.luci(args), args.join(' ')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('luci install made-up-1b'),
    });
  }
});

test('a bad entry is told by name and field on stderr, and neither the good ones nor stdout suffer', async () => {
  await own([{ ...entry, name: 'bad-one', tier: 7 }, entry, { ...entry, name: 'bad-two', sise: 3 }]);
  const ran = await home.luci(['search', 'made', '--json']);
  expect(ran.exitCode).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject([{ name: 'made-up-1b' }]);
  expect(ran.stderr).toMatch(/catalog\.json: bad-one is left out: "tier": [\s\S]*luci doctor names the other 1/);
  // Whoever asks for it learns why it is not there.
  const asked = await home.luci(['install', 'bad-two']);
  expect(asked).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('bad-one is left out') });
  expect((await home.luci(['doctor', '--offline'])).stdout).toMatch(
    /✗ catalog +\S.*bad-one[\s\S]*✗ catalog +\S.*bad-two is left out: "sise"/,
  );
  expect((await home.luci(['search', 'made', '-q'])).stderr).toBe('');
});

test.each<[string, object, string]>([
  ['without a quantization', { quantization: undefined }, '"quantization" is missing'],
  ['without a name', { name: undefined }, 'entry 1 is left out: "name" is missing'],
  ['with a part without its path', { file: undefined, files: [{ sizeBytes: 4 }] }, '"files.0.file" is missing'],
  ['with a word of its own', { sise: 3 }, '"sise" is no field here'],
  ['with a tier in words', { tier: 'best' }, '"tier": expected (0 | 1 | 2 | 3), found "best"'],
])('an entry %s is told as that', async (_, wrong, told) => {
  await own([{ ...entry, ...wrong }]);
  expect((await home.luci(['search', 'made'])).stderr).toContain(told);
});

test('a catalog.json that is a folder, or no JSON, is told and leaves the built-in models', async () => {
  await own('[{"name": ');
  expect(await home.luci(['show', 'llama3.2'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('the file is left out: it is not JSON'),
  });
  await using other = await makeHome();
  await mkdir(join(other.folder, 'catalog.json'));
  expect(await other.luci(['show', 'llama3.2'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('it cannot be read (EISDIR)'),
  });
});

test('a model that is named by its own name is asked without the catalogue', async () => {
  await own('[{"name": ');
  await mkdir(join(home.folder, 'models'), { recursive: true });
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  // The first look at a file asks the catalogue what it is.
  await home.luci(['list']);
  expect(await home.luci(['ask', '-m', 'tiny', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

test('a home that is empty, or not there yet, is no fault of the machine', async () => {
  await using empty = await makeHome();
  for (const folder of [empty.folder, join(empty.folder, 'not', 'yet')]) {
    const ran = await empty.luci(['--home', folder, 'doctor', '--offline']);
    expect(ran.stdout).toMatch(/• store .*, 0 models, 0 B/);
    expect(ran.stdout).not.toContain('cannot be written');
  }
});

test('looking at a machine does not make a home there', async () => {
  const folder = join(home.folder, 'not', 'yet');
  for (const args of [
    ['doctor', '--offline'],
    ['list'],
    ['search', 'llama3.2'],
    ['install', '--dry-run', 'llama3.2'],
    ['ps'],
    ['net', 'log'],
  ]) {
    expect(await home.luci([...args, '--home', folder]), args.join(' ')).toMatchObject({ exitCode: 0 });
    expect(existsSync(folder), args.join(' ')).toBe(false);
  }
});
