import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { namedSettings } from '../../src/config/setting-list.ts';
import { type Home, makeHome } from './luci-process.ts';

/** luci config: what is set, where it is from, and changes that leave the rest of the file alone. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

const at = (name: string): string => join(home.folder, name);
const held = async (): Promise<unknown> => JSON.parse(await readFile(at('config.json'), 'utf8')) as unknown;

test('each setting is listed with its value and its origin: flag, variable, file or default', async () => {
  await writeFile(at('config.json'), '{"download":{"maxRate":"5M"},"engine":{"threads":2,"keepAlive":"10m"}}');
  const environment = { LUCI_THREADS: '3', HF_ENDPOINT: 'http://anna:secret@host', HF_TOKEN: 'hf_secret', LUCI_KEEP_ALIVE: '' };
  const ran = await home.luci(['config', '--connections', '4', '--json'], { environment });
  expect(ran.exitCode).toBe(0);
  const facts = JSON.parse(ran.stdout) as { name: string }[];
  expect(facts.map(({ name }) => name)).toEqual(namedSettings.map(({ name }) => name));
  expect(facts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'download.connections', value: 4, origin: 'flag' }),
      expect.objectContaining({ name: 'engine.threads', value: 3, origin: 'environment', variable: 'LUCI_THREADS' }),
      expect.objectContaining({ name: 'download.maxRate', value: 5e6, text: '5M', origin: 'file' }),
      expect.objectContaining({ name: 'engine.keepAlive', value: 600, text: '10m', origin: 'file' }),
      expect.objectContaining({ name: 'engine.contextLength', value: null, origin: 'default' }),
    ]),
  );
  const shown = await home.luci(['config', 'list'], { environment });
  expect(shown.stdout).toMatch(/engine\.threads +3 +LUCI_THREADS/);
  expect(shown.stdout).toMatch(/download\.maxRate +5M +config\.json/);
  // The password of an address and the token are nobody's business.
  expect(shown.stdout).toContain('http://…@host');
  expect(shown.stdout).not.toContain('secret');
  expect(shown.stdout).toMatch(/hub\.token +set, not shown/);
  expect((await home.luci(['config', 'get', 'engine.threads'], { environment })).stdout).toBe('3\n');
});

test('set checks the value by the setting and keeps everything else of the file; unset takes out what was set', async () => {
  await writeFile(at('config.json'), '{"mine":[1],"engine":{"odd":true}}');
  for (const [key, text] of [
    ['download.connections', '4'],
    ['offline', 'yes'],
    ['download.sources', 'http://a, http://b/'],
    ['engine.keepAlive', '10m'],
  ] as const)
    expect(await home.luci(['config', 'set', key, text]), key).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await held()).toEqual({
    mine: [1],
    engine: { odd: true, keepAlive: '10m' },
    download: { connections: 4, sources: ['http://a', 'http://b/'] },
    offline: true,
  });
  expect((await home.luci(['config', 'get', 'download.connections'])).stdout).toBe('4\n');
  for (const key of ['download.connections', 'download.sources', 'engine.keepAlive', 'offline'])
    expect(await home.luci(['config', 'unset', key]), key).toMatchObject({ exitCode: 0 });
  expect(await held()).toEqual({ mine: [1], engine: { odd: true } });
  expect((await home.luci(['config', 'unset', 'offline'])).stderr).toContain('says nothing of offline');
});

test('what a setting does not understand, a name nobody knows and one that the file cannot say are refused, and nothing is written', async () => {
  for (const [words, why] of [
    [['set', 'download.connections', '99'], 'is not a whole number from 1 to 16'],
    [['set', 'offline', 'maybe'], 'is not true or false'],
    [['set', 'download.sources', 'http://a,nope'], 'is not an http address'],
    [['set', 'engine.choice', 'Auto'], 'is not one of auto'],
    [['set', 'engine.thread', '4'], 'Did you mean engine.threads?'],
    [['set', 'threads', '4'], 'Did you mean engine.threads?'],
    [['set', 'home', '/x'], 'it is set by --home DIR or LUCI_HOME'],
    [['unset', '__proto__'], 'There is no setting'],
  ] as const) {
    const ran = await home.luci(['config', ...words]);
    expect(ran, words.join(' ')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(why) });
  }
  await expect(stat(at('config.json'))).rejects.toThrow('ENOENT');
});

test('a file that is no JSON is left as it is; a value in it that cannot be meant is mended by the command', async () => {
  await writeFile(at('config.json'), '{ // mine');
  expect(await home.luci(['config', 'set', 'offline', 'true'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is not JSON'),
  });
  expect(await readFile(at('config.json'), 'utf8')).toBe('{ // mine');
  await writeFile(at('config.json'), '{"offline":"perhaps"}');
  expect(await home.luci(['config', 'list'])).toMatchObject({ exitCode: 2 });
  expect(await home.luci(['config', 'unset', 'offline'])).toMatchObject({ exitCode: 0 });
  expect(await home.luci(['config', 'path'])).toMatchObject({ exitCode: 0, stdout: `${at('config.json')}\n` });
  expect(await home.luci(['config', 'list'])).toMatchObject({ exitCode: 0 });
});

test.skipIf(process.platform === 'win32')('a config.json that is a link stays one, and the file keeps its mode', async () => {
  await writeFile(at('elsewhere.json'), '{}');
  await chmod(at('elsewhere.json'), 0o600);
  await symlink(at('elsewhere.json'), at('config.json'));
  expect(await home.luci(['config', 'set', 'offline', 'true'])).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(await readFile(at('elsewhere.json'), 'utf8'))).toEqual({ offline: true });
  expect((await stat(at('elsewhere.json'))).mode & 0o777).toBe(0o600);
});
