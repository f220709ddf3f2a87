import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../src/agent/journal/journal.ts';
import { describeTree, makeTree, memoryDisk, randomCall, randomNumbers } from './file-tree.ts';

/** A process that works with the tools is killed with -9; another one undoes all it did. */

const library = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href;
const child = join(import.meta.dirname, 'changing-child.mjs');

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(memoryDisk ?? tmpdir(), 'luci-killed-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

interface Call {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, string>>;
}

/** Calls by chance, some of them taken back and made again. */
function callsOf(seed: number, count: number): readonly Call[] {
  const random = randomNumbers(seed + 0.5);
  return Array.from({ length: count }, () => {
    const dice = random();
    if (dice < 0.15) return { name: 'undo' };
    return dice < 0.25 ? { name: 'redo' } : randomCall(random);
  });
}

/** Runs the child; `onLine` is told how many calls it began, and may kill it. Returns whether it was killed. */
function run(asked: object, onLine?: (count: number, kill: () => void) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, [child, JSON.stringify({ library, ...asked })], { stdio: ['ignore', 'pipe', 'pipe'] });
    let lines = 0;
    let said = '';
    started.stdout.on('data', (text: Buffer) => {
      lines += text.toString().split('\n').length - 1;
      onLine?.(lines, () => started.kill('SIGKILL'));
    });
    started.stderr.on('data', (text: Buffer) => {
      said += text;
    });
    started.on('close', (exitCode, signal) => {
      if (signal === 'SIGKILL' || exitCode === 0) resolve(signal === 'SIGKILL');
      else reject(new Error(said));
    });
  });
}

/** A tree and a journal for it. */
interface Case {
  readonly root: string;
  readonly journal: string;
  /** The tree at the beginning. */
  readonly first: string;
  readonly isExact: boolean;
}

function makeCase(name: string, seed: number, journalBase: string): Case {
  const root = join(base, name);
  mkdirSync(root);
  makeTree(root, randomNumbers(seed));
  const isExact = journalBase === base;
  return { root, journal: join(journalBase, `journal-${name}`), first: describeTree(root, { isExact }), isExact };
}

/** After the kill: every change that was made is undone, made again, and undone, and nothing of luci's is left among the files. */
async function recover({ root, journal: journalFolder, first, isExact }: Case, told: string): Promise<void> {
  const journal = openJournal(journalFolder, { isDurable: false });
  const listed = existsSync(journalFolder) ? await journal.list() : [];
  const killed = describeTree(root, { isExact });
  expect(killed, told).not.toContain('.luci-');
  const done = listed.filter(({ state }) => state === 'done').map(({ id }) => id);
  await journal.bring(done, 'before');
  expect(describeTree(root, { isExact }), `${told}, undone`).toBe(first);
  await journal.bring(done, 'after');
  expect(describeTree(root, { isExact }), `${told}, made again`).toBe(killed);
  for (const id of done.toReversed()) await journal.bring([id], 'before');
  expect(describeTree(root, { isExact }), `${told}, undone one by one`).toBe(first);
}

/** Kills before every second step of each seed, until one of it comes to its end. Returns how many were killed. */
async function killAtSteps(seeds: readonly number[], journalBase: string): Promise<number> {
  let kills = 0;
  for (const seed of seeds)
    for (let killAt = 1 + (seed % 2), isKilled = true; isKilled; killAt += 2) {
      const one = makeCase(`${seed}-${killAt}`, seed, journalBase);
      isKilled = await run({ ...one, calls: callsOf(seed, 12), killAt });
      if (isKilled) kills += 1;
      await recover(one, `seed ${seed}, step ${killAt}`);
    }
  return kills;
}

test('killed before a step, a change is whole or not begun: all of it can be undone, and nothing is lost', async () => {
  expect(await killAtSteps([0, 1], base)).toBeGreaterThan(25);
}, 300_000);

test.skipIf(memoryDisk === undefined)(
  'the same with the journal on another disk',
  async () => {
    const far = await mkdtemp(join(tmpdir(), 'luci-killed-'));
    try {
      expect(await killAtSteps([2, 3], far)).toBeGreaterThan(25);
    } finally {
      await rm(far, { recursive: true, force: true });
    }
  },
  300_000,
);

test('a move onto a file, of a file and of a folder, undone and made again, killed before each of its steps', async () => {
  const moves = (from: string): readonly Call[] => [
    { name: 'move_file', arguments: { from, to: 'c/first-name' } },
    { name: 'undo' },
    { name: 'redo' },
    { name: 'undo' },
  ];
  for (const from of ['second.txt', 'a'])
    for (let killAt = 1, isKilled = true; isKilled; killAt += 1) {
      const one = makeCase(`${from}-${killAt}`, 8, base);
      writeFileSync(join(one.root, 'second.txt'), 'second');
      const first = describeTree(one.root);
      isKilled = await run({ ...one, calls: moves(from), killAt });
      expect(isKilled || killAt > 15).toBe(true);
      await recover({ ...one, first }, `${from}, step ${killAt}`);
    }
}, 300_000);

test('killed from outside at 40 moments by chance, the same', async () => {
  const random = randomNumbers(77);
  for (let kill = 0; kill < 40; kill += 1) {
    const one = makeCase(`${kill}`, kill, base);
    const killAfter = 1 + Math.floor(random() * 20);
    const isKilled = await run({ ...one, calls: callsOf(kill, 200) }, (count, end) => {
      if (count >= killAfter) setTimeout(end, random() * 4);
    });
    expect(isKilled).toBe(true);
    await recover(one, `seed ${kill}, call ${killAfter}`);
  }
}, 300_000);
