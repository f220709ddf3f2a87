import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../src/agent/journal/journal.ts';
import { runTool } from '../../src/agent/run-tool.ts';
import { builtInTools } from '../../src/agent/tools/built-in-tools.ts';
import { openWorkspace } from '../../src/agent/workspace/workspace.ts';
import { describeTree, makeTree, memoryDisk, randomCall, randomNumbers } from './file-tree.ts';

/** Sequences of calls by chance, undone and made again by somebody who knows only the journal. */

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(memoryDisk ?? tmpdir(), 'luci-undo-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** How often each tool changed something. */
const changesBy = new Map<string, number>();

/** Runs the calls of a seed; every undo and redo must give the tree that was there, call by call. Returns how many calls changed something. */
async function playSeed(seed: number, journalFolder: string, { isExact }: { isExact: boolean }): Promise<number> {
  const random = randomNumbers(seed);
  const root = join(base, `root-${seed}`);
  mkdirSync(root);
  makeTree(root, random);
  const tools = builtInTools(await openWorkspace(root, journalFolder, { isDurable: false }), async () => ({}));
  const now = (): string => describeTree(root, { isExact });
  const trees = [now()];
  const journal = openJournal(journalFolder, { isDurable: false });
  /** What stands in the journal of each call that changed something: one change, or a folder and what was moved into it. */
  const groups: (readonly string[])[] = [];
  for (let count = 1 + Math.floor(random() * 5); count > 0; count -= 1) {
    const call = { id: '1', ...randomCall(random) };
    const { isError } = await runTool(tools, call, { confirm: async () => true });
    const tree = now();
    const known = groups.flat();
    const ids = (await journal.list()).map(({ id }) => id).filter((id) => !known.includes(id));
    if (isError) expect(tree, `seed ${seed}: ${JSON.stringify(call)} failed and left something`).toBe(trees.at(-1));
    else if (tree !== trees.at(-1)) {
      trees.push(tree);
      groups.push(ids);
      changesBy.set(call.name, (changesBy.get(call.name) ?? 0) + 1);
    }
  }
  const ids = (await journal.list()).map(({ id }) => id);
  expect(groups.flat(), `seed ${seed}`).toEqual(ids);
  expect(
    groups.filter(({ length }) => length < 1 || length > 2),
    `seed ${seed}`,
  ).toEqual([]);
  for (const [index, group] of [...groups.entries()].toReversed()) {
    for (const id of group.toReversed()) await journal.bring([id], 'before');
    expect(now(), `seed ${seed}, undo ${index}`).toBe(trees[index]);
  }
  for (const [index, group] of groups.entries()) {
    for (const id of group) await journal.bring([id], 'after');
    expect(now(), `seed ${seed}, redo ${index}`).toBe(trees[index + 1]);
  }
  // All at once, as for a question.
  await journal.bring(ids, 'before');
  expect(now(), `seed ${seed}, all undone`).toBe(trees[0]);
  return ids.length;
}

async function playSeeds(from: number, to: number, journalOf: (seed: number) => string, isExact = true): Promise<number> {
  let next = from;
  let changes = 0;
  const worker = async (): Promise<void> => {
    for (let seed = next++; seed < to; seed = next++) {
      const made = await playSeed(seed, journalOf(seed), { isExact });
      changes += made;
      await rm(join(base, `root-${seed}`), { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return changes;
}

test('1,000 sequences of calls by chance: undone one by one every tree comes back, with contents, modes, times and links, and redo makes it again', async () => {
  const changes = await playSeeds(0, 1000, (seed) => join(base, `journal-${seed}`));
  expect(changes).toBeGreaterThan(1500);
  const names = ['append_file', 'copy_file', 'delete_file', 'make_folder', 'move_file', 'replace_text', 'write_file'];
  expect([...changesBy.keys()].sort()).toEqual(names);
  expect(Math.min(...changesBy.values()), JSON.stringify([...changesBy])).toBeGreaterThan(20);
}, 300_000);

test.skipIf(memoryDisk === undefined)(
  'with the journal on another disk the same, but for the last digits of times and second names',
  async () => {
    const far = await mkdtemp(join(tmpdir(), 'luci-undo-'));
    try {
      const changes = await playSeeds(5000, 5100, (seed) => join(far, `journal-${seed}`), false);
      expect(changes).toBeGreaterThan(100);
    } finally {
      await rm(far, { recursive: true, force: true });
    }
  },
  120_000,
);
