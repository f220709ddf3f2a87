import { LuciError } from '../../base/errors.ts';
import type { Files, Language, Verifier } from '../case.ts';
import { callFunction, matchPattern } from '../sandbox/javascript.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { runSelect } from '../sandbox/sql.ts';
import { afterAnswer, codeBlocks } from './answer-text.ts';
import type { Grading } from './grading.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders that run what a model wrote, in a sandbox. Expected values stay here. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export async function gradeRegex({ matches, rejects }: Of<'regex'>, { text, signal }: Grading): Promise<Grade> {
  const pattern = unslashed(afterAnswer(text) ?? codeBlocks(text).at(-1)?.trim() ?? text);
  if (pattern === '' || pattern.length > 500) return failed('there is no pattern');
  const samples = [...matches, ...rejects];
  const result = await matchPattern(pattern, samples, { signal });
  if ('failed' in result) return failed('the pattern does not work', result.failed);
  const wrong = result.done.findIndex((value, index) => value !== index < matches.length);
  if (wrong < 0) return passed;
  return failed(wrong < matches.length ? 'it does not match what it must' : 'it matches what it must not', samples[wrong]);
}

export async function gradeSql({ databases, reference }: Of<'sql'>, { text, signal }: Grading): Promise<Grade> {
  const query = codeBlocks(text).at(-1) ?? text;
  const found = await runSelect(query, databases, { signal });
  if ('failed' in found) return failed('the query does not work', found.failed);
  const wanted = await runSelect(reference, databases, { signal });
  if ('failed' in wanted) throw new LuciError('USAGE', `the case itself does not work, its query fails: ${wanted.failed}`);
  const wrong = found.done.findIndex((rows, index) => !sameValue(rows, wanted.done[index]));
  if (wrong < 0) return passed;
  return failed('the rows differ', `hidden database ${wrong + 1}: ${JSON.stringify(found.done[wrong]).slice(0, 200)}`);
}

export async function gradeProject(verifier: Of<'project'>, { answered: { files = {} }, signal }: Grading): Promise<Grade> {
  const { entry, expression, want, gone } = verifier;
  const left = gone.find((word) => Object.values(files).some((content) => new RegExp(`\\b${word}\\b`).test(content)));
  if (left !== undefined) return failed('the old name is still there', left);
  const source = `${moduleLoader(files)}\nfunction $run() { const entry = require(${JSON.stringify(entry)}); return ${expression}; }`;
  const result = await callFunction(source, '$run', [[]], { signal });
  if ('failed' in result) return failed('the project does not run', result.failed);
  const found = JSON.stringify(result.done[0]);
  return found === want ? passed : failed('the project gives something else', found);
}

export async function gradeCode(
  { functionName, tests, file, language = 'javascript' }: Of<'code'>,
  { text, answered, python, signal }: Grading,
): Promise<Grade> {
  const source = file === undefined ? definitionIn(text, functionName, language) : answered.files?.[file];
  if (source === undefined) return failed(`there is no function ${functionName}`);
  const calls = tests.map(({ args }) => args);
  const result =
    language === 'python'
      ? await required(python).callFunction(source, functionName, calls, { signal })
      : await callFunction(source.replace(/^\s*export\s+(default\s+)?/gm, ''), functionName, calls, { signal });
  if ('failed' in result) return failed('the function does not work', result.failed);
  const wrong = tests.findIndex(({ want }, index) => !sameValue(result.done[index], want));
  if (wrong < 0) return passed;
  const { args, want } = tests[wrong] ?? { args: [], want: undefined };
  const evidence = `${functionName}(${args.map((arg) => JSON.stringify(arg)).join(', ')}) gave ${JSON.stringify(result.done[wrong])}, wanted ${JSON.stringify(want)}`;
  return failed(`a hidden test fails (${wrong + 1} of ${tests.length})`, evidence.slice(0, 300));
}

/** The code that defines the function: the last block of it, or all of a text without blocks. */
function definitionIn(text: string, functionName: string, language: Language): string | undefined {
  const blocks = codeBlocks(text);
  if (language === 'javascript')
    return blocks.findLast((block) => block.includes(functionName)) ?? (text.includes(`function ${functionName}`) ? text : undefined);
  // A later block often only shows how to call it.
  const definition = new RegExp(`\\bdef\\s+${functionName}\\b|\\b${functionName}\\s*=`);
  return (blocks.length > 0 ? blocks : [text]).findLast((block) => definition.test(block));
}

function required(python: PythonSandbox | undefined): PythonSandbox {
  if (!python) throw new LuciError('TESTS_INCOMPLETE', 'Python for tests was not added.', { hint: 'luci runtime add python' });
  return python;
}

function unslashed(pattern: string): string {
  const bare = pattern.trim().replace(/^[`"']|[`"']$/g, '');
  const literal = /^\/(.*)\/[a-z]*$/.exec(bare)?.[1] ?? bare;
  return literal.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
}

/** `require` over the files of a project, for code of several files. */
function moduleLoader(files: Files): string {
  return `const $files = ${JSON.stringify(files)}; const $loaded = {};
function require(name) {
  const path = [name, name + '.js', name.replace(/^\\.\\//, ''), name.replace(/^\\.\\//, '') + '.js'].find((p) => $files[p] !== undefined);
  if (path === undefined) throw new Error('no file ' + name);
  if (!$loaded[path]) {
    const module = ($loaded[path] = { exports: {} });
    new Function('module', 'exports', 'require', $files[path])(module, module.exports, require);
  }
  return $loaded[path].exports;
}`;
}
