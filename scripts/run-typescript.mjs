// Runs a TypeScript program of this clone: node scripts/run-typescript.mjs <file> [flags]. Node 20 cannot do that by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(import.meta.dirname);
const [file, ...flags] = process.argv.slice(2);
const { buildSync } = createRequire(join(root, 'src', 'package.json'))('esbuild');
// In the clone, so that the data files are found the same way as from the sources.
const folder = mkdtempSync(join(root, '.run-'));
const outfile = join(folder, 'program.mjs');
try {
  buildSync({
    entryPoints: [resolve(file)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    // Loads parts of itself by require().
    external: ['playwright-core'],
  });
  process.argv.splice(2, process.argv.length, ...flags);
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
