import { LuciError } from '../../base/errors.ts';
import type { Files, Language, Verifier } from '../case.ts';
import { callFunction, matchPattern } from '../sandbox/javascript.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { runSelect } from '../sandbox/sql.ts';
import { afterAnswer, codeBlocks, withoutThinking } from './answer-text.ts';
import { failed, type Grade, gradeText, passed, sameValue } from './grade-text.ts';

/** An answer held against its verifier. Expected values stay here; what a model wrote runs elsewhere. */

/** What a turn left: its last text, and the made-up machine after it. */
export interface Answered {
  readonly text: string;
  readonly files?: Files;
  readonly calls?: readonly { readonly name: string; readonly isError: boolean; readonly content: string }[];
}

/** Counts up whenever a grader's verdict on any answer may have changed. */
export const graderVersion = 1;

/** Grades a turn. Throws TESTS_INCOMPLETE when a sandbox does not work or is not there: that is never the model's doing. */
export async function grade(verifier: Verifier, answered: Answered, signal?: AbortSignal, python?: PythonSandbox): Promise<Grade> {
  const text = withoutThinking(answered.text);
  const stop = signal ? { signal } : {};
  switch (verifier.kind) {
    case 'all': {
      for (const part of verifier.parts) {
        const result = await grade(part, answered, signal, python);
        if (!result.passes) return result;
      }
      return passed;
    }
    case 'state':
      return gradeState(verifier, answered, signal, python);
    case 'untouched': {
      const files = answered.files ?? {};
      const added = Object.keys(files).filter((path) => !verifier.only.includes(path));
      if (added.length > 0) return failed('files were added', added.join(', '));
      const changed = Object.entries(verifier.files).find(([path, content]) => files[path] !== content);
      return changed ? failed('a file that had to stay was changed', changed[0]) : passed;
    }
    case 'regex': {
      const pattern = unslashed(afterAnswer(text) ?? codeBlocks(text).at(-1)?.trim() ?? text);
      if (pattern === '' || pattern.length > 500) return failed('there is no pattern');
      const result = await matchPattern(pattern, [...verifier.matches, ...verifier.rejects], stop);
      if ('failed' in result) return failed('the pattern does not work', result.failed);
      const wanted = [...verifier.matches.map(() => true), ...verifier.rejects.map(() => false)];
      const wrong = result.done.findIndex((value, index) => value !== wanted[index]);
      if (wrong < 0) return passed;
      const sample = [...verifier.matches, ...verifier.rejects][wrong];
      return failed(wanted[wrong] ? 'it does not match what it must' : 'it matches what it must not', sample);
    }
    case 'code':
      return gradeCode(verifier, text, answered.files, { ...stop, python });
    case 'sql': {
      const query = codeBlocks(text).at(-1) ?? text;
      const own = await runSelect(query, verifier.databases, stop);
      if ('failed' in own) return failed('the query does not work', own.failed);
      const wanted = await runSelect(verifier.reference, verifier.databases, stop);
      if ('failed' in wanted) throw new LuciError('USAGE', `the case itself does not work, its query fails: ${wanted.failed}`);
      const wrong = own.done.findIndex((rows, index) => !sameValue(rows, wanted.done[index]));
      return wrong < 0
        ? passed
        : failed('the rows differ', `hidden database ${wrong + 1}: ${JSON.stringify(own.done[wrong]).slice(0, 200)}`);
    }
    case 'project': {
      const files = answered.files ?? {};
      const left = verifier.gone.find((word) => Object.values(files).some((content) => new RegExp(`\\b${word}\\b`).test(content)));
      if (left !== undefined) return failed('the old name is still there', left);
      const source = `${moduleLoader(files)}\nfunction $run() { const entry = require(${JSON.stringify(verifier.entry)}); return ${verifier.expression}; }`;
      const result = await callFunction(source, '$run', [[]], stop);
      if ('failed' in result) return failed('the project does not run', result.failed);
      return JSON.stringify(result.done[0]) === verifier.want
        ? passed
        : failed('the project gives something else', JSON.stringify(result.done[0]));
    }
    default:
      return gradeText(verifier, text);
  }
}

async function gradeState(
  { files: wanted, called = [], mostCalls, asJson = false, answer }: Extract<Verifier, { kind: 'state' }>,
  { text, files = {}, calls = [] }: Answered,
  signal: AbortSignal | undefined,
  python: PythonSandbox | undefined,
): Promise<Grade> {
  const outside = calls.find(({ isError, content }) => isError && /paths start at the folder|leads out of|is not followed/.test(content));
  if (outside) return failed('it tried to leave the folder', outside.content);
  const missing = called.find((name) => !calls.some((call) => call.name === name && !call.isError));
  if (missing !== undefined) return failed(`${missing} was not used`);
  if (mostCalls !== undefined && calls.length > mostCalls) return failed(`${calls.length} calls, at most ${mostCalls} are needed`);
  const paths = [...new Set([...Object.keys(wanted), ...Object.keys(files)])].sort();
  const wrong = paths.find((path) => !sameContent(wanted[path], files[path], asJson && path.endsWith('.json')));
  if (wrong !== undefined) {
    const what = files[wrong] === undefined ? 'is missing' : wanted[wrong] === undefined ? 'should not be there' : 'has another content';
    return failed(`${wrong} ${what}`, files[wrong]?.slice(0, 200));
  }
  return answer ? grade(answer, { text }, signal, python) : passed;
}

function sameContent(wanted: string | undefined, found: string | undefined, asJson: boolean): boolean {
  if (wanted === undefined || found === undefined) return wanted === found;
  if (!asJson) return wanted.trimEnd() === found.trimEnd();
  try {
    return sameValue(JSON.parse(found), JSON.parse(wanted));
  } catch {
    return false;
  }
}

async function gradeCode(
  { functionName, tests, file, language = 'javascript' }: Extract<Verifier, { kind: 'code' }>,
  text: string,
  files: Files | undefined,
  { python, ...stop }: { signal?: AbortSignal; python?: PythonSandbox },
): Promise<Grade> {
  const source = file === undefined ? definitionIn(text, functionName, language) : files?.[file];
  if (source === undefined) return failed(`there is no function ${functionName}`);
  const calls = tests.map(({ args }) => args);
  const result =
    language === 'python'
      ? await required(python).callFunction(source, functionName, calls, stop)
      : await callFunction(source.replace(/^\s*export\s+(default\s+)?/gm, ''), functionName, calls, stop);
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
