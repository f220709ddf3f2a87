import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHome, program } from './luci-process.ts';

test('an unknown name is exit 3, with the nearest names and the next command', async () => {
  await using home = await makeHome();
  const ran = await home.luci(['install', 'lama3.2']);
  expect(ran).toMatchObject({ exitCode: 3, stdout: '' });
  expect(ran.stderr).toMatch(/^No model is called lama3\.2\. Did you mean llama3\.2, /);
  expect(ran.stderr).toContain('luci search lama');
});

test('an unknown flag and an unknown command are exit 2', async () => {
  await using home = await makeHome();
  expect(await home.luci(['list', '--jsn'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean --json?') });
  expect(await home.luci(['lst'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean list?') });
});

test('no network is exit 4 and names the way out', async () => {
  await using home = await makeHome();
  const ran = await home.luci(['install', 'smollm2-135m', '--offline']);
  expect(ran).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('offline') });
});

test('who has no model yet is told what the starter is for, and what names better ones, before it is fetched', async () => {
  await using home = await makeHome();
  const ran = await home.luci(['ask', 'hi'], { environment: { HF_ENDPOINT: 'http://127.0.0.1:9', PATH: home.folder } });
  expect(ran.exitCode).toBe(4);
  expect(ran.stderr).toMatch(/^No model is installed yet\. Fetching the starter: smollm2-135m, 98\.4 MB/);
  expect(ran.stderr).toContain('The starter is only to try things out: luci recommend names models for this machine.\n  from ');
});

test.each([
  ['a web page', '<!DOCTYPE html><html><body>Please log in</body></html>', 'it is a web page'],
  ['a truncated file', Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0, 1, 0])]), 'it is cut short'],
  ['a foreign file', Buffer.alloc(4096, 7), 'it is a file of another kind'],
  ['a future version', Buffer.concat([Buffer.from('GGUF'), Buffer.from([9, 0, 0, 0]), Buffer.alloc(64)]), 'its GGUF version is 9'],
  ['an empty file', '', 'it is 0 bytes long'],
])('%s is exit 6 before any engine starts', async (_, content, why) => {
  await using home = await makeHome();
  const path = join(home.folder, 'model.gguf');
  await writeFile(path, content);
  const ran = await home.luci(['ask', 'hello', '-m', path]);
  expect(ran).toMatchObject({
    exitCode: 6,
    stdout: '',
    stderr: expect.stringContaining(`${path}: This is not a usable GGUF model: ${why}`),
  });
});

test.each([
  ['ask', ['ask', 'hello', '-m']],
  ['install', ['install']],
])('a folder given to %s is exit 6 and says that it is one', async (_, args) => {
  await using home = await makeHome();
  const ran = await home.luci([...args, home.folder]);
  expect(ran).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`${home.folder} is a folder, not a file`) });
});

test('a file that is no model is listed as broken and leaves the others alone', async () => {
  await using home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'page.gguf'), '<html>');
  const ran = await home.luci(['list', '--json']);
  expect(JSON.parse(ran.stdout)).toMatchObject([{ name: 'page', problem: expect.stringContaining('web page') }]);
});

test('the list of an empty home is empty for programs and a hint for people', async () => {
  await using home = await makeHome();
  expect(await home.luci(['list', '--json'])).toMatchObject({ exitCode: 0, stdout: '[]\n', stderr: '' });
  expect(await home.luci(['list'])).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('luci install') });
});

test('every command has --help, and --json that parses when there is nothing', async () => {
  await using home = await makeHome();
  const names = ['ask', 'chat', 'install', 'remove', 'list', 'search', 'show', 'llm', 'models', 'test', 'verify', 'remote', 'runtime'];
  for (const name of [...names, 'clean', 'doctor', 'net', 'ps', 'stop']) {
    const help = await home.luci([name, '--help']);
    expect(help, name).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`Usage: luci ${name}`) });
    expect(await home.luci([name, '--nonsense']), name).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('has no flag --nonsense'),
    });
  }
  const empty = [
    'list',
    'list --partial',
    'list --remote',
    'search zzzz',
    'llm list',
    'llm default',
    'llm disable all',
    'verify',
    'clean -y',
  ];
  for (const words of [...empty, 'clean --dry-run', 'net log', 'ps', 'stop', 'remote', 'runtime', 'doctor --offline', 'remove all -y']) {
    const ran = await home.luci([...words.split(' '), '--json']);
    expect(ran.exitCode, words).toBe(0);
    expect(() => JSON.parse(ran.stdout), words).not.toThrow();
    expect(ran.stderr, words).toBe('');
  }
});

test('an empty HOME is no folder: the folder of the user is taken, never the folder luci was started in', async () => {
  await using home = await makeHome();
  const ran = await home.luci(['doctor', '--offline', '--json'], { environment: { HOME: '', LUCI_HOME: '', XDG_DATA_HOME: '' } });
  const old = join(userInfo().homedir, '.luciferai');
  const isOld = process.platform !== 'linux' || existsSync(old);
  expect(ran.stdout).toContain(isOld ? old : join(userInfo().homedir, '.local', 'share', 'luci'));
});

test('a word that is near another is asked after, and one that is near nothing is not', async () => {
  await using home = await makeHome();
  for (const [args, says] of [
    [['lst'], 'Did you mean list?'],
    [['list', '--jsn'], 'Did you mean --json?'],
    [['search', '--purpose', 'codee'], 'Did you mean code?'],
    [['install', 'lama3.2'], 'Did you mean llama3.2, '],
    [['install', 'tier', '9'], 'There is no tier 9'],
    [['install', ''], 'The name of a model is empty'],
    [['--', 'list'], 'No command is named'],
    [['clean', 'llama3.2'], 'luci clean takes no words'],
    [['list', 'all'], 'luci list takes no words'],
    [['ask', 'hi', '--temperature', '-1'], '--temperature needs a value'],
    [['ask', 'hi', '--model'], '--model needs a value'],
    [['list', '--json=yes'], '--json takes no value'],
  ] as const)
    expect((await home.luci(args)).stderr, args.join(' ')).toContain(says);
  expect((await home.luci(['show', 'x'])).stderr).not.toContain('Did you mean');
});

test('an output that cannot be written is exit 5 and a sentence; news that cannot are passed over', async () => {
  await using home = await makeHome();
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
  const run = (redirection: string) =>
    spawnSync('sh', ['-c', `'${process.execPath}' '${program}' search llama3.2 ${redirection}`], {
      env: { ...process.env, LUCI_HOME: home.folder },
      encoding: 'utf8',
    });
  expect(run('> /dev/full')).toMatchObject({ status: 5, stderr: 'Cannot write the output: the disk is full.\n' });
  expect(run('2> /dev/full')).toMatchObject({ status: 0, stdout: expect.stringContaining('llama3.2') });
  expect(run('> /dev/null 2>&1')).toMatchObject({ status: 0 });
});

test('help and version need nothing', async () => {
  await using home = await makeHome();
  expect(await home.luci(['--version'])).toMatchObject({ exitCode: 0, stdout: 'luci 0.1.0\n' });
  expect(await home.luci(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('luci <command>') });
  expect(await home.luci(['ask', '--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--max-tokens N') });
});

test('a home that is a file is exit 5 and names it', async () => {
  await using home = await makeHome();
  await writeFile(join(home.folder, 'file'), '');
  const ran = await home.luci(['install', 'smollm2-135m', '--home', join(home.folder, 'file', 'home')]);
  expect(ran.exitCode).toBe(5);
  expect(ran.stderr).toContain(join(home.folder, 'file'));
});

test('a question of blanks is no question, and a model file that is not there is told by its path', async () => {
  await using home = await makeHome();
  expect(await home.luci(['ask', '  \t '])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no question.') });
  const path = join(home.folder, 'missing.gguf');
  expect(await home.luci(['ask', 'hello', '-m', path])).toMatchObject({
    exitCode: 3,
    stdout: '',
    stderr: `There is no file ${path}.\n  luci list\n`,
  });
});

test('a disk that takes no byte is told at once, and leaves no lock behind', async () => {
  await using home = await makeHome();
  const args = ['remote', 'add', 'box', 'http://127.0.0.1:9/v1'];
  const limited = spawnSync('sh', ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, program, ...args], {
    env: { ...process.env, LUCI_HOME: home.folder },
    encoding: 'utf8',
  });
  expect(limited.status).toBe(5);
  expect(limited.stderr).toMatch(/^Cannot take a lock: /);
  const started = performance.now();
  expect(await home.luci(args)).toMatchObject({ exitCode: 0 });
  expect(performance.now() - started).toBeLessThan(9000); // Waiting for a lock nobody holds takes 10 s.
});
