import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

test('3,000 odd command lines end with a status of the table, no stack, and hints that are commands', () => {
  const args = [join('scripts', 'run-typescript.mjs'), join('test', 'fuzz', 'fuzz-command-line.ts'), '--lines', '3000', '--seed', '7'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  expect(stdout).toMatch(/^seed 7: 3000 command lines, \d{4} of them run, 0 findings\n$/);
}, 300_000);
