import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apps } from '../../src/cli/launch/apps.ts';
import { restoreSettings, type SettingsFile, writeSettings } from '../../src/cli/launch/write-settings.ts';
import { makeHome } from '../e2e/luci-process.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';

/** What other programs are told, and their files of settings. */

let folder: string;
let file: SettingsFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci-launch-'));
  file = { app: 'some', path: join(folder, 'deep', 'settings.json'), stateFolder: join(folder, 'state') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (text: string): Promise<void> => {
  await mkdir(join(folder, 'deep'), { recursive: true });
  await writeFile(file.path, text);
};

test('settings are put among those that are there, and taken back word for word', async () => {
  const before = '{ "theme": "dark",\n  "env": {"A": "1", "B": "2"} }';
  await put(before);
  await writeSettings(file, { env: { B: '3' } });
  await writeSettings(file, { env: { C: '4' } });
  expect(JSON.parse(await readFile(file.path, 'utf8'))).toEqual({ theme: 'dark', env: { A: '1', B: '3', C: '4' } });
  await restoreSettings(file);
  expect(await readFile(file.path, 'utf8')).toBe(before);
  await expect(restoreSettings(file)).rejects.toMatchObject({ code: 'USAGE' });
});

test('a file that was not there is gone again', async () => {
  await writeSettings(file, { a: 1 });
  await restoreSettings(file);
  await expect(readFile(file.path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what somebody else wrote since is not taken back', async () => {
  await writeSettings(file, { a: 1 });
  await put('{"a": 2}');
  await expect(restoreSettings(file)).rejects.toThrow('was changed since');
  expect(await readFile(file.path, 'utf8')).toBe('{"a": 2}');
});

test.each(['// mine\n{"a": 1}', '[1]', '{"a":'])('a file that holds %j is left as it is', async (text) => {
  await put(text);
  await expect(writeSettings(file, { a: 2 })).rejects.toMatchObject({ code: 'USAGE' });
  expect(await readFile(file.path, 'utf8')).toBe(text);
});

test.each(apps.map((app) => [app.name, app] as const))('%s is told the address, and the model where it asks for one', (name, app) => {
  const settings = app.settings({ url: 'http://127.0.0.1:1', model: 'some/model:q4', contextLength: 4096 });
  const text = typeof settings === 'string' ? settings : JSON.stringify(settings);
  expect(text).toContain('http://127.0.0.1:1');
  if (name !== 'open-webui') expect(text).toContain('some/model:q4');
});

test('the command shows the settings of a program for the model that is installed', async () => {
  await using home = await makeHome();
  expect(await home.luci(['launch', 'codex'])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('luci install') });
  await mkdir(join(home.folder, 'models'), { recursive: true });
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  const codex = await home.luci(['launch', 'codex']);
  expect(codex.stdout).toContain('model = "tiny"');
  expect(codex.stderr).toContain('luci serve --detach');
  const { stdout } = await home.luci(['launch', 'opencode', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    written: false,
    settings: { provider: { luci: { models: { tiny: { limit: { context: 2048 } } } } } },
  });
  expect(await home.luci(['launch', 'codex', '--write'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('only shows') });
  expect(await home.luci(['launch', 'nothing'])).toMatchObject({ exitCode: 2 });
});
