import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import * as v from 'valibot';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { ladderName } from '../../base/suite-name.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { waysOfAsking } from '../asking.ts';
import { gradesPython, type Instance, type ScriptedTurn } from '../case.ts';
import { graderVersion } from '../grade/grade.ts';
import { seededRandom } from '../random.ts';
import type { Suite } from '../suite.ts';
import { type Choice, filled, usedParameters } from './fill.ts';
import { type FileCase, type FilledCase, instanceSchema, type SuiteFile, suiteFileSchema } from './schema.ts';

/** Users' own suites: files of data. Nothing in them runs on this machine but what graders give to the sandboxes. */

/** A suite that was read from a file. */
export interface OwnSuite extends Suite {
  readonly cases: readonly OwnCase[];
}

/** A case of it. */
export interface OwnCase {
  readonly id: string;
  /** Different instances there are. */
  readonly variants: number;
  /** Grading it takes Python. */
  readonly needsPython: boolean;
  /** The instance of a seed and variant: different for as many variants as there are. */
  instance(seed: string, variant: number): OwnInstance;
  /** Instances that together hold every value of every list. */
  everyValue(): readonly OwnInstance[];
}

/** An instance with everything that must not pass, and the values that make it. */
export interface OwnInstance extends Instance {
  readonly choice: Choice;
  readonly wrong: readonly (readonly ScriptedTurn[])[];
}

const maxBytes = 4 * 1024 ** 2;
const maxVariants = 1_000_000;
const maxDepth = 40;

/** Reads a suite file. Throws USAGE that names what is wrong, and where. */
export function readSuite(path: string): OwnSuite {
  const name = basename(path);
  let text: string;
  try {
    if (statSync(path).size > maxBytes) throw new LuciError('USAGE', `${name} is larger than 4 MB.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isNotFound(error)) throw new LuciError('USAGE', `There is no suite file ${path}.`, { cause: error });
    throw diskError(error, path, 'read a suite');
  }
  return parseSuite(text, name);
}

/** A suite from the text of its file. */
export function parseSuite(text: string, name: string): OwnSuite {
  const wrong = (why: string): LuciError => new LuciError('USAGE', `${name}: ${why}`, { hint: 'The form: docs/testing.md' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON');
  }
  if (depthOf(value) > maxDepth) throw wrong('it is nested too deeply');
  const checked = v.safeParse(suiteFileSchema, value);
  if (!checked.success) throw wrong(describe(checked.issues[0]));
  const file = checked.output;
  if (file.suite.toLowerCase() === ladderName) throw wrong(`"suite": ${ladderName} is the name of the built-in one`);
  const ids = file.cases.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw wrong(`the case "${twice}" is there twice`);
  const cases = file.cases.map((fileCase, index) => {
    try {
      return ownCase(file, fileCase);
    } catch (error) {
      throw isLuciError(error) ? wrong(`cases.${index} (${fileCase.id}): ${error.message}`) : error;
    }
  });
  return suiteOf(file, cases);
}

function suiteOf(file: SuiteFile, cases: readonly OwnCase[]): OwnSuite {
  const tier = file.tier ?? 0;
  const facts = file.cases.map(({ id, title = id, ability = 'other', maxTokens, chanceLevel = 0 }, index) => {
    const { variants = 1, needsPython = false } = cases[index] ?? {};
    return { id, title, ability, maxTokens, chanceLevel, variants, needsPython: needsPython || undefined };
  });
  const byId = new Map(cases.map((own) => [own.id, own]));
  return {
    name: file.suite,
    version: file.version,
    hash: createHash('sha256')
      .update(JSON.stringify([graderVersion, waysOfAsking(), sorted(file)]))
      .digest('hex')
      .slice(0, 6),
    isLadder: false,
    tiers: [tier],
    cases,
    casesOf: (asked) => (asked === tier ? facts : []),
    instanceOf(id, seed, variant) {
      const own = byId.get(id);
      if (!own) throw new LuciError('NOT_FOUND', `${file.suite} has no case ${id}.`);
      return own.instance(seed, variant);
    },
  };
}

function ownCase({ suite, version }: SuiteFile, fileCase: FileCase): OwnCase {
  const { id, parameters = {}, system, turns, world } = fileCase;
  const content = { turns, system, world };
  const lists = Object.entries(parameters);
  const variants = lists.reduce((product, [, list]) => product * list.length, 1);
  if (variants > maxVariants) throw new LuciError('USAGE', `its parameters make more than ${maxVariants} instances`);
  const used = usedParameters(content);
  const unused = lists.find(([name]) => lists.length > 0 && !used.has(name));
  if (unused) throw new LuciError('USAGE', `the parameter "${unused[0]}" is not used`);
  const at = (place: number): OwnInstance => {
    let rest = place;
    const choice: Record<string, Choice[string]> = {};
    for (const [name, list] of lists) {
      choice[name] = list[rest % list.length] as Choice[string];
      rest = Math.floor(rest / list.length);
    }
    return instanceOf(content, choice, lists.length > 0);
  };
  const everyValue = (): OwnInstance[] => {
    const longest = Math.max(1, ...lists.map(([, list]) => list.length));
    return Array.from({ length: longest }, (_, index) =>
      instanceOf(content, Object.fromEntries(lists.map(([name, list]) => [name, list[index % list.length]])) as Choice, lists.length > 0),
    );
  };
  // A file that can be loaded has no value that breaks the form.
  everyValue();
  return {
    id,
    variants,
    needsPython: turns.some(({ verify }) => gradesPython(verify)),
    everyValue,
    instance(seed, variant) {
      const random = seededRandom(`${suite}/${version}/${id}/${seed}`);
      const start = random.int(0, variants - 1);
      let step = random.int(1, Math.max(1, variants - 1));
      while (commonDivisor(step, variants) !== 1) step = (step % variants) + 1;
      return at((start + variant * step) % variants);
    },
  };
}

function instanceOf(content: unknown, choice: Choice, isTemplate: boolean): OwnInstance {
  const result = v.safeParse(instanceSchema, isTemplate ? filled(content, choice) : content);
  if (!result.success) throw new LuciError('USAGE', `${describe(result.issues[0])}${choiceText(choice)}`);
  const { system, turns, world } = result.output;
  const graded = turns.filter(({ verify }) => verify);
  if (!turns.at(-1)?.verify) throw new LuciError('USAGE', 'its last turn has no "verify"');
  if (graded.some(({ oracle, wrong }) => !oracle || !wrong))
    throw new LuciError('USAGE', 'a turn that is graded needs "oracle", a right answer, and "wrong", answers that are nearly right');
  const paths = Object.keys(world?.files ?? {}).map((path) => path.toLowerCase());
  if (new Set(paths).size < paths.length)
    throw new LuciError('USAGE', 'two of its files differ in case only, which some systems cannot hold');
  const oracle = turns.map((turn) => turn.oracle ?? { text: '' });
  const wrong = turns.flatMap((turn, index) => (turn.wrong ?? []).map((said) => oracle.with(index, said)));
  return {
    choice,
    oracle,
    wrong,
    nearMiss: wrong[0] ?? [],
    turns: turns.map(({ user, verify }): FilledTurn => ({ user, verify })),
    system,
    world,
  };
}

type FilledTurn = Pick<FilledCase['turns'][number], 'user' | 'verify'>;

/** ` (with a = 1)`. */
export function choiceText(choice: Choice): string {
  const parts = Object.entries(choice).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return parts.length === 0 ? '' : ` (with ${parts.join(', ').slice(0, 200)})`;
}

/** What is wrong, and at which field. */
function describe(issue: v.BaseIssue<unknown>): string {
  const nested = issue.issues?.find(({ path }) => path) ?? issue;
  const field = [v.getDotPath(issue), nested === issue ? null : v.getDotPath(nested)].filter(Boolean).join('.');
  const place = field === '' ? '' : `${field}: `;
  const { type, expected, received } = nested;
  if (type === 'strict_object' && expected === 'never') return `${place}there is no such field`;
  if (type === 'variant') return `${place}${received} is not known; known are ${known(expected)}`;
  if (type === 'strict_object' && received === 'undefined') return `${place}it is missing`;
  return `${place}expected ${expected ?? 'another value'}, found ${received.slice(0, 100)}`;
}

function known(expected: string | null): string {
  return (expected ?? '').replace(/[()"]/g, '').replaceAll(' | ', ', ');
}

/** The value with keys in order, so that only its content counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function depthOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= maxDepth + 1) {
    depth += 1;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return depth;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
