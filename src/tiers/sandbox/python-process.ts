import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { abortError, orAborted, sleep } from '../../base/abort.ts';
import type { LuciError } from '../../base/errors.ts';
import { partPath } from '../../base/parts.ts';
import { memoryOver } from './memory-watch.ts';
import { brokenSandbox, type SandboxLimits, type SandboxResult } from './sandbox.ts';

/** The hardened process one answer in Python runs in: how it is started, spoken to and ended. */

/** What the parent says, once. */
export interface PythonJob {
  /** Comes back with the answer; what comes without it was not said by our code. */
  readonly nonce: string;
  readonly source: string;
  readonly name: string;
  /** Lists of arguments, as JSON. */
  readonly calls: string;
  readonly timeMs: number;
}

/** What the child says. */
export type PythonWord = { readonly ready: true } | { readonly nonce: string; readonly text: string };

/** A process that is loading, or waits for its only job. */
export interface PythonProcess {
  /** Runs the job and ends the process. Throws TESTS_INCOMPLETE when it could not be started. */
  run(job: Pick<PythonJob, 'source' | 'name' | 'calls'>, signal?: AbortSignal): Promise<SandboxResult<string>>;
  kill(): void;
}

/** Loading without an image takes 3 s, and several times as long on a machine that is old or busy. */
const loadTimeoutMs = 300_000;
/** What a process has beside the memory that is capped: code, stacks, the standard library (measured: 160 MB). */
const baseMemoryMB = 400;
const maxAnswerLength = 4_000_000;

/** Starts one on an unpacked Pyodide, with the image of its memory where there is one. */
export function startPython(folder: string, image: string | undefined, { timeMs, memoryMB }: SandboxLimits): PythonProcess {
  const { child, kill, ended, nextWord, firstWord } = launch(folder, [String(memoryMB), image ?? ''], 'json');
  const ready = firstWord();
  ready.catch(kill); // A spare nobody asks for may fail.

  return {
    kill,
    async run(job, signal) {
      const over = new AbortController();
      const stopped = new Promise<never>((_resolve, reject) => {
        if (signal?.aborted) reject(abortError(signal));
        signal?.addEventListener('abort', () => reject(abortError(signal)), { once: true, signal: over.signal });
      });
      try {
        await Promise.race([ready, stopped]);
        const nonce = randomBytes(16).toString('hex');
        const word = nextWord();
        child.send({ ...job, nonce, timeMs } satisfies PythonJob, () => undefined); // That it is gone is heard below.
        return await Promise.race([
          stopped,
          word.then((said) => answerIn(said, nonce)),
          ended.then((how) => ({ failed: `it ended the interpreter (${how})` })),
          sleep(timeMs, over.signal).then(() => ({ failed: 'it took too long' })),
          memoryOver(child.pid ?? 0, memoryMB + baseMemoryMB, over.signal).then(() => ({ failed: 'it took too much memory' })),
        ]);
      } finally {
        over.abort();
        kill();
      }
    },
  };
}

/** What was said is data: a text of ours, or a failure. */
function answerIn(word: unknown, nonce: string): SandboxResult<string> {
  const isOurs = typeof word === 'object' && word !== null && 'nonce' in word && word.nonce === nonce && 'text' in word;
  if (!isOurs || typeof word.text !== 'string') return { failed: 'it spoke out of turn' };
  return word.text.length > maxAnswerLength ? { failed: 'it returned too much' } : { done: word.text };
}

/** Python's memory after its start, as bytes. Throws TESTS_INCOMPLETE when it does not start. */
export async function makeImage(folder: string, signal?: AbortSignal): Promise<Uint8Array> {
  const { kill, firstWord } = launch(folder, ['1024', 'make'], 'advanced');
  try {
    const word = await orAborted(firstWord(), signal);
    if (word instanceof Uint8Array) return word;
    throw broken('it gave no image of its memory');
  } finally {
    kill();
  }
}

interface Launched {
  readonly child: ChildProcess;
  kill(): void;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  nextWord(): Promise<unknown>;
  /** What it says when it is ready; throws TESTS_INCOMPLETE when it ends or takes too long before. */
  firstWord(): Promise<unknown>;
}

/**
 * Node's own limits, which hold for whatever runs in the process: no file may be read but the program and Pyodide (not even the `ws`
 * package, with which Python's sockets would reach the network), none written, no program and no thread started, no addon loaded,
 * and no code made from text.
 */
function launch(folder: string, childArgs: readonly string[], serialization: 'json' | 'advanced'): Launched {
  // Permissions are compared with real paths: through a link nothing could be read.
  const [program, pyodide] = [realpathSync(partPath('python-sandbox.mjs')), realpathSync(folder)];
  const odd = [program, pyodide].find((path) => /[,*]/.test(path));
  if (odd !== undefined) throw broken(`${odd} holds a sign that permissions give a meaning to`);
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const args = [
    permission,
    `--allow-fs-read=${program}`,
    `--allow-fs-read=${pyodide}/*`,
    '--disallow-code-generation-from-strings',
    '--max-old-space-size=256',
    '--no-warnings',
    program,
    pyodide,
    ...childArgs,
  ];
  // The shell sets a limit the kernel enforces and becomes the program: a loop must not outlive a parent that was killed.
  const [file, shellArgs] =
    process.platform === 'win32'
      ? [process.execPath, args]
      : ['/bin/sh', ['-c', 'ulimit -t 120; ulimit -c 0; exec "$0" "$@"', process.execPath, ...args]];
  const child = spawn(file, shellArgs, {
    env: {},
    cwd: pyodide,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization,
    windowsHide: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(0, 20_000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (exitCode, signalName) => resolve(signalName ?? `exit ${exitCode}`));
  });
  const nextWord = (): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));
  return {
    child,
    ended,
    nextWord,
    kill: () => void child.kill('SIGKILL'),
    async firstWord() {
      const loaded = new AbortController();
      try {
        return await Promise.race([
          nextWord(),
          ended.then((how) => {
            const reason = errors.split('\n').find((line) => /^\w*Error\b/.test(line));
            throw broken(`it ended at its start (${reason?.slice(0, 200) ?? how})`);
          }),
          sleep(loadTimeoutMs, loaded.signal).then(() => {
            throw broken(`it is not ready after ${loadTimeoutMs / 1000} s`);
          }),
        ]);
      } finally {
        loaded.abort();
      }
    },
  };
}

function broken(why: string): LuciError {
  return brokenSandbox('python-sandbox.mjs', why);
}
