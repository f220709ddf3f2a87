// npm test: installs what the tests need, runs them, and ends with one line that counts them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const setUp = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), '--tools'], { stdio: 'inherit' });
if (setUp.status !== 0) process.exit(setUp.status ?? 1);

const folder = mkdtempSync(join(tmpdir(), 'luci-test-'));
const report = join(folder, 'report.json');
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
const vitest = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], { cwd: root, stdio: 'inherit' });
vitest.on('exit', (status) => {
  let line = '0 passed, 1 failed';
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites, success } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that cannot even be loaded has no tests to count, but it has failed.
    const failed = numFailedTests > 0 || success ? numFailedTests : Math.max(1, numFailedTestSuites);
    const skipped = numPendingTests + numTodoTests;
    line = `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  } catch {
    // vitest ended before it wrote a report: the line above stands.
  }
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${line}\n`, () => process.exit(status ?? 1));
});
