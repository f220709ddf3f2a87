import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { startHub } from '../fixtures/hub/hub.ts';
import { ownEntry, program, type Ran } from './luci-process.ts';

/**
 * Disks, folders and limits as containers, network disks and old machines have them. What a machine cannot make is counted as skipped:
 * mounts need root in a mount namespace of its own (unshare), other users need setpriv, the file system without blocks needs a C compiler.
 */

const uid = 54_322;
const [setpriv, unshare, cc] = ['/usr/bin/setpriv', '/usr/bin/unshare', '/usr/bin/cc'] as const;
const isRoot = process.getuid?.() === 0;
const canBecome = isRoot && spawnSync(setpriv, ['--version']).status === 0;
const canMount = isRoot && spawnSync(unshare, ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const canCompile = process.platform === 'linux' && spawnSync(cc, ['--version']).status === 0;
const isUnix = process.platform !== 'win32';

const bytes = tinyGguf();
const answered = { exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' };
let folder: string;
let home: string;
let models: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-strange-'));
  home = join(folder, 'home');
  models = join(home, 'models');
  mkdirSync(models, { recursive: true });
});
afterEach(async () => {
  await luci(['stop', '--all']);
  chmodSync(home, 0o755);
  for (const path of [folder, join(tmpdir(), `luci-${uid}`)]) rmSync(path, { recursive: true, force: true });
});

interface How {
  readonly environment?: Record<string, string>;
  /** Shell text before the command. */
  readonly before?: string;
  /** What runs the shell, as `unshare -m`. */
  readonly within?: readonly string[];
  /** Shell text for the command; "$@" is luci. */
  readonly script?: string;
}

function luci(args: readonly string[], { environment = {}, before = '', within = [], script = 'exec "$@"' }: How = {}): Promise<Ran> {
  const [file = 'sh', ...words] = [...within, 'sh', '-c', `${before}\n${script}`, 'sh', process.execPath, program, ...args];
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/', LUCI_HOME: home, LUCI_KEEP_ALIVE: '20', ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

const put = (name: string, content: Buffer | string = bytes): void => writeFileSync(join(models, `${name}.gguf`), content);
const expectNoMistake = (ran: Ran): void => expect(ran.stderr).not.toMatch(/luci made a mistake|at .*\.c?js:\d+/);

/** A model of the catalogue that the hub of the test has. */
async function hubWithModel() {
  const hub = await startHub();
  hub.add({ repo: 'o/small', path: 'small.gguf', bytes });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(home, 'catalog.json'), JSON.stringify([ownEntry('small', { sizeBytes: bytes.length, sha256 })]));
  return hub;
}

test.runIf(canMount)('a home on a read-only disk: looking and asking work, what has to write says so in one sentence', async () => {
  put('tiny');
  const how = { within: [unshare, '-m'], before: `mount --bind '${home}' '${home}' && mount -o remount,ro,bind '${home}'` };
  expect(await luci(['list', '-q'], how)).toEqual({ exitCode: 0, stdout: 'tiny\n', stderr: '' });
  expect(await luci(['ask', '-m', 'tiny', 'hi'], how)).toEqual(answered);
  for (const args of [
    ['llm', 'disable', 'tiny'],
    ['remote', 'add', 'box', 'http://127.0.0.1:9/v1'],
    ['remove', 'tiny', '-y'],
    ['config', 'set', 'download.connections', '2'],
  ]) {
    const ran = await luci(args, how);
    expect(ran, args.join(' ')).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('read-only') });
    expectNoMistake(ran);
  }
  for (const args of [['search', 'llama3.2', '-q'], ['doctor', '--offline'], ['verify', 'tiny'], ['show', 'tiny'], ['ps'], ['net', 'log']])
    expectNoMistake(await luci(args, how));
});

test.runIf(canBecome)('a temporary folder that cannot be written keeps nobody from asking, with a runtime folder or without', async () => {
  put('tiny');
  const closed = join(folder, 'closed');
  const runtime = join(folder, 'runtime');
  mkdirSync(closed, { mode: 0o555 });
  mkdirSync(runtime, { mode: 0o700 });
  for (const path of [home, models, join(models, 'tiny.gguf'), runtime]) chownSync(path, uid, uid);
  chmodSync(folder, 0o755);
  const within = [setpriv, '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const ask = (environment: Record<string, string>) =>
    luci(['ask', '-m', 'tiny', 'hi'], { within, environment: { TMPDIR: closed, ...environment } });
  expect(await ask({})).toEqual(answered);
  await luci(['stop', '--all'], { within, environment: { TMPDIR: closed } });
  expect(await ask({ XDG_RUNTIME_DIR: runtime })).toEqual(answered);
  await luci(['stop', '--all'], { within, environment: { XDG_RUNTIME_DIR: runtime } });
});

test.runIf(canMount)('on a disk without any room models are listed, asked and removed; an install says what is missing', async () => {
  await using hub = await hubWithModel();
  const disk = join(folder, 'disk');
  mkdirSync(join(disk, 'models'), { recursive: true });
  const fill = `mount -t tmpfs -o size=4m tmpfs '${disk}' && mkdir '${disk}/models' && cp '${home}/catalog.json' '${disk}' && cp '${folder}/tiny.gguf' '${disk}/models/' && { cat /dev/zero > '${disk}/ballast' 2>/dev/null; }`;
  writeFileSync(join(folder, 'tiny.gguf'), bytes);
  const steps = ['list -q', 'ask -m tiny hi', 'install small -y', 'remove tiny -y', 'list -q'];
  const script = `${steps.map((step) => `"$@" ${step} 2>&1; echo "= $?"`).join('\n')}\n"$@" stop --all 2>/dev/null`;
  const ran = await luci([], {
    within: [unshare, '-m'],
    before: fill,
    script,
    environment: { LUCI_HOME: disk, HF_ENDPOINT: hub.endpoint },
  });
  expectNoMistake(ran);
  const [list, asked, installed, removed, after] = ran.stdout.split(/= \d+\n/);
  expect(ran.stdout.match(/= (\d+)/g)).toEqual(['= 0', '= 0', '= 5', '= 0', '= 0']);
  expect(list).toBe('tiny\n');
  expect(asked).toContain(tinyReply);
  expect(installed).toMatch(/are free|disk is full/);
  expect(removed).toContain('Removed tiny');
  expect(after).toBe('');
});

test.runIf(canCompile)('a file system that states no blocks is not a full one', async () => {
  await using hub = await hubWithModel();
  const shim = join(folder, 'no-blocks.so');
  const source = join(import.meta.dirname, '..', 'fixtures', 'no-blocks.c');
  expect(spawnSync(cc, ['-shared', '-fPIC', '-o', shim, source, '-ldl']).status).toBe(0);
  const environment = { LD_PRELOAD: shim, HF_ENDPOINT: hub.endpoint };
  expect(await luci(['install', 'small', '--dry-run'], { environment })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('free on disk an unknown amount'),
  });
  expect(await luci(['install', 'small', '-y'], { environment })).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('✓ small'),
  });
  expect((await luci(['doctor', '--offline'], { environment })).stdout).toContain('an unknown amount free');
  expect(await luci(['ask', '-m', 'small', 'hi'], { environment })).toEqual(answered);
});

test.runIf(canCompile)(
  'a clock that is set back five days keeps no model in memory, ends no wait and takes no lock for one that was left',
  async () => {
    const [shim, back] = [join(folder, 'clock.so'), join(folder, 'back')];
    const source = join(import.meta.dirname, '..', 'fixtures', 'clock-set-back.c');
    expect(spawnSync(cc, ['-shared', '-fPIC', `-DCLOCK_IS_BACK="${back}"`, '-o', shim, source, '-ldl']).status).toBe(0);
    const environment = { LD_PRELOAD: shim, LUCI_KEEP_ALIVE: '12' };
    put('tiny');
    expect(await luci(['ask', '-m', 'tiny', 'hi'], { environment })).toEqual(answered);
    writeFileSync(back, '');
    const year = spawnSync(process.execPath, ['-p', 'Date.now()'], { env: environment, encoding: 'utf8' }).stdout;
    expect(Date.now() - Number(year)).toBeGreaterThan(4 * 86_400_000);
    const status = async (): Promise<{ idleSeconds: number; leavesInSeconds: number } | undefined> =>
      (JSON.parse((await luci(['ps', '--json'], { environment })).stdout) as { models: never[] } | null)?.models[0];
    const idle = await status();
    expect(idle?.idleSeconds).toBeGreaterThanOrEqual(0);
    expect(idle?.leavesInSeconds).toBeLessThanOrEqual(12);
    expect(await luci(['ask', '-m', 'tiny', 'hi'], { environment })).toEqual(answered);
    expect(await luci(['install', '-y', join(models, 'tiny.gguf')], { environment })).toMatchObject({ exitCode: 0 });
    await expect.poll(status, { timeout: 40_000, interval: 500 }).toBeUndefined();
  },
);

test.runIf(isUnix)('a file that is too large for the disk is told as that, and the way out is a disk that takes it', async () => {
  await using hub = await hubWithModel();
  const large = join(folder, 'large.gguf');
  writeFileSync(large, bytes);
  // In blocks of 512 bytes: less than the model has, and more than anything else that is written.
  const how = { before: 'ulimit -f 1000', environment: { HF_ENDPOINT: hub.endpoint } };
  for (const args of [
    ['install', '-y', 'small'],
    ['install', '-y', large, '--copy'],
  ]) {
    const ran = await luci(args, how);
    expectNoMistake(ran);
    expect(ran, args.join(' ')).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('so large a file is more than this disk') });
    expect(ran.stderr).toMatch(/luci --home \/disk\/that\/takes\/large\/files[\s\S]*FAT32 a file has 4 GB/);
  }
  expect(await luci(['list', '-q'])).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await luci(['install', '-y', 'small'], { environment: { HF_ENDPOINT: hub.endpoint } })).toMatchObject({ exitCode: 0 });
});

test.runIf(isUnix)('64 open files are enough to fetch, verify, list and ask', async () => {
  await using hub = await hubWithModel();
  const how = { before: 'ulimit -n 64', environment: { HF_ENDPOINT: hub.endpoint } };
  expect(await luci(['install', 'small', '-y', '--connections', '8'], how)).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('✓ small'),
  });
  expect(await luci(['verify', 'small'], how)).toMatchObject({ exitCode: 0 });
  expect(await luci(['list', '-q'], how)).toEqual({ exitCode: 0, stdout: 'small\n', stderr: '' });
  expect(await luci(['ask', '-m', 'small', 'hi'], how)).toEqual(answered);
});

test.runIf(process.platform === 'linux')('locks of processes whose numbers others have now hold nothing', async () => {
  put('tiny');
  await luci(['llm', 'disable', 'tiny']);
  const state = join(home, 'state');
  for (const name of ['index', 'engine', 'enabled', 'remotes', 'aliases'])
    for (const where of [state, home])
      writeFileSync(
        join(where, `${name}.lock`),
        JSON.stringify({ pid: process.pid, host: hostname(), token: 'x', started: '1', since: new Date().toISOString() }),
      );
  put('second', Buffer.concat([bytes, Buffer.from('2')]));
  expect(await luci(['llm', 'enable', 'tiny'])).toMatchObject({ exitCode: 0 });
  expect(await luci(['alias', 'fast', 'second'])).toMatchObject({ exitCode: 0 });
  expect(await luci(['ask', '-m', 'fast', 'hi'])).toEqual(answered);
});

test.runIf(canBecome)("another user's files among the models keep nobody from the others", async () => {
  put('mine');
  put('theirs', Buffer.concat([bytes, Buffer.from('2')]));
  chmodSync(join(models, 'theirs.gguf'), 0o600);
  mkdirSync(join(models, 'their folder.gguf'), { mode: 0o700 });
  for (const path of [home, models, join(models, 'mine.gguf')]) chownSync(path, uid, uid);
  chmodSync(folder, 0o755);
  const within = [setpriv, '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const listed = await luci(['list', '--json'], { within });
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'mine' },
    { name: 'theirs', problem: expect.stringContaining('permission denied') },
  ]);
  expect(await luci(['ask', '-m', 'mine', 'hi'], { within })).toEqual(answered);
  const refused = await luci(['ask', '-m', 'theirs', 'hi'], { within });
  expect(refused).toMatchObject({ stdout: '', stderr: expect.stringContaining('permission denied') });
  expectNoMistake(refused);
  expect(await luci(['verify', '--all'], { within })).toMatchObject({
    exitCode: 6,
    stdout: expect.stringMatching(/✓ mine[\s\S]*✗ theirs .*permission denied/),
  });
  expectNoMistake(await luci(['doctor', '--offline'], { within }));
  expect(await luci(['remove', 'mine', '-y'], { within })).toMatchObject({ exitCode: 0 });
  await luci(['stop', '--all'], { within });
});

test.runIf(isUnix)('links in circles, as the home, its folders and its files, are told by their path', async () => {
  for (const name of ['whole', 'models', 'state', 'logs', 'catalog.json', 'config.json']) {
    const where = join(folder, `of ${name}`);
    mkdirSync(where);
    const path = name === 'whole' ? join(where, 'home') : join(where, name);
    symlinkSync(path, path);
    const environment = { LUCI_HOME: name === 'whole' ? path : where };
    for (const args of [['list'], ['search', 'smollm2-135m'], ['doctor', '--offline'], ['remote', 'add', 'box', 'http://127.0.0.1:9/v1']]) {
      const ran = await luci(args, { environment });
      expectNoMistake(ran);
      if (ran.exitCode !== 0) expect(ran.stderr, `${name}: ${args.join(' ')}`).toContain(where);
    }
  }
});

test('10,000 files in the folder of models: each is a row, and the one that is a model answers', async () => {
  put('page-0', '<html>');
  for (let count = 1; count < 10_000; count += 1) linkSync(join(models, 'page-0.gguf'), join(models, `page-${count}.gguf`));
  put('tiny');
  const listed = await luci(['list', '-q']);
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listed.stdout.split('\n').filter(Boolean)).toHaveLength(10_001);
  expect(await luci(['ask', '-m', 'tiny', 'hi'])).toEqual(answered);
  expect(readdirSync(models)).toHaveLength(10_001);
}, 300_000);
