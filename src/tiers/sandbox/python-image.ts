import { createHash } from 'node:crypto';
import { readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { hashFile } from '../../base/hash-file.ts';
import { makeImage } from './python-process.ts';

/**
 * Python's memory as it is after its start, kept in a file beside it: a process that begins with it has answered after 0.6 s in place of
 * 2.3 s (npm run bench:python). Made once on each machine and for each Node, by the pinned files and before any answer.
 */

/** Path of the image, made when there is none or when it is broken; undefined where it cannot be kept. */
export async function pythonImage(pyodide: string, signal?: AbortSignal): Promise<string | undefined> {
  const folder = await realpath(pyodide); // What may be read is said with real paths.
  const prefix = `memory-1-node${process.versions.node}-`;
  const found = (await readdir(folder)).find((name) => name.startsWith(prefix));
  // The name says the digest.
  if (found === `${prefix}${found && (await hashFile(join(folder, found)))}.bin`) return join(folder, found);
  const image = await makeImage(folder, signal);
  const path = join(folder, `${prefix}${createHash('sha256').update(image).digest('hex')}.bin`);
  try {
    for (const name of await readdir(folder)) if (isImage(name)) await rm(join(folder, name));
    await writeFileAtomic(path, image);
    return path;
  } catch {
    return undefined; // A folder that cannot be written: every start takes its 3 s.
  }
}

function isImage(name: string): boolean {
  return /^memory-.*\.bin$/.test(name);
}
