import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { harness } from './python-harness.ts';
import type { PythonJob, PythonWord } from './python-process.ts';

/**
 * One job of Python in Pyodide: WebAssembly in a process of its own that can do next to nothing. Pyodide alone is no sandbox, Python
 * there reaches all of JavaScript. What closes it: the flags the parent starts this with (no files but Pyodide's own, no programs, no
 * code made from text), and what is taken away here, before Pyodide is loaded and again after it.
 */

/** `image` is a path, nothing, or the word `make`: then the only job is to make one. */
const [folder = '', memoryMB = '0', image = ''] = process.argv.slice(2);
const own = process as NodeJS.Process & {
  reallyExit(exitCode: number): never;
  readonly permission?: { has(scope: string, path?: string): boolean };
};
const send = own.send?.bind(own) as (word: PythonWord | Uint8Array) => void;
const leave = own.reallyExit.bind(own);
const require = createRequire(import.meta.url);
const fs = require('node:fs') as { readonly constants: unknown; readFileSync(path: string): Uint8Array };

/** Globals that stay: the language's own, and what Pyodide uses while it runs. */
const kept =
  /^(Object|Function|Array|Number|parseFloat|parseInt|Infinity|NaN|undefined|Boolean|String|Symbol|Date|Promise|RegExp|\w*Error|JSON|Math|Intl|ArrayBuffer|Atomics|\w*Array|DataView|Map|BigInt|Set|WeakMap|WeakSet|WeakRef|Proxy|Reflect|FinalizationRegistry|Iterator|(de|en)codeURI(Component)?|isFinite|isNaN|globalThis|WebAssembly|performance|crypto|TextDecoder|TextEncoder|setTimeout|clearTimeout|queueMicrotask|DOMException)$/;
/** Modules of Node's that reach outside; Pyodide's own code imports some of them. */
const outward = ['child_process', 'dgram', 'dns', 'fs', 'fs/promises', 'http', 'https', 'module', 'net', 'tls', 'vm', 'worker_threads'];

/** Pyodide writes warnings to it. */
const silent = new Proxy({}, { get: () => () => undefined });

/** After the limit of a job, at which the parent kills. */
const graceMs = 2000;

/** What answers use most is in the image. */
const loadedModules = 'collections, dataclasses, functools, heapq, itertools, json, math, re, string, textwrap, typing';

let endMs = Number.POSITIVE_INFINITY;

requireWalls();
closeBefore();
const python = await load();
if (image === 'make') {
  python.runPython(`import ${loadedModules}`);
  send(python.makeMemorySnapshot());
} else takeJob();

function takeJob(): void {
  // Compiled before the answer's code, which may replace what it finds.
  const runJob = python.runPython(harness);
  closeAfter();
  python.setInterruptBuffer(deadline());
  own.once('message', (job: PythonJob) => {
    endMs = performance.now() + job.timeMs + graceMs;
    send({ nonce: job.nonce, text: runSafely(runJob, job) });
  });
  // A parent that is gone needs no answer.
  own.once('disconnect', () => leave(0));
  send({ ready: true });
}

/** No process takes a job unless the limits its parent asked for are in force in this version of Node. */
function requireWalls(): void {
  const allowed = ['child', 'worker', 'fs.write', 'fs.read'].filter((scope) => own.permission?.has(scope, own.execPath) !== false);
  if (allowed.length > 0) throw new Error(`permissions are not in force: ${allowed.join(', ')}`);
  if (canMakeCode()) throw new Error('code can be made from text');
}

function canMakeCode(): boolean {
  try {
    return typeof Function('return 1') === 'function';
  } catch {
    return false;
  }
}

/** What Pyodide does not need in order to load. */
function closeBefore(): void {
  const { constants } = fs;
  const closed = {
    // It asks this way for the flags of files, and the permission model refuses the real thing.
    binding: (name: string) => (name === 'constants' ? { fs: constants } : refuse()),
    dlopen: undefined,
    kill: undefined,
    _kill: undefined,
    _linkedBinding: undefined,
    _debugProcess: undefined,
    getBuiltinModule: undefined,
  };
  for (const [name, value] of Object.entries(closed)) Object.defineProperty(own, name, { value, configurable: false, writable: false });
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'eval']) Reflect.deleteProperty(globalThis, name);
  capMemory();
}

/** The memory of WebAssembly grows by this function alone; when it throws, Python sees an allocation that failed. */
function capMemory(): void {
  const maxBytes = Number(memoryMB) * 1024 ** 2;
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > maxBytes) throw new RangeError('no more memory');
    return grow.call(this, pages);
  };
}

type RunJob = (source: string, name: string, calls: string) => string;

interface Pyodide {
  runPython(code: string): RunJob;
  makeMemorySnapshot(): Uint8Array;
  setInterruptBuffer(buffer: object): void;
}

async function load(): Promise<Pyodide> {
  const address = pathToFileURL(join(folder, 'pyodide.mjs')).href;
  const { loadPyodide } = (await import(address)) as { loadPyodide(options: object): Promise<Pyodide> };
  return loadPyodide({
    indexURL: folder,
    _makeSnapshot: image === 'make',
    _loadSnapshot: image === 'make' || image === '' ? undefined : fs.readFileSync(image),
    // What Python would see as `js`.
    jsglobals: Object.create(null),
    stdin: () => null,
    // What is printed goes nowhere.
    stdout: () => undefined,
    stderr: () => undefined,
  });
}

/** What it takes to load and not to run. */
function closeAfter(): void {
  // All are there before the first is emptied: `module` itself is among them.
  for (const module of outward.map((name) => require(`node:${name}`) as object)) empty(module);
  syncBuiltinESMExports();
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!kept.test(name)) Reflect.deleteProperty(globalThis, name);
  Object.defineProperty(globalThis, 'console', { value: silent });
  // Otherwise a getter on Object.prototype would be called with objects of Node's as its `this`.
  for (const value of Object.getOwnPropertyNames(globalThis).map((name) => Reflect.get(globalThis, name) as unknown)) freeze(value);
}

function freeze(value: unknown): void {
  if (value === globalThis || (typeof value !== 'function' && typeof value !== 'object') || value === null) return;
  Object.freeze(value);
  if ('prototype' in value) Object.freeze(value.prototype);
}

function empty(module: object): void {
  for (const name of Object.getOwnPropertyNames(module)) {
    const { configurable, writable } = Object.getOwnPropertyDescriptor(module, name) ?? {};
    if (configurable) Object.defineProperty(module, name, { value: refuse, configurable: false, enumerable: true, writable: false });
    else if (writable) (module as Record<string, unknown>)[name] = refuse;
  }
}

function refuse(): never {
  throw new Error('closed');
}

/**
 * Python looks here every some hundred steps whether it is interrupted. The parent kills at the limit; this is for a parent that was
 * killed itself and left a loop behind.
 */
function deadline(): object {
  return Object.defineProperty({}, 0, { get: () => (performance.now() > endMs ? leave(1) : 0), set: () => undefined });
}

function runSafely(runJob: RunJob, { source, name, calls }: PythonJob): string {
  try {
    return runJob(source, name, calls);
  } catch (error) {
    // The interpreter itself was ended: by os._exit, by a stack that was too deep for it.
    const text = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return JSON.stringify({ failed: `it ended the interpreter: ${text}`.slice(0, 200) });
  }
}
