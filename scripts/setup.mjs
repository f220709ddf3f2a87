// Sets luci up for running: packages for the engine and the build, then the build. One line a step on stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const stamp = join(root, 'dist', '.stamp');
const lockFolder = join(root, '.setup-lock');
const withTools = process.argv.includes('--tools');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    7,
    `luci needs Node.js 20.19 or newer, this is ${process.versions.node}.`,
    'Install a newer one from nodejs.org (version 20 is the last one for macOS 10.15).',
  );
}
if (process.argv.includes('--if-needed') && isFresh()) process.exit(0);

await holdLock();
try {
  if (!isFresh() || withTools) setUp();
} finally {
  rmSync(lockFolder, { recursive: true, force: true });
}

function setUp() {
  packages('engine', root, withTools ? ['ci'] : ['ci', '--omit=dev'], withTools ? 'tools' : 'run');
  // Without install scripts: the engine's package would try to compile itself, and only its JavaScript is wanted.
  packages('build', join(root, 'src'), ['ci', '--ignore-scripts'], 'run');
  step('building');
  run(process.execPath, [join(root, 'scripts', 'build.mjs')], root, 'The build failed');
}

/** Installs the packages of a lock file unless exactly these are there. */
function packages(name, folder, args, kind) {
  const marker = join(folder, 'node_modules', '.luci-installed');
  const lockText = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const there = existsSync(marker) ? readFileSync(marker, 'utf8') : '';
  // What was installed with the test tools serves for running too.
  if (there === `${kind}\n${lockText}` || there === `tools\n${lockText}`) return;
  const offline = process.env.LUCI_OFFLINE;
  if (offline !== undefined && offline !== '' && !/^(0|false|no|off)$/i.test(offline)) {
    fail(4, 'luci is not set up yet, and LUCI_OFFLINE is set.', 'Run it once with a network and without LUCI_OFFLINE.');
  }
  step(`installing packages for the ${name}`);
  run(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    [...args, '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
    `Packages for the ${name} could not be installed`,
  );
  writeFileSync(marker, `${kind}\n${lockText}`);
}

function run(file, args, folder, failure) {
  const { status, error, signal, stdout, stderr } = spawnSync(file, args, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error?.code === 'ENOENT')
    fail(
      7,
      'luci needs npm to set itself up, and there is no npm on the PATH.',
      'npm comes with Node.js from nodejs.org; some systems have it as a package of its own.',
    );
  if (signal) process.exit(signal === 'SIGINT' ? 130 : 143);
  if (status === 0) return;
  const said = `${stdout}\n${stderr}`;
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  process.stderr.write(`${lines.slice(-8).join('\n')}\n`);
  const isNetwork = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(said);
  fail(
    isNetwork ? 4 : 1,
    `${failure}${isNetwork ? ': no network' : ''}.`,
    isNetwork ? 'Behind a proxy? npm config set proxy. A registry of your own? npm config set registry.' : 'Its last lines are above.',
  );
}

function step(text) {
  process.stderr.write(`luci: ${text}\n`);
}

function fail(exitCode, message, hint) {
  process.stderr.write(`${message}\n  ${hint}\n`);
  rmSync(lockFolder, { recursive: true, force: true });
  process.exit(exitCode);
}

/** Whether nothing the build is made of is newer than the stamp. */
function isFresh() {
  const made = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return false;
  const newest = (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return 0;
    if (!found.isDirectory()) return /\.test\.ts$/.test(path) ? 0 : found.mtimeMs;
    const names = readdirSync(path).filter((name) => name !== 'node_modules');
    return Math.max(0, ...names.map((name) => newest(join(path, name))));
  };
  return ['src', 'web', 'scripts', 'package.json', 'package-lock.json'].every((name) => newest(join(root, name)) <= made);
}

/** mkdir is the lock: the second of two starts waits until the first is done, then finds everything fresh. */
async function holdLock() {
  for (let waitedMs = 0; ; waitedMs += 200) {
    try {
      mkdirSync(lockFolder);
      writeFileSync(join(lockFolder, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(5, `luci cannot write into its own folder ${root}.`, 'Clone it into a folder you own.');
    }
    if (waitedMs === 0 && !isAlive()) {
      rmSync(lockFolder, { recursive: true, force: true });
      continue;
    }
    if (waitedMs === 1000) step('another start is setting luci up; waiting');
    if (waitedMs > 1000 && !isAlive()) rmSync(lockFolder, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A lock whose process is gone was left by a start that was killed. */
function isAlive() {
  const pidFile = join(lockFolder, 'pid');
  if (!existsSync(pidFile)) return Date.now() - (statSync(lockFolder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2000;
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
