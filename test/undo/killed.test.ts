import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../src/agent/journal/journal.ts';
import { describeTree, makeTree, randomCall, randomNumbers } from './file-tree.ts';

/** A process that works with the tools is killed with -9; another one undoes all it did. */

const library = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href;
const child = join(import.meta.dirname, 'changing-child.mjs');

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'luci-killed-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

interface Call {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, string>>;
}

/** Calls by chance, some of them taken back and made again. */
function callsOf(seed: number): readonly Call[] {
  const random = randomNumbers(seed + 0.5);
  return Array.from({ length: 12 }, () => {
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

/** After the kill: every change that was made is undone, made again, and undone, and nothing of luci's is left among the files. */
async function recover(root: string, journalFolder: string, first: string, told: string): Promise<void> {
  const journal = openJournal(journalFolder, { isDurable: false });
  const listed = existsSync(journalFolder) ? await journal.list() : [];
  const killed = describeTree(root);
  expect(
    readdirSync(root, { recursive: true }).filter((name) => name.toString().includes('.luci-')),
    told,
  ).toEqual([]);
  const done = listed.filter(({ state }) => state === 'done').map(({ id }) => id);
  await journal.bring(done, 'before');
  expect(describeTree(root), `${told}, undone`).toBe(first);
  await journal.bring(done, 'after');
  expect(describeTree(root), `${told}, made again`).toBe(killed);
  for (const id of done.toReversed()) await journal.bring([id], 'before');
  expect(describeTree(root), `${told}, undone one by one`).toBe(first);
}

test('killed before any of its steps, a change is whole or not begun: all of it can be undone, and nothing is lost', async () => {
  let kills = 0;
  for (let seed = 0; seed < 4; seed += 1) {
    let isKilled = true;
    for (let killAt = 1 + (seed % 3); isKilled; killAt += 3) {
      const [root, journal] = [join(base, `root-${seed}-${killAt}`), join(base, `journal-${seed}-${killAt}`)];
      mkdirSync(root);
      makeTree(root, randomNumbers(seed));
      const first = describeTree(root);
      isKilled = await run({ root, journal, calls: callsOf(seed), killAt });
      if (isKilled) kills += 1;
      await recover(root, journal, first, `seed ${seed}, step ${killAt}`);
    }
  }
  expect(kills).toBeGreaterThan(50);
}, 300_000);

test('killed from outside at 50 moments by chance, the same', async () => {
  const random = randomNumbers(77);
  let kills = 0;
  for (let seed = 100; kills < 50; seed += 1) {
    const [root, journal] = [join(base, `root-${seed}`), join(base, `journal-${seed}`)];
    mkdirSync(root);
    makeTree(root, randomNumbers(seed));
    const first = describeTree(root);
    const killAfter = 1 + Math.floor(random() * 11);
    const isKilled = await run({ root, journal, calls: callsOf(seed) }, (count, kill) => {
      if (count >= killAfter) setTimeout(kill, random() * 4);
    });
    if (isKilled) kills += 1;
    await recover(root, journal, first, `seed ${seed}, call ${killAfter}`);
    expect(seed).toBeLessThan(300);
  }
}, 300_000);
