import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome, type Ran } from './luci-process.ts';

/** What else can lie in the folder of models, and files whose bytes are known. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
});
afterEach(() => home[Symbol.asyncDispose]());

test.skipIf(process.platform === 'win32')('a link in a circle is a row with its reason, and the other models work', async () => {
  await writeFile(join(home.folder, 'models', 'good.gguf'), tinyGguf());
  await symlink('loop.gguf', join(home.folder, 'models', 'loop.gguf'));
  const { exitCode, stdout } = await home.luci(['list', '--json']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/"loop"/);
  expect((await home.luci(['ask', '-m', 'good', 'hi'])).exitCode).toBe(0);
});

test('a copy of a model that is there changes nothing of it', async () => {
  const first = join(home.folder, 'first.gguf');
  const copy = join(home.folder, 'Copy.gguf');
  await writeFile(first, tinyGguf());
  await copyFile(first, copy);
  expect((await home.luci(['install', '-y', first])).exitCode).toBe(0);
  const before = await readFile(join(home.folder, 'state', 'index.json'), 'utf8');
  expect((await home.luci(['install', '-y', copy])).exitCode).toBe(0);
  expect(await readFile(join(home.folder, 'state', 'index.json'), 'utf8')).toBe(before);
  expect((await home.luci(['list', '-q'])).stdout).toBe('first\n');
});

test('an own file called like an alias of the catalogue is not held to the pin of that model', async () => {
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  const { exitCode, stdout } = await home.luci(['verify', 'tiny']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('tiny') });
});

test.each(['tiny', 'Llama3.2', 'llama3.2', 'Llama-3.2-3B-Instruct'])(
  'an own file called %s, as a model of the catalogue is, is itself in every listing',
  async (called) => {
    await writeFile(join(home.folder, 'models', `${called}.gguf`), tinyGguf());
    const shown = await home.luci(['show', called, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: called, installed: { parametersB: 0.000676992, tier: null, purposes: [] } });
    expect(JSON.parse(shown.stdout)).not.toHaveProperty('license');
    expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: called, tier: null }]);
    expect((await home.luci(['search', 'llama3.2', '--json'])).stdout).not.toContain('"enabled":true');
    expect((await home.luci(['ask', '-m', called, 'hi'])).stdout).toBe(`${tinyReply}\n`);
  },
);

test.skipIf(process.platform === 'win32')('what cannot be read is a row of verify with its reason; a repair claims nothing', async () => {
  await writeFile(join(home.folder, 'models', 'good.gguf'), tinyGguf());
  await symlink('loop.gguf', join(home.folder, 'models', 'loop.gguf'));
  await symlink('/nowhere/at/all', join(home.folder, 'models', 'gone.gguf'));
  const ran = await home.luci(['verify', '--all']);
  expect(ran).toMatchObject({ exitCode: 6, stderr: 'gone, loop: no usable model.\n  luci remove gone loop\n' });
  expect(ran.stdout).toMatch(/✗ gone .*There is no file[\s\S]*✓ good [\s\S]*✗ loop /);
  const repaired = await home.luci(['verify', '--repair', 'gone']);
  expect(repaired).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('gone cannot be repaired') });
  expect(repaired.stdout).not.toContain('repaired, sha256');
});

const ask = ['ask', '-m', 'good', 'hi'];

/** Files of luci's own in a home folder, a command that reads each, and its exit status: some do without the file, others cannot. */
test.skipIf(process.platform === 'win32').each([
  ['config.json', ['list'], 6],
  ['catalog.json', ['list'], 0],
  ['llm_state.json', ['list'], 0],
  ['state/index.json', ['list'], 0],
  ['state/proven.json', ['list'], 0],
  ['state/remotes.json', ['remote', 'list'], 6],
  ['state/aliases.json', ['alias', 'list'], 6],
  ['state/engine.lock', ask, 6],
  ['state/trials.json', ask, 0],
  ['state/engine-token', ask, 0],
  ['logs/engine.log', ask, 0],
] as const)('a named pipe in the place of %s keeps luci %j from nothing but that file', async (file, args, exitCode) => {
  await writeFile(join(home.folder, 'models', 'good.gguf'), tinyGguf());
  await mkdir(join(home.folder, 'state'));
  await mkdir(join(home.folder, 'logs'));
  execFileSync('mkfifo', [join(home.folder, file)]);
  const ran = await withinTime(args);
  expect(ran.exitCode, ran.stderr).toBe(exitCode);
  if (exitCode !== 0) expect(ran.stderr).toContain(`${join(home.folder, file)} is a named pipe, not a file.`);
  await withinTime(['stop']);
});

/** A command that is ended when it takes too long: one that waits for a pipe heeds no other signal. */
async function withinTime(args: readonly string[]): Promise<Ran> {
  let timer: NodeJS.Timeout | undefined;
  const ran = await home.luci(args, {
    onStart: (pid) => {
      timer = setTimeout(() => process.kill(pid, 'SIGKILL'), 15_000);
    },
  });
  clearTimeout(timer);
  expect(ran.exitCode, `${args.join(' ')} waits`).not.toBeNull();
  return ran;
}

test.runIf(process.platform === 'linux').each([['list'], ['doctor', '--offline'], ['alias', 'a', 'b'], ['ps']])(
  'a home in a place that takes no folder, and says that it is not there, keeps luci %s from nothing',
  async (...args) => {
    expect((await withinTime(['--home', '/proc/luci home', ...args])).stderr).not.toContain('luci made a mistake');
  },
);
