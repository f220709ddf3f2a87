import { LuciError } from '../../base/errors.ts';
import type { RunFacts } from '../result.ts';
import { testJavaScript } from './javascript.ts';
import { testPython } from './python.ts';
import { testSql } from './sql.ts';

/**
 * Tries the sandboxes answers are graded in; Python, which takes seconds, where a folder of it is given.
 * @throws TESTS_INCOMPLETE when one does not work here
 */
export async function testSandboxes(pythonFolder: string | undefined, signal?: AbortSignal): Promise<RunFacts['sandboxes']> {
  const [javascript, sql, ...more] = await Promise.all([
    testJavaScript(signal),
    testSql(signal),
    ...(pythonFolder === undefined ? [] : [testPython(pythonFolder, signal)]),
  ]);
  const sandboxes = { javascript, sql, python: more[0] };
  if (Object.values(sandboxes).includes(false))
    throw new LuciError('TESTS_INCOMPLETE', 'The sandboxes do not work on this machine, so answers cannot be graded.', {
      details: sandboxes,
      hint: sandboxes.python === false ? 'luci test --language javascript' : undefined,
    });
  return sandboxes;
}
