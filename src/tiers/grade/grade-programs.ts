import { LuciError } from '../../base/errors.ts';
import type { Files, Language, Verifier } from '../case.ts';
import { callFunction, matchPattern, type Pattern } from '../sandbox/javascript.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { runSelect } from '../sandbox/sql.ts';
import { statementsIn } from '../sandbox/sql-statements.ts';
import { answerLine, codeBlocks, unwrapped } from './answer-text.ts';
import { definitionIn } from './definition.ts';
import type { Grading } from './grading.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders that run what a model wrote, in a sandbox. Expected values stay here. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export async function gradeRegex({ matches, rejects }: Of<'regex'>, { text, signal }: Grading): Promise<Grade> {
  const pattern = patternIn(text);
  if (pattern.source === '' || pattern.source.length > 500) return failed('there is no pattern');
  const samples = [...matches, ...rejects];
  const result = await matchPattern(pattern, samples, { signal });
  if ('failed' in result) return failed('the pattern does not work', result.failed);
  const wrong = result.done.findIndex((value, index) => value !== index < matches.length);
  if (wrong < 0) return passed;
  return failed(wrong < matches.length ? 'it does not match what it must' : 'it matches what it must not', JSON.stringify(samples[wrong]));
}

export async function gradeSql({ databases, reference }: Of<'sql'>, { text, signal }: Grading): Promise<Grade> {
  const blocks = codeBlocks(text);
  const query = blocks.findLast((block) => /^[\s(]*(?:select|with)\b/i.test(statementsIn(block)[0] ?? '')) ?? blocks.at(-1) ?? text;
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
  { functionName, tests, file, keepsInput = false, language = 'javascript' }: Of<'code'>,
  { text, answered, python, signal }: Grading,
): Promise<Grade> {
  const written = file === undefined ? definitionIn(text, functionName, language) : answered.files?.[file];
  if (written === undefined) return failed(`there is no function ${functionName}`);
  const calls = tests.map(({ args }) => args);
  const [source, name] = keepsInput ? [withKept(written, functionName, language), keptName] : [written, functionName];
  const ran =
    language === 'python'
      ? await required(python).callFunction(source, name, calls, { signal })
      : await callFunction(source, name, calls, { signal });
  const result = keepsInput && 'done' in ran ? { done: (ran.done as [unknown, unknown][]).map(([value]) => value) } : ran;
  if ('failed' in result) return failed('the function does not work', result.failed);
  const wrong = tests.findIndex(({ want }, index) => !sameValue(result.done[index], want));
  const changed =
    keepsInput && 'done' in ran ? (ran.done as [unknown, unknown][]).some(([, kept], index) => !sameValue(kept, calls[index])) : false;
  if (wrong < 0) return changed ? failed('it changes what it was given') : passed;
  const { args, want } = tests[wrong] ?? { args: [], want: undefined };
  const evidence = `${functionName}(${args.map((arg) => JSON.stringify(arg)).join(', ')}) gave ${JSON.stringify(result.done[wrong])}, wanted ${JSON.stringify(want)}`;
  return failed(`a hidden test fails (${wrong + 1} of ${tests.length})`, evidence.slice(0, 300));
}

const keptName = 'callAndKeep';

/** The source with a function that gives the result and what the arguments are afterwards. */
function withKept(source: string, functionName: string, language: Language): string {
  if (language !== 'python') return `${source}\nfunction ${keptName}(...args) { return [${functionName}(...args), args]; }`;
  const lines = source.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return `${lines.map((line) => line.slice(indent)).join('\n')}\ndef ${keptName}(*args):\n    return [${functionName}(*args), list(args)]\n`;
}

function required(python: PythonSandbox | undefined): PythonSandbox {
  if (!python) throw new LuciError('TESTS_INCOMPLETE', 'Python for tests was not added.', { hint: 'luci runtime add python' });
  return python;
}

/** The pattern as it was written: between slashes with its flags, else without quotes, a remark behind them and a full stop. */
function patternIn(text: string): Pattern {
  const stated = answerLine(text) ?? codeBlocks(text).at(-1)?.trim() ?? /`([^`\n]+)`/.exec(text)?.[1] ?? text;
  const bare = unwrapped((/^(`+)(.+?)\1/.exec(stated.trim())?.[2] ?? stated).trim().replace(/(?<=[$`/>"'])\.$/, ''));
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(bare) ?? [];
  return source === undefined ? { source: bare, flags: '' } : { source, flags: flags ?? '' };
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
