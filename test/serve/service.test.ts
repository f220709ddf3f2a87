import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serviceUnit } from '../../src/serve/service-unit.ts';
import { makeHome, program } from '../e2e/luci-process.ts';

/** The files that service managers read. */

const odd = {
  words: ['/opt/a b/node', '/x/%h/$HOME/"q"\\.cjs', 'serve'],
  environment: { LUCI_HOME: "/home/o'neill & <son>" },
  logPath: '/l/serve.log',
};

test('systemd gets each word as it is, whatever signs are in it', () => {
  const { path, text, start } = serviceUnit('linux', '/home/me', odd);
  expect(path).toBe('/home/me/.config/systemd/user/luci.service');
  expect(text).toContain('ExecStart="/opt/a b/node" "/x/%%h/$$HOME/\\"q\\"\\\\.cjs" "serve"');
  expect(text).toContain('Environment="LUCI_HOME=/home/o\'neill & <son>"');
  expect(start).toContain('systemctl --user enable --now luci.service');
});

test('systemd itself finds nothing wrong with it', async (context) => {
  const found = spawnSync('systemd-analyze', ['--version']).status === 0;
  context.skip(!found, 'systemd-analyze is not here');
  const folder = await mkdtemp(join(tmpdir(), 'luci-unit-'));
  const file = join(folder, 'luci.service');
  await writeFile(
    file,
    serviceUnit('linux', folder, {
      words: [process.execPath, program, 'serve'],
      environment: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      logPath: file,
    }).text,
  );
  const { status, stderr } = spawnSync('systemd-analyze', ['--user', 'verify', file], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  });
  await rm(folder, { recursive: true });
  expect([status, stderr]).toEqual([0, '']);
});

test('launchd gets each word as text of XML', () => {
  const { path, text, start } = serviceUnit('darwin', "/Users/o'neill", odd);
  expect(path).toBe("/Users/o'neill/Library/LaunchAgents/luci.serve.plist");
  expect(text).toContain("<string>/home/o'neill &amp; &lt;son&gt;</string>");
  expect(text).toContain('<string>/opt/a b/node</string>');
  expect(start).toContain("'/Users/o'\\''neill/Library/LaunchAgents/luci.serve.plist'");
});

test('where there is no service manager that luci knows, the way out is named', () => {
  expect(() => serviceUnit('win32', 'C:\\me', odd)).toThrow(expect.objectContaining({ code: 'USAGE', hint: 'luci serve --detach' }));
});

test.skipIf(process.platform === 'win32')('a dry run shows the file and its place, and writes nothing', async () => {
  await using home = await makeHome();
  const { exitCode, stdout, stderr } = await home.luci(['service', 'install', '--dry-run']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(home.folder);
  expect(stdout).toContain(program);
  expect(stderr).toContain(`would be written to ${homedir()}`);
  expect(JSON.parse((await home.luci(['service', 'status', '--json'])).stdout)).toMatchObject({ state: 'absent' });
});
