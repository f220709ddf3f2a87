import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds `dist/` once before the tests: they run the programs users run. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
}
