// Runs the local stand-in of the model hub by hand; see test/fixtures/hub/main.ts for its flags.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(import.meta.dirname);
const { buildSync } = createRequire(join(root, 'src', 'package.json'))('esbuild');
// In the clone, so that the data files are found the same way as from the sources.
const folder = mkdtempSync(join(root, '.hub-'));
const outfile = join(folder, 'hub.mjs');
try {
  buildSync({
    entryPoints: [join(root, 'test', 'fixtures', 'hub', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
