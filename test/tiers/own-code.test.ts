import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataPath } from '../../src/base/parts.ts';
import { readSuite } from '../../src/tiers/own/load-suite.ts';
import { pyodidePackage } from '../fixtures/python-part.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** Users' own suites that ask for code in SQL and in Python, which is an optional part. */

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const examplePath = dataPath('suites', 'example-code.json');
const addPython = async () => bench.luci.runtimes.addPython({ path: pyodidePackage });

const ask = (suitePath: string, knows: (id: string) => boolean, options: Record<string, string | boolean | string[]> = {}) =>
  bench.run({ options: { suite: suitePath, fresh: true, ...options } }, () =>
    knowingSession({ suite: readSuite(suitePath), knows: (_, id) => knows(id) }),
  );
const lint = (path: string) => bench.run({ operands: ['lint', path] }, () => knowingSession({ knows: knowsAll }));

/** The example with one text of it replaced. */
async function changed(from: string, to: string): Promise<string> {
  const text = await readFile(examplePath, 'utf8');
  expect(text).toContain(from);
  const path = join(bench.home, 'changed.json');
  await writeFile(path, text.replace(from, to));
  return path;
}

test('where Python was not added its cases are errors that name the next command, never failed; the others have their verdict', async () => {
  const { stdout, exitCode } = await ask(examplePath, knowsAll);
  expect(stdout).toMatch(/example-code 1\.0\.0 \(\w{6}\): • INCOMPLETE, 1 error \(1 right of 1 answer, 2 asked\)/);
  expect(exitCode).toBe(9);
  const { run, answers } = await bench.luci.tests.newest('script');
  expect(answers.map(({ caseId, status, reason }) => [caseId, status, reason])).toEqual([
    ['median', 'error', 'Python for tests was not added. (luci runtime add python)'],
    ['late', 'pass', undefined],
  ]);
  expect(run.sandboxes).toEqual({ javascript: true, sql: true });
  expect((await ask(examplePath, knowsAll, { case: ['late'] })).exitCode).toBe(0);
  expect((await ask(examplePath, () => false, { case: ['late'] })).exitCode).toBe(8);
  await expect(lint(examplePath)).rejects.toMatchObject({ code: 'TESTS_INCOMPLETE', hint: 'luci runtime add python' });
  await expect(ask(examplePath, knowsAll, { language: 'python' })).rejects.toMatchObject({ code: 'USAGE' });
}, 60_000);

test('where it was added the example is sound, right answers pass, near ones fail, and both are rescored alike', async () => {
  await addPython();
  const found = await lint(examplePath);
  expect([found.exitCode, found.stdout]).toEqual([0, expect.stringMatching(/2 cases, all sound\n$/)]);
  expect((await ask(examplePath, knowsAll)).exitCode).toBe(0);
  const { run } = await bench.luci.tests.newest('script');
  expect([run.language, run.sandboxes]).toEqual(['javascript', { javascript: true, sql: true, python: true }]);
  const near = await ask(examplePath, (id) => id !== 'median');
  expect([near.exitCode, near.stdout]).toEqual([8, expect.stringContaining('failed: median')]);
  const [answer] = (await bench.luci.tests.newest('script')).answers;
  expect(answer).toMatchObject({ status: 'fail', evidence: 'median([10,2,38,23]) gave 23, wanted 16.5' });
  const rescored = await bench.run({ operands: ['rescore', 'script'], options: { suite: examplePath } }, () =>
    knowingSession({ knows: knowsAll }),
  );
  expect(rescored.stdout).toBe('');
}, 120_000);

test('Python of a suite reaches nothing of this machine, and a wrong one is told before any model is asked', async () => {
  await addPython();
  const target = join(bench.home, 'reached');
  const attack = `import os\\ndef median(numbers):\\n    os.system('touch ${target}')\\n    open('${target}', 'w').write('x')\\n    return 2\\n`;
  const path = await changed('def median(numbers):\\n    ordered', `${attack}def other(numbers):\\n    ordered`);
  const session = knowingSession({ suite: readSuite(path), knows: knowsAll });
  await expect(bench.run({ options: { suite: path } }, () => session)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/^example-code, case median: the right answer fails: /),
  });
  expect(session.requests).toEqual([]);
  expect(existsSync(target)).toBe(false);
}, 120_000);

test('a language nobody knows is refused by name', async () => {
  const path = await changed('"language": "python"', '"language": "ruby"');
  await expect(lint(path)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(/verify\.language: .*ruby/) });
});
