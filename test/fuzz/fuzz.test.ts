import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

test('60 s of changed files find nothing in the GGUF reader', () => {
  const args = [join('scripts', 'run-typescript.mjs'), join('test', 'fuzz', 'fuzz-gguf.ts'), '--seconds', '60', '--seed', '20'];
  const report = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(report).toMatch(/^seed 20: \d{5,} files in 60 s, \d+ accepted, 0 findings\n$/);
}, 120_000);
