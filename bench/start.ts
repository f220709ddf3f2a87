// npm run bench:start: how long `luci list` takes to start, against the smallest program Node can run. Fails above 1.3.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyGguf } from '../test/fixtures/gguf/tiny-gguf.ts';
import { markdown, pairedTimes } from './paired.ts';

const root = process.cwd();
const home = mkdtempSync(join(tmpdir(), 'luci-bench-'));
// Installed models are part of what a list reads: one that is known and one that is not.
mkdirSync(join(home, 'models'), { recursive: true });
for (const name of ['one', 'two']) writeFileSync(join(home, 'models', `${name}.gguf`), tinyGguf());
const commands = [
  { name: 'node -e 0', file: process.execPath, args: ['-e', '0'] },
  { name: 'node dist/cli.cjs list', file: process.execPath, args: [join(root, 'dist', 'cli.cjs'), 'list'] },
  {
    name: 'node dist/cli.cjs list, nothing installed',
    file: process.execPath,
    args: [join(root, 'dist', 'cli.cjs'), 'list', '--home', join(home, 'empty')],
  },
  { name: 'node dist/cli.cjs --version', file: process.execPath, args: [join(root, 'dist', 'cli.cjs'), '--version'] },
  { name: './luci list', file: join(root, 'luci'), args: ['list'] },
  { name: 'sh -c true', file: 'sh', args: ['-c', 'true'] },
];
try {
  const results = pairedTimes(commands, { rounds: 25, environment: { ...process.env, LUCI_HOME: home } });
  const rows = results.map(({ medianMs, ratio }, index) => [`\`${commands[index]?.name}\``, `${medianMs.toFixed(0)} ms`, ratio.toFixed(2)]);
  process.stdout.write(`${markdown(['command', 'median', 'ratio'], rows)}\n`);
  const launcherMs = (results[4]?.medianMs ?? 0) - (results[1]?.medianMs ?? 0);
  process.stdout.write(`\nThe launcher itself: ${launcherMs.toFixed(0)} ms. Goal for list: 1.20 or less.\n`);
  if ((results[1]?.ratio ?? 9) > 1.3) process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true });
}
