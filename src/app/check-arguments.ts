import { boolean, listOf, number, optional, type Rule, record, recordOf, run, text, wrongValue } from '../base/value-rules.ts';
import type { Luci } from './luci.ts';

/** Whether what a program gives to luci can be meant, before anything is touched: one row a method, one rule an argument. */

const texts = listOf(text, 'texts');
const name = text; // An empty one is refused where it is looked up, with what there is.
const whole = (from: number): Rule => number(from, Number.MAX_SAFE_INTEGER, true);
const openOptions = recordOf({
  contextLength: whole(64),
  threads: whole(1),
  parallel: whole(1),
  force: boolean,
  onEvent: run,
});
const named = (what: string, rule: Rule) => ({ what, rule });
type Given = ReturnType<typeof named>;
const reference = named('The name of a model', name);
const maybeReference = named('The name of a model', optional(name));
const references = named('The names of models', texts);
const path = named('The path', name);

/** Members of luci itself, and of its groups as `group.member`. */
const table: Readonly<Record<string, readonly Given[]>> = {
  open: [maybeReference, named('The options of a model', optional(openOptions))],
  agent: [named('The options of an agent', optional(recordOf({ model: name, onLoad: run, force: boolean })))],
  builtInTools: [named('The folder', name)],
  'models.describe': [reference],
  'models.installed': [reference],
  'models.installedNames': [references],
  'models.choose': [maybeReference],
  'models.chooseForVectors': [maybeReference],
  'models.resolve': [references],
  'installs.targets': [references],
  'installs.prepare': [references],
  'installs.plan': [named('The models', listOf(record, 'models as "resolve" gives them'))],
  'installs.install': [named('The model', (value) => (record(value) ? 'must be one that "resolve" gave' : undefined))],
  'installs.importFile': [path],
  'installs.inspectFile': [path],
  'installs.verify': [reference],
  'installs.repair': [named('What is repaired', (value) => (record(value) ? 'must be what "verify" gave' : undefined))],
  'remotes.add': [named('The endpoint', (value) => record(value) ?? endpointProblem(value as Readonly<Record<string, unknown>>))],
  'remotes.remove': [named('The name of the endpoint', name)],
  'remotes.modelsOf': [named('The name of the endpoint', name)],
  'aliases.set': [named('The alias', name), reference],
  'aliases.remove': [named('The alias', name)],
  'tests.run': [named('The options of tests', optional(recordOf({ models: texts, tier: number(0, 3, true), onEvent: run })))],
  'tests.lint': [path],
  'tests.merge': [named('The paths', texts)],
  'runtimes.addProgram': [named('The kind of program', name), path],
  'chats.begin': [named('The options of a chat', recordOf({ model: name, confirm: run, onLoad: run }))],
  'engine.stop': [maybeReference],
};
/** Members of luci itself that are those of a group. */
const direct: Readonly<Record<string, string>> = {
  describe: 'models.describe',
  resolve: 'models.resolve',
  targets: 'installs.targets',
  plan: 'installs.plan',
  install: 'installs.install',
  importFile: 'installs.importFile',
  verify: 'installs.verify',
  repair: 'installs.repair',
  test: 'tests.run',
};

function endpointProblem(remote: Readonly<Record<string, unknown>>): string | undefined {
  const problems = [name(remote['name']) && 'must have a name', name(remote['url']) && 'must have a url'];
  return problems.find((problem) => problem !== undefined) ?? recordOf({ keyEnv: text })(remote);
}

type Method = (...given: unknown[]) => unknown;

/** The same luci, that refuses arguments nobody can mean with USAGE: thrown where a method answers at once, else as its rejection. */
export function checkedLuci(luci: Luci): Luci {
  const members = luci as unknown as Record<string, unknown>;
  const entries = Object.entries(members).map(([key, member]): [string, unknown] => {
    if (typeof member === 'function') return [key, checked(member as Method, direct[key] ?? key, key === 'agent')];
    return [key, typeof member === 'object' && member !== null && hasRules(key) ? checkedGroup(key, member) : member];
  });
  return { ...(Object.fromEntries(entries) as unknown as Luci), [Symbol.asyncDispose]: () => luci[Symbol.asyncDispose]() };
}

function hasRules(group: string): boolean {
  return Object.keys(table).some((key) => key.startsWith(`${group}.`));
}

function checkedGroup(group: string, members: object): object {
  const methods = Object.entries(members).map(([key, member]) => [
    key,
    typeof member === 'function' ? checked(member as Method, `${group}.${key}`, false) : member,
  ]);
  return Object.fromEntries(methods);
}

function checked(method: Method, key: string, answersAtOnce: boolean): Method {
  const rules = table[key];
  if (!rules) return method;
  const check = (given: readonly unknown[]): void => {
    for (const [index, { what, rule }] of rules.entries()) {
      const problem = rule(given[index]);
      if (problem !== undefined) throw wrongValue(`${what} ${problem}`);
    }
  };
  if (answersAtOnce)
    return (...given) => {
      check(given);
      return method(...given);
    };
  return async (...given) => {
    check(given);
    return method(...given);
  };
}

/** Settings as a program gives them. */
export function checkSettings(settings: unknown): void {
  const isWhole = record(settings) === undefined && typeof (settings as { home?: unknown }).home === 'string';
  if (!isWhole) throw wrongValue('Settings must come from defaultSettings({ ... }), which takes what you want to change');
}
