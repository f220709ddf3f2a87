import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { program } from './luci-process.ts';

/** Accounts and folders as containers, su, sudo and cron leave them: a number without an account, no HOME, the runtime folder of another. */

const uid = 54_321;
const setpriv = '/usr/bin/setpriv';
/** Only root can run a program as somebody else. */
const canBecome = process.getuid?.() === 0 && spawnSync(setpriv, ['--version']).status === 0;

let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-account-'));
  home = join(folder, 'home');
  mkdirSync(home);
  chmodSync(folder, 0o755);
  for (const path of [folder, home]) chownSync(path, uid, uid);
  writeFileSync(join(home, 'tiny.gguf'), tinyGguf());
});
afterEach(() => {
  as(uid, ['stop'], { LUCI_HOME: home });
  for (const path of [folder, join(tmpdir(), `luci-${uid}`)]) rmSync(path, { recursive: true, force: true });
});

/** Runs luci as that user, with this environment and nothing else. */
function as(user: number, args: readonly string[], environment: Record<string, string>) {
  const become = ['--reuid', String(user), '--regid', String(user), '--clear-groups', process.execPath, program];
  const env = { PATH: process.env['PATH'] ?? '', LUCI_KEEP_ALIVE: '20', LUCI_OFFLINE: '1', ...environment };
  const { status, stdout, stderr } = spawnSync(setpriv, [...become, ...args], { env, encoding: 'utf8', cwd: '/' });
  return { exitCode: status, stdout, stderr };
}

const ask = (environment: Record<string, string>) =>
  as(uid, ['ask', 'hi', '-m', join(home, 'tiny.gguf')], { LUCI_HOME: home, ...environment });
const answered = { exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' };

test.runIf(canBecome)('a number without an account asks, looks and stops where LUCI_HOME is given', () => {
  expect(ask({})).toEqual(answered);
  expect(JSON.parse(as(uid, ['ps', '--json'], { LUCI_HOME: home }).stdout)).toMatchObject({ models: [{ requests: 0 }] });
  expect(as(uid, ['stop'], { LUCI_HOME: home })).toMatchObject({ exitCode: 0, stderr: 'The engine is stopped.\n' });
  for (const args of [['list'], ['doctor'], ['llm', 'list'], ['remote'], ['net', 'log'], ['clean', '-y']])
    expect(as(uid, args, { LUCI_HOME: home }), args.join(' ')).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('mistake'),
    });
});

test.runIf(canBecome)('without a home and without LUCI_HOME every command says so in one sentence, and which commands work', () => {
  for (const environment of [{}, { HOME: '' }, { LUCI_HOME: '~/luci' }] as Record<string, string>[])
    for (const args of [['list'], ['ask', 'hi'], ['ps'], ['doctor']]) {
      const ran = as(uid, args, environment);
      expect(ran, args.join(' ')).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('this account has no home folder'),
      });
    }
  for (const args of [['--version'], ['--help'], ['list', '--help']]) expect(as(uid, args, {})).toMatchObject({ exitCode: 0, stderr: '' });
  expect(as(uid, ['list', '--home', home], {})).toMatchObject({ exitCode: 0 });
});

test.runIf(canBecome)('a HOME that cannot be written, and folders of XDG variables, are told with the folder and the way out', () => {
  const add = ['remote', 'add', 'box', 'http://127.0.0.1:9/v1'];
  const refused = (folder: RegExp) => ({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^[^\n]*permission denied \\(${folder.source}[^\n]*\n {2}luci --home [^\n]*\n$`)),
  });
  expect(as(uid, add, { HOME: '/' })).toMatchObject(refused(process.platform === 'linux' ? /\/\.local/ : /\/\.luciferai/));
  if (process.platform !== 'linux') return;
  expect(as(uid, add, { HOME: folder, XDG_DATA_HOME: '/' })).toMatchObject(refused(/\/luci/));
  expect(as(uid, ['config', 'set', 'offline', 'true'], { HOME: folder, XDG_CONFIG_HOME: '/' })).toMatchObject(refused(/\/luci/));
});

test.runIf(canBecome).each([
  ['of somebody else', (path: string) => chownSync(path, 0, 0)],
  ['that is not there', (path: string) => rmSync(path, { recursive: true })],
  ['that cannot be written', (path: string) => chmodSync(path, 0o500)],
  [
    'that is a file',
    (path: string) => {
      rmSync(path, { recursive: true });
      writeFileSync(path, '');
    },
  ],
])('a runtime folder %s is passed over: the engine listens in the temporary one', (_, spoil) => {
  const runtime = join(folder, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  chownSync(runtime, uid, uid);
  spoil(runtime);
  chownSync(folder, 0, 0);
  expect(ask({ XDG_RUNTIME_DIR: runtime })).toEqual(answered);
  expect(readdirSync(join(tmpdir(), `luci-${uid}`)).length).toBeGreaterThan(0);
});

test.runIf(canBecome)('a runtime folder that is too long or no path is passed over, a good one is used', () => {
  expect(ask({ XDG_RUNTIME_DIR: join(folder, 'x'.repeat(90)) })).toEqual(answered);
  expect(ask({ XDG_RUNTIME_DIR: 'runtime' })).toEqual(answered);
  const runtime = join(folder, 'runtime');
  mkdirSync(runtime);
  chownSync(runtime, uid, uid);
  expect(ask({ XDG_RUNTIME_DIR: runtime })).toEqual(answered);
  expect(readdirSync(join(runtime, 'luci'))).toEqual([expect.stringMatching(/\.sock$/)]);
  as(uid, ['stop'], { LUCI_HOME: home, XDG_RUNTIME_DIR: runtime });
});

test.runIf(canBecome)('where no folder is left the sentence names each with its reason', () => {
  const taken = join(tmpdir(), `luci-${uid + 1}`);
  mkdirSync(taken);
  const other = join(folder, 'other');
  mkdirSync(other);
  chownSync(other, uid + 1, uid + 1);
  try {
    const ran = as(uid + 1, ['ask', 'hi', '-m', join(home, 'tiny.gguf')], { LUCI_HOME: other });
    expect(ran).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringContaining(`${taken}: it belongs to someone else`) });
  } finally {
    rmSync(taken, { recursive: true });
  }
});
