import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { escapesSource, type Prey, pythonEscapes } from '../../../test/fixtures/python-escapes.ts';
import { makePythonPart, type PythonPart } from '../../../test/fixtures/python-part.ts';
import { partPath } from '../../base/parts.ts';
import { grade } from '../grade/grade.ts';
import { openPython, pythonLimits, testPython } from './python.ts';

/** Each test that starts a process of its own takes seconds, most of them while Python loads. */
const timeLimitMs = 300_000;
const secret = 'swordfish-4711';

let part: PythonPart;
let server: Server;
let connections = 0;
let prey: Prey;
beforeAll(async () => {
  part = await makePythonPart();
  await (await openPython(part.folder))[Symbol.asyncDispose](); // The image is made once, not by each of the tests that run at once.
  server = createServer((_request, response) => response.end('here'));
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  prey = {
    secret,
    secretPath: join(part.home, 'secret.txt'),
    canaryPath: join(part.home, 'canary'),
    port: (server.address() as AddressInfo).port,
    programPath: partPath('python-sandbox.mjs'),
    pyodidePath: join(part.folder, 'pyodide.asm.wasm'),
  };
  await writeFile(prey.secretPath, secret);
  vi.stubEnv('LUCI_TEST_SECRET', secret);
}, timeLimitMs);
afterAll(async () => {
  vi.unstubAllEnvs();
  server.close();
  await part[Symbol.asyncDispose]();
});

/** The value of `f()` in a process of its own. */
async function run(body: string, timeMs: number) {
  await using python = await openPython(part.folder, { limits: { timeMs, memoryMB: 128 } });
  return python.callFunction(`def f():\n    ${body}\n`, 'f', [[]]);
}

describe.concurrent('Python', () => {
  test(
    'functions are called with their arguments, and values come out as JSON',
    async () => {
      await using python = await openPython(part.folder);
      const source = `
from __future__ import annotations
import collections, heapq, itertools, math, re
from dataclasses import dataclass
from typing import List

@dataclass
class Point:
    x: int

def f(kind: str, *more) -> List[int]:
    print('not seen')
    if kind == 'deep': return f('deep', more[0] - 1) + 1 if more[0] else 0
    if kind == 'text': return {'ü': ['€', None, True, 1.5], 2: (1, 2)}
    if kind == 'library': return [Point(3).x, re.findall(r'\\d+', 'a12b3'), sorted(collections.Counter('abca').items()), math.gcd(12, 18), heapq.nsmallest(1, [3, 1])]
    return more
`;
      expect(await python.callFunction(source, 'f', [['deep', 800], ['text'], ['library'], ['more', 1, [2]]])).toEqual({
        done: [
          800,
          { ü: ['€', null, true, 1.5], 2: [1, 2] },
          [
            3,
            ['12', '3'],
            [
              ['a', 2],
              ['b', 1],
              ['c', 1],
            ],
            6,
            [1],
          ],
          [1, [2]],
        ],
      });
    },
    timeLimitMs,
  );

  test('the self-test passes', async () => expect(await testPython(part.folder)).toBe(true), timeLimitMs);

  // In processes of their own: each of these ends the interpreter, or must be ended.
  test.each([
    ['a command by os.system', 'import os; return os.system("echo > \'CANARY\'")', /ended the interpreter/],
    ['a command by ctypes', 'import ctypes; return ctypes.CDLL(None).system(b"echo > \'CANARY\'")', /NotFound/],
    ['a command by a pickle', 'import pickle; return pickle.loads(b"cposix\\nsystem\\n(S\'true\'\\ntR.")', /ended the interpreter/],
    ['JavaScript by a function of C', 'import ctypes; ctypes.CDLL(None).emscripten_run_script(b"process.exit()"); return 5', /NotFound/],
    ['a server socket', 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); return 5', /ended the interpreter/],
    ['os._exit', 'import os; os._exit(0)', /ended the interpreter/],
    ['os.abort', 'import os; os.abort()', /ended the interpreter/],
    ['a loop', 'while True: pass', /too long/],
    ['a loop inside C', 'return sum(range(10 ** 13))', /too long/],
    [
      'a loop that catches everything',
      'while True:\n        try:\n            while True: pass\n        except BaseException: pass',
      /too long/,
    ],
    ['a fork bomb', 'import os\n    while True:\n        try: os.fork()\n        except OSError: pass', /too long/],
    ['sleeping', 'import time; time.sleep(3600)', /too long/],
    ['a slow pattern', 'import re; return re.match(r"(a+)+$", "a" * 60 + "!")', /too long/],
    ['a huge power', 'return 7 ** 10 ** 9', /too long/],
    ['endless output', 'while True: print("x" * 100000)', /too long/],
    ['a list that grows', 'a = []\n    while True: a.append(bytearray(1 << 20))', /too much memory/],
    ['a text that doubles', 's = "x"\n    while True: s += s', /too much memory|ended|TypeError/],
    ['a huge array', 'return len(bytearray(1 << 31))', /too much memory|OverflowError/],
    ['endless recursion', 'def g(n): return g(n + 1) + 1\n    return g(0)', /RecursionError/],
    [
      'recursion without a limit',
      'import sys; sys.setrecursionlimit(10 ** 9)\n    def g(n): return g(n + 1) + 1\n    return g(0)',
      /ended|Error|too much memory/,
    ],
    ['a value that goes on for ever', 'import itertools; return list(itertools.count())', /too much memory/],
    ['a value that contains itself', 'a = []; a.append(a); return a', /ValueError/],
    ['a value of JSON that is none', 'return {1, 2}', /TypeError/],
    ['a number of JSON that is none', 'return float("nan")', /no value of JSON/],
    ['an exception', 'raise ValueError("no")', /ValueError: no/],
    ['sys.exit', 'import sys; sys.exit(0)', /ended itself/],
    ['an error that cannot be told', 'class E(Exception):\n        def __str__(self): raise self\n    raise E()', /cannot be told/],
    ['a syntax error', 'return ]', /SyntaxError/],
  ] as const)(
    '%s is a failure of the answer',
    async (_, body, why) => {
      // What must be stopped is stopped soon; all else has time enough on a busy machine.
      const timeMs = why.source === 'too long' ? 500 : 20_000;
      expect(await run(body.replace('CANARY', prey.canaryPath), timeMs)).toMatchObject({ failed: expect.stringMatching(why) });
    },
    timeLimitMs,
  );

  test(
    'memory outside of Python counts too',
    async () => {
      const body = `import sys
    del sys.modules['_pyodide_core']
    import _pyodide_core as core
    kept = []
    while True: kept.append(core.to_js(b'x' * 10_000_000))`;
      expect(await run(body, 20_000)).toEqual({ failed: expect.stringMatching(/too much memory|ended the interpreter \(SIG/) });
    },
    timeLimitMs,
  );

  test(
    'nothing of an answer is left for the next one',
    async () => {
      await using python = await openPython(part.folder);
      const patch = `
import builtins, json, json.encoder, math, sys
builtins.len = lambda *a: 5
builtins.sorted = lambda *a, **k: [5]
json.dumps = json.JSONEncoder.encode = json.encoder.JSONEncoder.iterencode = lambda *a, **k: '[5]'
math.gcd = lambda *a: 5
sys.modules['math'] = sys.modules['json'] = None
open('left', 'w').write('x')
def f(): return 1
`;
      python.warm();
      await python.callFunction(patch, 'f', [[]]);
      const clean = 'import math, os\ndef f(): return [len([1, 2]), sorted([2, 1]), math.gcd(4, 6), os.path.exists("left")]';
      expect(await python.callFunction(clean, 'f', [[]])).toEqual({ done: [[2, [1, 2], 2, false]] });
    },
    timeLimitMs,
  );

  test.each([
    [
      'an answer that is equal to everything',
      'class Same(int):\n        __eq__ = lambda *a: True\n        __hash__ = int.__hash__\n    return Same(1)',
    ],
    ['a patched json.dumps', 'import json; json.dumps = lambda *a, **k: "[true]"; return 1'],
    // Written so that the code itself does not hold the word.
    [
      'looking for what is expected in memory',
      `import gc
    word = '-'.join(['the', 'answer'])
    for thing in gc.get_objects():
        for found in gc.get_referents(thing):
            if found is not word and isinstance(found, str) and found == word: return found`,
    ],
    [
      'looking for what is expected in the frames above',
      `import sys
    word, frame = '-'.join(['the', 'answer']), sys._getframe().f_back
    while frame:
        if word in repr(frame.f_locals): return word
        frame = frame.f_back`,
    ],
  ])(
    '%s gains nothing',
    async (_, body) => {
      await using python = await openPython(part.folder);
      const verifier = { kind: 'code', functionName: 'f', language: 'python', tests: [{ args: [], want: 'the-answer' }] } as const;
      const answered = { text: `\`\`\`python\ndef f():\n    ${body}\n\`\`\`` };
      expect(await grade(verifier, answered, { python })).toMatchObject({ passes: false });
    },
    timeLimitMs,
  );
});

describe('ways out', () => {
  let told: readonly unknown[];
  beforeAll(async () => {
    await using python = await openPython(part.folder, { limits: { timeMs: 30_000, memoryMB: 256 } });
    const escapes = pythonEscapes(prey);
    const result = await python.callFunction(
      escapesSource(escapes),
      'attempt',
      escapes.map((_, index) => [index]),
    );
    told = 'done' in result ? result.done : [result.failed];
  }, timeLimitMs);

  const named = pythonEscapes({ secret: '', secretPath: '', canaryPath: '', port: 0, programPath: '', pyodidePath: '' });
  test.each(named.map(({ name }, index) => [name, index] as const))('%s is closed', (_, index) => {
    expect(told).toHaveLength(named.length);
    expect(told[index]).not.toContain('OPEN');
  });

  test('no file of the host came to be, and nobody connected', async () => {
    await expect(access(prey.canaryPath)).rejects.toThrow();
    expect(connections).toBe(0);
  });

  test(
    'without the walls the same ways are open, and a command runs on the host',
    async () => {
      const escapes = pythonEscapes(prey);
      const open = escapes.flatMap(({ isOpenBare }, index) => (isOpenBare ? [index] : []));
      const mark = join(part.home, 'command');
      const source = `${escapesSource(escapes)}\ndef command():\n    import os\n    return os.system(${JSON.stringify(`echo > '${mark}'`)})\n`;
      const program = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'bare-pyodide.mjs');
      const bare = async (name: string, calls: readonly unknown[][]): Promise<unknown[]> => {
        const { stdout } = await promisify(execFile)(process.execPath, [program, part.folder, source, name, JSON.stringify(calls)]);
        return JSON.parse(stdout) as unknown[];
      };
      const [ways, status] = await Promise.all([
        bare(
          'attempt',
          open.map((index) => [index]),
        ),
        bare('command', [[]]),
      ]);
      expect(ways.filter((told) => !String(told).includes('OPEN'))).toEqual([]);
      expect(ways.length).toBeGreaterThan(20);
      expect(status).toEqual([0]);
      await access(mark);
    },
    timeLimitMs,
  );
});

describe('a sandbox that cannot work', () => {
  const sum = ['def f(): return 5', 'f', [[]]] as const;

  test.each([
    ['files that are missing', async (folder: string) => rm(join(folder, 'pyodide.asm.wasm'))],
    ['files that are broken', async (folder: string) => writeFile(join(folder, 'pyodide.asm.mjs'), 'throw new Error("broken")')],
  ])(
    '%s are an error, never a failure of the answer',
    async (_, spoil) => {
      const folder = join(part.home, 'spoiled');
      await mkdir(folder);
      for (const name of ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json'])
        await copyFile(join(part.folder, name), join(folder, name));
      await spoil(folder);
      await expect(openPython(folder)).rejects.toMatchObject({ code: 'TESTS_INCOMPLETE' });
      await rm(folder, { recursive: true });
    },
    timeLimitMs,
  );

  test(
    'a folder behind a link works, one whose name means something to permissions is refused',
    async () => {
      const link = join(part.home, 'link');
      await symlink(part.folder, link);
      await using linked = await openPython(link);
      expect(await linked.callFunction(...sum)).toEqual({ done: [5] });
      const odd = join(part.home, 'a,b');
      await mkdir(odd);
      await expect(openPython(odd)).rejects.toMatchObject({ code: 'TESTS_INCOMPLETE' });
    },
    timeLimitMs,
  );

  test.each([
    ['without permissions', ['--disallow-code-generation-from-strings'], 'permissions are not in force'],
    ['that may read everything', [permissionFlag(), '--allow-fs-read=*'], 'permissions are not in force: fs.read'],
    ['that makes code from text', [permissionFlag(), `--allow-fs-read=${partPath('python-sandbox.mjs')}`], 'code can be made from text'],
  ])('a process %s takes no job', async (_, flags, words) => {
    const child = startChild(flags);
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      said += text;
    });
    let isReady = false;
    child.once('message', () => {
      isReady = true;
    });
    const [exitCode] = await once(child, 'close');
    expect(exitCode).not.toBe(0);
    expect(said).toContain(words);
    expect(isReady).toBe(false);
  });

  test('an answer is stopped with the run', async () => {
    await using python = await openPython(part.folder, { limits: { ...pythonLimits, timeMs: 60_000 } });
    const run = new AbortController();
    const asked = python.callFunction('def f():\n  while True: pass', 'f', [[]], { signal: run.signal });
    setTimeout(() => run.abort(), 50);
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test(
    'a loop does not outlive a parent that is gone',
    async () => {
      const flags = [permissionFlag(), `--allow-fs-read=${prey.programPath}`, `--allow-fs-read=${part.folder}/*`];
      const child = startChild([...flags, '--disallow-code-generation-from-strings']);
      await once(child, 'message');
      child.send({ nonce: 'n', source: 'def f():\n  while True: pass', name: 'f', calls: '[[]]', timeMs: 100 });
      child.disconnect();
      const [exitCode] = await once(child, 'exit');
      expect(exitCode).toBe(1);
    },
    timeLimitMs,
  );
});

function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
}

function startChild(flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', ...flags, prey.programPath, part.folder, '256'], {
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
