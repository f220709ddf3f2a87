import type { CodeTest, Language } from '../case.ts';
import type { Random } from '../random.ts';
import type { LanguageNames } from './language.ts';

/** Small functions to write, in families: what is asked, what is right, and what is nearly right. */
export interface CodeTask {
  readonly parameter: string;
  /** Goes after "Write a JavaScript function that"; in the words of the language. */
  readonly description: (words: LanguageNames) => string;
  readonly right: (input: never) => unknown;
  readonly near: (input: never) => unknown;
  /** Bodies of the function as text. */
  readonly rightSource: Readonly<Record<Language, string>>;
  readonly nearSource: Readonly<Record<Language, string>>;
  readonly input: () => unknown;
}

type Family = (random: Random) => CodeTask;

const sumOfMultiples: Family = (random) => {
  const [factor, limit] = [random.int(3, 6), random.int(21, 39)];
  return {
    parameter: 'numbers',
    description: ({ aList }) =>
      `takes ${aList} of whole numbers and returns the sum of those that are divisible by ${factor} and smaller than ${limit}`,
    right: (numbers: readonly number[]) => numbers.filter((n) => n % factor === 0 && n < limit).reduce((sum, n) => sum + n, 0),
    near: (numbers: readonly number[]) => numbers.filter((n) => n % factor === 0).reduce((sum, n) => sum + n, 0),
    rightSource: {
      javascript: `return numbers.filter((n) => n % ${factor} === 0 && n < ${limit}).reduce((sum, n) => sum + n, 0);`,
      python: `return sum(n for n in numbers if n % ${factor} == 0 and n < ${limit})`,
    },
    nearSource: {
      javascript: `return numbers.filter((n) => n % ${factor} === 0).reduce((sum, n) => sum + n, 0);`,
      python: `return sum(n for n in numbers if n % ${factor} == 0)`,
    },
    input: () => Array.from({ length: random.int(3, 9) }, () => random.int(1, 60)),
  };
};

const longWords: Family = (random) => {
  const least = random.int(4, 6);
  const words = ['ant', 'bear', 'camel', 'donkey', 'elephant', 'fox', 'goose', 'horse', 'ibis', 'jaguar', 'koala', 'lemur'];
  return {
    parameter: 'text',
    description: ({ aList }) =>
      `takes a text of words separated by single spaces and returns ${aList} of the words with at least ${least} letters, in capital letters, in alphabetical order and without duplicates`,
    right: (text: string) =>
      [
        ...new Set(
          text
            .split(' ')
            .filter((word) => word.length >= least)
            .map((word) => word.toUpperCase()),
        ),
      ].sort(),
    near: (text: string) =>
      text
        .split(' ')
        .filter((word) => word.length > least)
        .map((word) => word.toUpperCase())
        .sort(),
    rightSource: {
      javascript: `return [...new Set(text.split(' ').filter((w) => w.length >= ${least}).map((w) => w.toUpperCase()))].sort();`,
      python: `return sorted({word.upper() for word in text.split(' ') if len(word) >= ${least}})`,
    },
    nearSource: {
      javascript: `return text.split(' ').filter((w) => w.length > ${least}).map((w) => w.toUpperCase()).sort();`,
      python: `return sorted(word.upper() for word in text.split(' ') if len(word) > ${least})`,
    },
    input: () => Array.from({ length: random.int(4, 9) }, () => random.pick(words)).join(' '),
  };
};

const countRuns: Family = (random) => {
  const least = random.int(2, 3);
  return {
    parameter: 'text',
    description: () =>
      `takes a text and returns how many times the same character stands at least ${least} times in a row (each such run counts once, however long it is)`,
    right: (text: string) => runsOf(text).filter((run) => run.length >= least).length,
    near: (text: string) => runsOf(text).filter((run) => run.length > least).length,
    rightSource: {
      javascript: `return (text.match(/(.)\\1*/g) || []).filter((run) => run.length >= ${least}).length;`,
      python: `import itertools\n  return sum(1 for _, run in itertools.groupby(text) if len(list(run)) >= ${least})`,
    },
    nearSource: {
      javascript: `return (text.match(/(.)\\1*/g) || []).filter((run) => run.length > ${least}).length;`,
      python: `import itertools\n  return sum(1 for _, run in itertools.groupby(text) if len(list(run)) > ${least})`,
    },
    input: () => Array.from({ length: random.int(4, 8) }, () => random.pick([...'abc']).repeat(random.int(1, 4))).join(''),
  };
};

const bounded: Family = (random) => {
  const [low, high, step] = [random.int(3, 9), random.int(40, 60), random.int(2, 4)];
  const bound = (value: number): number => Math.min(high, Math.max(low, value));
  return {
    parameter: 'numbers',
    description: ({ aList, list }) =>
      `takes ${aList} of whole numbers and returns a new ${list} of the same length in which each number is raised to ${low} if it is smaller, lowered to ${high} if it is larger, and then multiplied by ${step}`,
    right: (numbers: readonly number[]) => numbers.map((n) => bound(n) * step),
    near: (numbers: readonly number[]) => numbers.map((n) => bound(n * step)),
    rightSource: {
      javascript: `return numbers.map((n) => Math.min(${high}, Math.max(${low}, n)) * ${step});`,
      python: `return [min(${high}, max(${low}, n)) * ${step} for n in numbers]`,
    },
    nearSource: {
      javascript: `return numbers.map((n) => Math.min(${high}, Math.max(${low}, n * ${step})));`,
      python: `return [min(${high}, max(${low}, n * ${step})) for n in numbers]`,
    },
    input: () => Array.from({ length: random.int(2, 7) }, () => random.int(0, 90)),
  };
};

const families: readonly Family[] = [sumOfMultiples, longWords, countRuns, bounded];

function runsOf(text: string): readonly string[] {
  return text.match(/(.)\1*/g) ?? [];
}

/** A whole function around a body. */
export function writeFunction(language: Language, functionName: string, parameter: string, body: string): string {
  return language === 'python' ? `def ${functionName}(${parameter}):\n  ${body}` : `function ${functionName}(${parameter}) {\n  ${body}\n}`;
}

/** A task and hidden tests for it that tell the right function from the nearly right one. */
export function drawCodeTask(random: Random): { readonly task: CodeTask; readonly tests: readonly CodeTest[] } {
  const task = random.pick(families)(random);
  for (;;) {
    const inputs = Array.from({ length: 12 }, () => task.input() as never);
    const tests = inputs.map((input) => ({ args: [input], want: task.right(input) }));
    const differing = inputs.filter((input) => JSON.stringify(task.near(input)) !== JSON.stringify(task.right(input))).length;
    const results = new Set(tests.map(({ want }) => JSON.stringify(want))).size;
    if (differing >= 2 && results >= 4) return { task, tests };
  }
}
