import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome } from '../e2e/luci-process.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';

/** Every program of examples/ runs as it stands, on plain Node, and ends by itself. */

const examples = join(import.meta.dirname, '..', '..', 'examples');
let folder: string;
let home: Awaited<ReturnType<typeof makeHome>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci examples '));
  home = await makeHome();
  await writeFile(join(folder, 'tiny.gguf'), tinyGguf());
  await writeFile(join(folder, 'caller.gguf'), tinyGguf({ callsTool: true }));
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function run(example: string, model: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(examples, example), join(folder, model)], {
      env: { ...process.env, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20' },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => {
      said.stdout += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      said.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...said }));
  });
}

test('there are no other examples than the ones below', async () => {
  expect((await readdir(examples)).sort()).toEqual(['ask.mjs', 'install.mjs', 'json.mjs', 'scaling', 'stream.mjs', 'tools.mjs']);
});

test('ask', async () => {
  expect(await run('ask.mjs', 'tiny.gguf')).toEqual({ status: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

test('stream', async () => {
  const { status, stdout } = await run('stream.mjs', 'tiny.gguf');
  expect(stdout).toContain(`${tinyReply}\n(`);
  expect(stdout).toMatch(/\(\d+ tokens, ended by stop\)\n$/);
  expect(status).toBe(0);
});

test('json', async () => {
  const { status, stdout, stderr } = await run('json.mjs', 'tiny.gguf');
  // This model knows one sentence; what the grammar lets it say is a value of the schema, or is told not to be one.
  if (status === 0) expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['name', 'country', 'inhabitants']);
  else expect(stderr).toContain('LuciError');
});

test('tools', async () => {
  const { stdout } = await run('tools.mjs', 'caller.gguf');
  expect(stdout).toMatch(/^the model calls clock with \{"town":".*"\}\n/);
});

test('install', async () => {
  const { status, stdout } = await run('install.mjs', 'tiny.gguf');
  expect(stdout).toMatch(/^tiny: \d+ bytes, fits: \w+\n$/);
  expect(status).toBe(0);
});
