import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LuciError } from './errors.ts';

/**
 * Where the pieces of luci lie: the data folders of the package, and the programs that are built on their own
 * because they run in another process or thread.
 */

/** A file of `dist/` that runs in a process or worker of its own. Each is an entry of scripts/build.mjs. */
export type Part = 'engine-host.mjs' | 'hash-worker.mjs' | 'javascript-sandbox.mjs' | 'python-sandbox.mjs' | 'sql-sandbox.mjs';

/** Bundled as CommonJS there is no `import.meta`: undefined then. */
const here: string | undefined = import.meta.dirname;
const packageFolder = here === undefined ? undefined : findPackageFolder(here);

/** Path of a built part. */
export function partPath(part: Part): string {
  return join(requirePackage(), 'dist', part);
}

/** Path of a file of the page that `luci serve` shows, as built from `web/`. */
export function webPath(file: string): string {
  return join(requirePackage(), 'dist', 'web', file);
}

/** Path of a data file of the package, as in `dataPath('catalog', 'models.json')`. */
export function dataPath(folder: 'catalog' | 'suites', file: string): string {
  return join(requirePackage(), folder, file);
}

function requirePackage(): string {
  if (packageFolder !== undefined) return packageFolder;
  throw new LuciError(
    'FAILED',
    'luci was bundled into another program, without the files it works with: its catalogue, engine and workers.',
    {
      hint: 'Keep luci external to the bundle, as in: esbuild --external:luci',
    },
  );
}

/** The nearest folder above that holds the catalogue: the package's own, whether this runs from `dist/` or from the sources. */
function findPackageFolder(start: string): string | undefined {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'catalog', 'models.json'))) return folder;
  }
  return undefined;
}
