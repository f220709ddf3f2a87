import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clone, makeClone } from './clone.ts';

let clone: Clone;
beforeEach(() => {
  clone = makeClone();
});
afterEach(() => clone[Symbol.dispose]());

const answered = { exitCode: 0, stdout: 'luci 0.1.0\n' };
const shells = [
  ['sh', ['/bin/sh']],
  ['dash', ['/bin/dash', '/usr/bin/dash']],
  ['busybox sh', ['/bin/busybox', '/usr/bin/busybox']],
  ['bash', ['/bin/bash']],
] as const;

for (const [name, places] of shells) {
  const place = places.find((path) => existsSync(path));
  test.runIf(place !== undefined)(
    `a fresh clone sets itself up under ${name}, one line a step, and the second start does nothing`,
    async () => {
      const shell = name === 'busybox sh' ? [place ?? '', 'sh'] : [place ?? ''];
      const first = await clone.run(['--version'], { shell });
      expect(first).toMatchObject(answered);
      expect(first.stderr).toBe('luci: installing packages for the engine\nluci: installing packages for the build\nluci: building\n');
      expect(await clone.run(['--version'], { shell })).toEqual({ ...answered, stderr: '' });
      expect(clone.npmCalls()).toHaveLength(2);
    },
  );
}

test('only what running needs is installed: no test tools, no install scripts of others', async () => {
  await clone.run(['--version']);
  const [engine, build] = clone.npmCalls();
  expect(engine).toMatch(/^the clone ci --omit=dev /);
  expect(build).toMatch(/^src ci --ignore-scripts /);
});

test('it works from any folder, through a link and through a chain of relative links', async () => {
  await clone.run(['--version']);
  const links = join(dirname(clone.folder), 'links');
  const far = join(links, 'far');
  mkdirSync(far, { recursive: true });
  symlinkSync(join(clone.folder, 'luci'), join(links, 'absolute'));
  symlinkSync('../the clone/luci', join(links, 'relative'));
  symlinkSync('../relative', join(far, 'chain'));
  for (const path of [join(links, 'absolute'), join(links, 'relative'), join(far, 'chain')]) {
    expect(await clone.run(['--version'], { path, cwd: '/' })).toEqual({ ...answered, stderr: '' });
  }
  expect(await clone.run(['--version'], { path: './luci', cwd: clone.folder })).toEqual({ ...answered, stderr: '' });
  expect(await clone.run(['--version'], { path: 'luci', shell: ['/bin/sh'], cwd: clone.folder })).toEqual({ ...answered, stderr: '' });
});

test('of two starts at once one sets up, and both answer', async () => {
  const both = await Promise.all([clone.run(['--version']), clone.run(['--version'])]);
  expect(both).toMatchObject([answered, answered]);
  expect(clone.npmCalls()).toHaveLength(2);
  expect(readdirSync(clone.folder).filter((name) => name.startsWith('.dist') || name === '.setup-lock')).toEqual([]);
});

test('a source newer than the build is built again, without npm', async () => {
  await clone.run(['--version']);
  const soon = new Date(Date.now() + 5000);
  utimesSync(join(clone.folder, 'src', 'index.ts'), soon, soon);
  const again = await clone.run(['--version']);
  expect(again).toMatchObject({ ...answered, stderr: 'luci: building\n' });
  expect(clone.npmCalls()).toHaveLength(2);
});

test('a changed lock file installs again', async () => {
  await clone.run(['--version']);
  const lock = join(clone.folder, 'package-lock.json');
  writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`);
  const soon = new Date(Date.now() + 5000);
  utimesSync(lock, soon, soon);
  expect((await clone.run(['--version'])).stderr).toBe('luci: installing packages for the engine\nluci: building\n');
});

test('offline it fails with a sentence instead of reaching out', async () => {
  const ran = await clone.run(['--version'], { environment: { LUCI_OFFLINE: '1' } });
  expect(ran).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(/^luci is not set up yet, and LUCI_OFFLINE is set\./),
  });
  expect(clone.npmCalls()).toEqual([]);
  await clone.run(['--version']);
  expect(await clone.run(['--version'], { environment: { LUCI_OFFLINE: '1' } })).toEqual({ ...answered, stderr: '' });
});

const oneSentence = (start: string) => expect.stringMatching(new RegExp(`^${start}[^\\n]*\\n  [^\\n]+\\n$`));

test('no node, an old node, no npm, no network: a sentence each, with the way out', async () => {
  clone.program('npm', 'echo "npm error code ENOTFOUND" >&2; exit 1');
  const noNetwork = await clone.run(['--version']);
  expect(noNetwork).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('could not be installed: no network.') });
  expect(noNetwork.stderr).toContain('npm config set proxy');

  clone.program('npm', undefined);
  expect(await clone.run(['--version'])).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('there is no npm on the PATH') });

  // Says an old version of itself to the script it is given.
  clone.program(
    'node',
    `exec '${process.execPath}' -e "Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); import(require('node:url').pathToFileURL(process.argv[1]).href)" "$@"`,
  );
  expect(await clone.run(['--version'])).toMatchObject({
    exitCode: 7,
    stdout: '',
    stderr: oneSentence('luci needs Node.js 20.19 or newer, this is 18.20.0'),
  });

  clone.program('node', undefined);
  expect(await clone.run(['--version'])).toMatchObject({
    exitCode: 7,
    stdout: '',
    stderr: oneSentence('luci needs Node.js 20.19 or newer, and there is no node'),
  });
});

test('a set-up that was killed leaves nothing that stands in the way', async () => {
  clone.program('npm', 'kill -9 $PPID; exit 1');
  const killed = await clone.run(['--version']);
  expect(killed.exitCode).not.toBe(0);
  expect(readdirSync(clone.folder)).toContain('.setup-lock');
  clone.program('npm', undefined);
  expect(await clone.run(['--version'])).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('no npm') });
  expect(readdirSync(clone.folder)).not.toContain('.setup-lock');
});
