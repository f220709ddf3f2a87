import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultFolders } from './default-folders.ts';

/** By facts as systems have them; of macOS and Windows expected, not tried there. */

const user = join('/', 'home', 'anna');
const old = join(user, '.luciferai');
const foldersOn = (platform: NodeJS.Platform, environment: Record<string, string> = {}, there: readonly string[] = []) =>
  defaultFolders(environment, { platform, user, isThere: (path) => there.includes(path) });
const one = { home: old, configFolder: old };

test.each(['darwin', 'win32', 'freebsd'] as const)('on %s everything is in ~/.luciferai, whatever XDG variables say', (platform) => {
  expect(foldersOn(platform, { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/config' })).toEqual(one);
});

test('on Linux the folders are those of XDG, and ~/.luciferai where it is there', () => {
  const two = { home: join(user, '.local', 'share', 'luci'), configFolder: join(user, '.config', 'luci') };
  expect(foldersOn('linux')).toEqual(two);
  expect(foldersOn('linux', { XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: './config' })).toEqual(two);
  expect(foldersOn('linux', { XDG_DATA_HOME: '/data' })).toEqual({ ...two, home: join('/data', 'luci') });
  expect(foldersOn('linux', { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/config' }, [old])).toEqual(one);
});

test('an account without a home folder keeps things where a variable says', () => {
  const facts = { platform: 'linux' as const, user: undefined, isThere: () => false };
  const data = join('/data', 'luci');
  expect(defaultFolders({ XDG_DATA_HOME: '/data' }, facts)).toEqual({ home: data, configFolder: data });
  for (const environment of [{}, { XDG_CONFIG_HOME: '/config' }, { XDG_DATA_HOME: 'data' }] as Record<string, string>[])
    expect(() => defaultFolders(environment, facts)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(() => defaultFolders({ XDG_DATA_HOME: '/data' }, { ...facts, platform: 'darwin' })).toThrow('no home folder');
});
