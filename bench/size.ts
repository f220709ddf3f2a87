// npm run bench:size: what luci takes on the disk, from a fresh clone and from a global install. Needs the npm registry.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdown } from './paired.ts';

const root = process.cwd();
const base = mkdtempSync(join(tmpdir(), 'luci-size-'));
const clone = join(base, 'clone');
const prefix = join(base, 'prefix');
const home = join(base, 'home');
const environment = { ...process.env, LUCI_HOME: home };
const run = (file: string, args: readonly string[], folder = base): string =>
  execFileSync(file, args, { cwd: folder, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const megabytes = (path: string, ...more: string[]): number =>
  Math.round(Number(run('du', ['-sk', ...more, path]).split('\t')[0]) * 1.024e-3);
const asks = ['ask', 'What is the capital of France?', '--max-tokens', '30', '--keep-alive', '0'];

try {
  run('git', ['clone', '-q', root, clone]);
  run(join(clone, 'luci'), ['--version']);
  const cloneMb = megabytes(clone, '--exclude=.git');
  const cloneAnswer = run(join(clone, 'luci'), asks).trim();

  run('npm', ['pack', '--silent', '--pack-destination', base], clone);
  const tarball = join(base, readdirSync(base).find((name) => name.endsWith('.tgz')) ?? '');
  run('npm', ['install', '--global', '--silent', '--no-audit', '--no-fund', `--prefix=${prefix}`, tarball]);
  const globalMb = megabytes(prefix);
  const globalAnswer = run(join(prefix, 'bin', 'luci'), asks).trim();
  spawnSync(join(prefix, 'bin', 'luci'), ['stop'], { env: environment });

  const rows = [
    ['a fresh clone, set up for running, without `.git`', `${cloneMb} MB`, '250 MB', cloneAnswer.includes('Paris') ? 'yes' : 'NO'],
    ['`npm pack`, installed globally into an empty prefix', `${globalMb} MB`, '150 MB', globalAnswer.includes('Paris') ? 'yes' : 'NO'],
    ['the packed file', `${megabytes(tarball)} MB`, '', ''],
  ];
  process.stdout.write(`${markdown(['what', 'size', 'limit', 'answers "Paris"'], rows)}\n`);
  if (cloneMb > 250 || globalMb > 150 || rows.some((row) => row[3] === 'NO')) process.exitCode = 1;
} finally {
  rmSync(base, { recursive: true, force: true });
}
