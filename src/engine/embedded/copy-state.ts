import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { uniqueMark } from '../../base/unique-mark.ts';
import { commonLength, type Slot } from './slot.ts';

/** Copies what a slot has of `wanted` to another, through a file in `folder`. One that fails, as on a full disk, is no failure: its tokens are evaluated then. */
export async function copyState(from: Slot, to: Slot, { wanted, folder }: { wanted: readonly Token[]; folder: string }): Promise<void> {
  const path = join(folder, `${uniqueMark()}.part`);
  try {
    await from.save(path);
    await to.load(path);
    await to.keep(commonLength(to.tokens, wanted));
  } catch (error) {
    process.stderr.write(`copy of a state: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    await rm(path, { force: true });
  }
}
