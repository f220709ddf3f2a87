import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Where the pieces of luci lie: the data folders of the package, and the programs that are built on their own
 * because they run in another process or thread.
 */

/** A file of `dist/` that runs in a process or worker of its own. Each is an entry of scripts/build.mjs. */
export type Part = 'engine-host.mjs' | 'hash-worker.mjs' | 'javascript-sandbox.mjs' | 'python-sandbox.mjs' | 'sql-sandbox.mjs';

const packageFolder = findPackageFolder(import.meta.dirname);

/** Path of a built part. */
export function partPath(part: Part): string {
  return join(packageFolder, 'dist', part);
}

/** Path of a data file of the package, as in `dataPath('catalog', 'models.json')`. */
export function dataPath(folder: 'catalog' | 'suites', file: string): string {
  return join(packageFolder, folder, file);
}

/** The nearest folder above that holds the catalogue: the package's own, whether this runs from `dist/` or from the sources. */
function findPackageFolder(start: string): string {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'catalog', 'models.json'))) return folder;
  }
  return dirname(start);
}
