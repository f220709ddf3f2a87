import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome, ownEntry } from './luci-process.ts';

/** Where luci keeps things when nobody named a home: the folders of the XDG Base Directory Specification, or the old one. */

const onLinux = process.platform === 'linux';
let home: Home;
let user: string;
beforeEach(async () => {
  home = await makeHome();
  user = await mkdtemp(join(tmpdir(), 'luci-user-'));
});
afterEach(async () => {
  await luci(['stop', '--all']);
  await home[Symbol.asyncDispose]();
  await rm(user, { recursive: true, force: true });
});

const luci = (args: readonly string[], environment: Record<string, string> = {}) =>
  home.luci(args, { environment: { HOME: user, LUCI_HOME: '', XDG_DATA_HOME: '', XDG_CONFIG_HOME: '', ...environment } });
/** The folder of models and the file of settings, as luci tells them. */
async function told(environment: Record<string, string> = {}): Promise<readonly [string, string]> {
  const [folder, file] = await Promise.all([luci(['config', 'get', 'home', '--json'], environment), luci(['config', 'path'], environment)]);
  return [(JSON.parse(folder.stdout) as { value: string }).value, file.stdout.trim()];
}

test.runIf(onLinux)(
  'models and state are in ~/.local/share/luci, what people write in ~/.config/luci, and ~/.luciferai is not made',
  async () => {
    const [data, config] = [join(user, '.local', 'share', 'luci'), join(user, '.config', 'luci')];
    expect(await told()).toEqual([data, join(config, 'config.json')]);
    expect(await luci(['config', 'set', 'download.connections', '3'])).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(await readFile(join(config, 'config.json'), 'utf8'))).toEqual({ download: { connections: 3 } });
    expect((await luci(['config', 'get', 'download.connections'])).stdout).toBe('3\n');
    await writeFile(join(config, 'catalog.json'), JSON.stringify([ownEntry('mine-7b')]));
    expect((await luci(['search', 'mine-7b'])).stdout).toContain('mine-7b');
    await writeFile(join(config, 'mcp.json'), '{ "mcpServers": 7 }');
    expect((await luci(['mcp', 'list'])).stderr).toContain(join(config, 'mcp.json'));
    expect(await luci(['install', '--copy', await home.addModel()])).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(data, 'models', 'tiny.gguf'))).toBe(true);
    expect(await luci(['ask', '-m', 'tiny', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
    const doctor = (await luci(['doctor', '--offline'])).stdout.replaceAll(/\s+/g, ' ');
    expect(doctor).toContain(`${data} (config.json in ${config})`);
    expect(existsSync(join(user, '.luciferai'))).toBe(false);
    const unit = (await luci(['service', 'install', '--dry-run'])).stdout;
    expect(unit).toContain(`Environment="XDG_DATA_HOME=${join(user, '.local', 'share')}"`);
    expect(unit).not.toContain('LUCI_HOME');
  },
);

test.runIf(onLinux).each([
  ['absolute ones are taken', { XDG_DATA_HOME: '/a/data', XDG_CONFIG_HOME: '/a/config' }, '/a/data/luci', '/a/config/luci/config.json'],
  ['each by itself', { XDG_CONFIG_HOME: '/a/config' }, '~/.local/share/luci', '/a/config/luci/config.json'],
  ['relative ones are passed over', { XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: './c' }, '~/.local/share/luci', '~/.config/luci/config.json'],
  ['no tilde is read in them', { XDG_DATA_HOME: '~/data' }, '~/.local/share/luci', '~/.config/luci/config.json'],
  ['blank ones are not set', { XDG_DATA_HOME: ' ', XDG_CONFIG_HOME: '' }, '~/.local/share/luci', '~/.config/luci/config.json'],
])('of the XDG variables %s', async (_, environment, data, config) => {
  const whole = (path: string): string => path.replace(/^~/, user);
  expect(await told(environment as Record<string, string>)).toEqual([whole(data), whole(config)]);
});

test('a ~/.luciferai that is there is used, whatever XDG variables say, and so is a link to a disk that is away', async () => {
  const old = join(user, '.luciferai');
  const xdg = { XDG_DATA_HOME: join(user, 'data'), XDG_CONFIG_HOME: join(user, 'config') };
  await mkdir(old);
  expect(await told(xdg)).toEqual([old, join(old, 'config.json')]);
  expect(await luci(['config', 'set', 'offline', 'true'], xdg)).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(old, 'config.json'))).toBe(true);
  expect([existsSync(xdg.XDG_DATA_HOME), existsSync(xdg.XDG_CONFIG_HOME)]).toEqual([false, false]);
  await rm(old, { recursive: true });
  await symlink(join(user, 'disk', 'luci'), old);
  expect(await told(xdg)).toEqual([old, join(old, 'config.json')]);
});

test('a home that was named holds its settings too', async () => {
  const named = join(user, 'named');
  expect(await told({ LUCI_HOME: named, XDG_CONFIG_HOME: '/a/config' })).toEqual([named, join(named, 'config.json')]);
  expect((await luci(['config', 'path', '--home', named])).stdout.trim()).toBe(join(named, 'config.json'));
});
