// npm run check: types, lint, format and import directions, dead code. Stops at nothing, fails when one fails.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const bin = (name) => join(root, 'node_modules', '.bin', name);
const checks = [
  ['types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the page', bin('tsc'), ['--noEmit', '-p', join('web', 'tsconfig.json')]],
  ['lint, format, directions', bin('biome'), ['check', '.']],
  ['layers', process.execPath, [join(root, 'scripts', 'write-layers.mjs'), '--check']],
  ['tools', process.execPath, [join(root, 'scripts', 'write-tools.mjs'), '--check']],
  ['source', process.execPath, [join(root, 'scripts', 'check-source.mjs')]],
  ['dead code', bin('knip'), []],
];
let failed = 0;
for (const [name, file, args] of checks) {
  const { status } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  process.stderr.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
