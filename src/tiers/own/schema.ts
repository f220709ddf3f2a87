import * as v from 'valibot';
import { allTiers } from '../../base/model.ts';
import type { BuiltInKind, Constraint, Verifier } from '../case.ts';

/**
 * The form of users' own suites. One source: suites/suite.schema.json is made of it (`npm run suite-schema`), and files are checked
 * with it twice, as they are written and again with their parameters filled in.
 */

/** What stands where a number will be filled in. */
const placeholderPattern = /^\{[A-Za-z]\w*(\.[A-Za-z]\w*)?\}$/;

/** A path inside the folder of a case: no way out of it, and a name on every system. */
const pathPattern =
  /^(?!.*(?:^|\/)(?:\.{1,2}|[^/]*[. ]|(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM]\d|[lL][pP][tT]\d)(?:\.[^/]*)?)(?:\/|$))[ !#-)+-.0-9;=@-[\]-{}~\u00a0-\uffff]+(?:\/[ !#-)+-.0-9;=@-[\]-{}~\u00a0-\uffff]+)*$/;

const identifierPattern = /^[A-Za-z_$][\w$]*$/;
const name = (what: string) => v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/), v.description(what));
const described = <T extends v.GenericSchema>(schema: T, what: string) => v.pipe(schema, v.description(what));

/** The parts of a case. In a template a number may still be a placeholder. */
function partsOf(isTemplate: boolean) {
  const placeholder = v.pipe(v.string(), v.regex(placeholderPattern), v.description('A parameter, as in {amount}.'));
  // What is filled in becomes a number and is checked again as one.
  const number = (isTemplate ? v.union([v.number(), placeholder]) : v.number()) as v.GenericSchema<number>;
  const count = (isTemplate ? v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), placeholder]) : wholeNumber) as typeof number;
  const text = v.string();
  const texts = v.pipe(v.array(text), v.minLength(1));
  const path = v.pipe(
    text,
    v.regex(isTemplate ? /^[ -[\]-~\u00a0-\uffff]+$/ : pathPattern),
    v.description('A path inside the folder of the case.'),
  );
  const identifier = v.pipe(text, v.regex(isTemplate ? /^[\w${}.]+$/ : identifierPattern));
  const files = v.record(path, text);

  const constraint = v.variant('rule', [
    v.strictObject({ rule: v.literal('sentences'), count }),
    v.strictObject({ rule: v.picklist(['hasWord', 'noWord', 'startsWith']), word: v.pipe(text, v.minLength(1)) }),
    v.strictObject({ rule: v.picklist(['noComma', 'english']) }),
    v.strictObject({ rule: v.literal('words'), least: count, most: count }),
    v.strictObject({ rule: v.literal('varied'), least: count }),
    v.strictObject({ rule: v.literal('notCopied'), from: text }),
  ]) as v.GenericSchema<Constraint>;

  /** By kind, so that a kind that is missing here does not compile. */
  const byKind = {
    exactText: v.strictObject({ kind: v.literal('exactText'), value: v.pipe(text, v.minLength(1)) }),
    number: v.strictObject({ kind: v.literal('number'), value: number, tolerance: v.optional(number) }),
    oneOf: v.strictObject({
      kind: v.literal('oneOf'),
      options: v.pipe(v.array(text), v.minLength(2)),
      want: texts,
      inOrder: v.optional(v.boolean(), false),
    }),
    yesNo: v.strictObject({
      kind: v.literal('yesNo'),
      want: v.pipe(v.array(yesOrNo(isTemplate)), v.minLength(1)),
      claims: described(v.optional(texts), 'What each question asks, as in "a fruit"; "No, it is a fruit." is no answer then.'),
    }),
    json: v.strictObject({ kind: v.literal('json'), want: v.unknown(), anyOrder: v.optional(v.boolean()) }),
    lines: v.strictObject({ kind: v.literal('lines'), want: texts }),
    constraints: v.strictObject({ kind: v.literal('constraints'), list: v.pipe(v.array(constraint), v.minLength(1)) }),
    slots: v.strictObject({
      kind: v.literal('slots'),
      language: v.picklist(['es', 'fr', 'de']),
      need: v.pipe(v.array(texts), v.minLength(1)),
      forbid: v.array(text),
      mostWords: count,
    }),
    knapsack: v.strictObject({
      kind: v.literal('knapsack'),
      items: v.pipe(v.array(v.strictObject({ name: text, cost: number, value: number })), v.minLength(1)),
      budget: number,
      best: number,
    }),
    mentions: v.strictObject({ kind: v.literal('mentions'), all: texts }),
    regex: v.strictObject({ kind: v.literal('regex'), matches: texts, rejects: texts }),
    code: v.strictObject({
      kind: v.literal('code'),
      functionName: identifier,
      tests: v.pipe(v.array(v.strictObject({ args: v.array(v.unknown()), want: v.unknown() })), v.minLength(1)),
      file: v.optional(path),
      language: described(v.optional(v.picklist(['javascript', 'python'])), 'What the function is written in (default javascript).'),
    }),
    sql: v.strictObject({ kind: v.literal('sql'), databases: texts, reference: v.pipe(text, v.minLength(1)) }),
    state: v.strictObject({
      kind: v.literal('state'),
      files,
      called: v.optional(v.array(text)),
      mostCalls: v.optional(count),
      asJson: v.optional(v.boolean()),
      answer: v.optional(v.lazy((): v.GenericSchema<Verifier> => verifier)),
    }),
    untouched: v.strictObject({ kind: v.literal('untouched'), files, only: v.array(path) }),
    project: v.strictObject({ kind: v.literal('project'), entry: text, expression: text, want: text, gone: v.array(identifier) }),
    all: v.strictObject({
      kind: v.literal('all'),
      parts: v.pipe(v.array(v.lazy((): v.GenericSchema<Verifier> => verifier)), v.minLength(1)),
    }),
  } as const satisfies Record<Exclude<Verifier['kind'], BuiltInKind>, unknown>;
  const kinds = Object.values(byKind) as unknown as [typeof byKind.exactText, ...(typeof byKind.exactText)[]];
  const verifier = v.variant('kind', kinds) as unknown as v.GenericSchema<Verifier>;

  const turn = v.strictObject({
    text,
    calls: v.optional(v.array(v.strictObject({ name: text, args: v.record(text, v.unknown()) }))),
  });
  const instance = {
    system: v.optional(text),
    turns: v.pipe(
      v.array(
        v.strictObject({
          user: v.pipe(text, v.minLength(1)),
          verify: v.optional(v.lazy(() => verifier)),
          oracle: described(v.optional(turn), 'A right answer. Every turn that is graded has one.'),
          wrong: described(v.optional(v.pipe(v.array(turn), v.minLength(1))), 'Answers that are nearly right and must not pass.'),
        }),
      ),
      v.minLength(1),
      v.maxLength(20),
    ),
    world: v.optional(v.strictObject({ files, facts: v.optional(v.record(text, text)), canRunTests: v.optional(v.boolean()) })),
  };
  return { verifier, instance };
}

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));
const yesOrNo = (isTemplate: boolean) =>
  (isTemplate
    ? v.union([v.picklist(['yes', 'no']), v.pipe(v.string(), v.regex(placeholderPattern))])
    : v.picklist(['yes', 'no'])) as v.GenericSchema<'yes' | 'no'>;

const template = partsOf(true);

/** What is asked and how it is graded, with every parameter filled in. */
export const instanceSchema = v.strictObject(partsOf(false).instance);

/** A value that is filled in. */
const scalar = v.union([v.string(), v.number(), v.boolean()]);
const parameterName = v.pipe(v.string(), v.regex(/^[A-Za-z]\w*$/));

/** A suite file. */
export const suiteFileSchema = v.strictObject({
  $schema: v.optional(v.string()),
  suite: name('What results are shown under.'),
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/), v.description('As in 1.0.0; goes up with every change.')),
  description: v.optional(v.string()),
  tier: described(v.optional(v.picklist(allTiers)), 'How demanding it is: sets what a thinking model may think (default 0).'),
  cases: v.pipe(
    v.array(
      v.strictObject({
        id: name('Unique in the suite.'),
        title: v.optional(v.string()),
        ability: described(v.optional(v.string()), 'What it measures (default other).'),
        maxTokens: described(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8192)), 'Tokens of an answer.'),
        chanceLevel: described(v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))), 'How often a guesser passes.'),
        parameters: described(
          v.optional(v.record(parameterName, v.pipe(v.array(v.union([scalar, v.record(parameterName, scalar)])), v.minLength(1)))),
          'Lists to draw from. {name} stands for a drawn value, {name.field} for a part of it, {{name}} for the text {name}.',
        ),
        ...template.instance,
      }),
    ),
    v.minLength(1),
    v.maxLength(1000),
  ),
});

/** A checked suite file. */
export type SuiteFile = v.InferOutput<typeof suiteFileSchema>;

/** A case of it. */
export type FileCase = SuiteFile['cases'][number];

/** A case with its parameters filled in. */
export type FilledCase = v.InferOutput<typeof instanceSchema>;

/** What refers to itself, by the names it has in the published schema. */
export const namedParts = { verifier: template.verifier };
