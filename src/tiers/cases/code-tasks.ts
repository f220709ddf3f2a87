import type { CodeTest, Language, Mutant } from '../case.ts';
import type { Random } from '../random.ts';
import type { LanguageNames } from './language.ts';
import { killAll, mutantsOf } from './mutants.ts';

/** Small functions to write, in families: what is asked, what is right, and what is nearly right. */
export interface CodeTask {
  readonly parameter: string;
  /** Goes after "Write a JavaScript function that"; in the words of the language. */
  readonly description: (words: LanguageNames) => string;
  readonly right: (input: never) => unknown;
  readonly mutants: readonly Mutant[];
  /** Inputs of kinds that are easily forgotten. */
  readonly fixed: readonly unknown[];
  /** A new list is asked for: what was given stays. */
  readonly keepsInput?: true;
  /** Bodies of the function as text. */
  readonly rightSource: Readonly<Record<Language, string>>;
  readonly nearSource: Readonly<Record<Language, string>>;
  readonly input: () => unknown;
}

type Family = (random: Random) => CodeTask;

const sumOfMultiples: Family = (random) => {
  const factor = random.int(3, 6);
  // A multiple: else no number tells whether the limit itself counts.
  const limit = factor * random.int(6, 9);
  return {
    parameter: 'numbers',
    description: ({ aList }) =>
      `takes ${aList} of whole numbers and returns the sum of those that are divisible by ${factor} and smaller than ${limit}`,
    right: (numbers: readonly number[]) => numbers.filter((n) => n % factor === 0 && n < limit).reduce((sum, n) => sum + n, 0),
    mutants: mutantsOf({
      'the limit itself counts': (numbers: number[]) => sum(numbers.filter((n) => n % factor === 0 && n <= limit)),
      'no limit': (numbers: number[]) => sum(numbers.filter((n) => n % factor === 0)),
      'every number counts': (numbers: number[]) => sum(numbers.filter((n) => n < limit)),
      'negatives are dropped': (numbers: number[]) => sum(numbers.filter((n) => n > 0 && n % factor === 0 && n < limit)),
      'negatives count as positive': (numbers: number[]) => sum(numbers.filter((n) => n % factor === 0 && n < limit).map(Math.abs)),
      'the limit is on the size': (numbers: number[]) => sum(numbers.filter((n) => n % factor === 0 && Math.abs(n) < limit)),
      'duplicates are dropped': (numbers: number[]) => sum([...new Set(numbers)].filter((n) => n % factor === 0 && n < limit)),
      'null for an empty list': (numbers: number[]) =>
        numbers.length === 0 ? null : sum(numbers.filter((n) => n % factor === 0 && n < limit)),
      'larger in place of smaller': (numbers: number[]) => sum(numbers.filter((n) => n % factor === 0 && n > limit)),
      'counted, not added': (numbers: number[]) => numbers.filter((n) => n % factor === 0 && n < limit).length,
      'the last one is forgotten': (numbers: number[]) => sum(numbers.slice(0, -1).filter((n) => n % factor === 0 && n < limit)),
      'the first one is forgotten': (numbers: number[]) => sum(numbers.slice(1).filter((n) => n % factor === 0 && n < limit)),
      'stops at the first that is too large': (numbers: number[]) => {
        const end = numbers.findIndex((n) => n >= limit);
        return sum(numbers.slice(0, end < 0 ? undefined : end).filter((n) => n % factor === 0));
      },
      'not divisible in place of divisible': (numbers: number[]) => sum(numbers.filter((n) => n % factor !== 0 && n < limit)),
    }),
    fixed: [[], [limit], [limit, factor], [-factor, -2 * factor, factor], [factor, factor, 2 * factor], [limit + factor, factor]],
    rightSource: {
      javascript: `return numbers.filter((n) => n % ${factor} === 0 && n < ${limit}).reduce((sum, n) => sum + n, 0);`,
      python: `return sum(n for n in numbers if n % ${factor} == 0 and n < ${limit})`,
    },
    nearSource: {
      javascript: `return numbers.filter((n) => n % ${factor} === 0).reduce((sum, n) => sum + n, 0);`,
      python: `return sum(n for n in numbers if n % ${factor} == 0)`,
    },
    input: () => Array.from({ length: random.int(3, 9) }, () => random.int(-60, 60)),
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
    mutants: mutantsOf({
      'longer than the least': (text: string) => sortedSet(upper(text.split(' ').filter((word) => word.length > least))),
      'one letter less is enough': (text: string) => sortedSet(upper(text.split(' ').filter((word) => word.length >= least - 1))),
      'every word': (text: string) => sortedSet(upper(text.split(' '))),
      'duplicates stay': (text: string) => upper(text.split(' ').filter((word) => word.length >= least)).sort(),
      'unique before capitals': (text: string) => upper([...new Set(text.split(' ').filter((word) => word.length >= least))]).sort(),
      'sorted before capitals': (text: string) => [
        ...new Set(
          upper(
            text
              .split(' ')
              .filter((word) => word.length >= least)
              .sort(),
          ),
        ),
      ],
      'not sorted': (text: string) => [...new Set(upper(text.split(' ').filter((word) => word.length >= least)))],
      'sorted backwards': (text: string) => sortedSet(upper(text.split(' ').filter((word) => word.length >= least))).reverse(),
      'sorted by length': (text: string) =>
        sortedSet(upper(text.split(' ').filter((word) => word.length >= least))).sort((a, b) => a.length - b.length),
      'small letters': (text: string) =>
        sortedSet(
          text
            .split(' ')
            .filter((word) => word.length >= least)
            .map((word) => word.toLowerCase()),
        ),
      'letters as they are': (text: string) => sortedSet(text.split(' ').filter((word) => word.length >= least)),
      'only the first letter is a capital': (text: string) =>
        sortedSet(
          text
            .split(' ')
            .filter((word) => word.length >= least)
            .map((word) => (word[0] ?? '').toUpperCase() + word.slice(1).toLowerCase()),
        ),
      'the last word is forgotten': (text: string) =>
        sortedSet(
          upper(
            text
              .split(' ')
              .slice(0, -1)
              .filter((word) => word.length >= least),
          ),
        ),
      'a text in place of a list': (text: string) => sortedSet(upper(text.split(' ').filter((word) => word.length >= least))).join(' '),
      'null where there is none': (text: string) => {
        const found = sortedSet(upper(text.split(' ').filter((word) => word.length >= least)));
        return found.length === 0 ? null : found;
      },
    }),
    fixed: ['', 'a', 'Koala koala KOALA lemur', 'Donkey camel Bear ant elephant'],
    rightSource: {
      javascript: `return [...new Set(text.split(' ').filter((w) => w.length >= ${least}).map((w) => w.toUpperCase()))].sort();`,
      python: `return sorted({word.upper() for word in text.split(' ') if len(word) >= ${least}})`,
    },
    nearSource: {
      javascript: `return text.split(' ').filter((w) => w.length > ${least}).map((w) => w.toUpperCase()).sort();`,
      python: `return sorted(word.upper() for word in text.split(' ') if len(word) > ${least})`,
    },
    input: () => Array.from({ length: random.int(4, 9) }, () => cased(random, random.pick(words))).join(' '),
  };
};

const countRuns: Family = (random) => {
  const least = random.int(2, 3);
  return {
    parameter: 'text',
    description: () =>
      `takes a text and returns how many times the same character stands at least ${least} times in a row (each such run counts once, however long it is)`,
    right: (text: string) => runsOf(text).filter((run) => run.length >= least).length,
    mutants: mutantsOf({
      'longer than the least': (text: string) => runsOf(text).filter((run) => run.length > least).length,
      'exactly the least': (text: string) => runsOf(text).filter((run) => run.length === least).length,
      'one less is enough': (text: string) => runsOf(text).filter((run) => run.length >= least - 1).length,
      'long runs count several times': (text: string) => runsOf(text).reduce((sum, run) => sum + Math.max(0, run.length - least + 1), 0),
      'parts of a long run count': (text: string) => runsOf(text).reduce((sum, run) => sum + Math.floor(run.length / least), 0),
      'null where there is no run': (text: string) => runsOf(text).filter((run) => run.length >= least).length || null,
      'fails where there is no run': (text: string) => {
        const count = runsOf(text).filter((run) => run.length >= least).length;
        if (count === 0) throw new Error('null');
        return count;
      },
      'the last run is forgotten': (text: string) =>
        runsOf(text)
          .slice(0, -1)
          .filter((run) => run.length >= least).length,
      'the first run is forgotten': (text: string) =>
        runsOf(text)
          .slice(1)
          .filter((run) => run.length >= least).length,
      'different characters are counted': (text: string) =>
        new Set(
          runsOf(text)
            .filter((run) => run.length >= least)
            .map((run) => run[0]),
        ).size,
      'characters are counted, not runs': (text: string) =>
        runsOf(text)
          .filter((run) => run.length >= least)
          .join('').length,
      'the longest run': (text: string) => Math.max(0, ...runsOf(text).map((run) => run.length)),
      'small and capital letters are the same': (text: string) => runsOf(text.toLowerCase()).filter((run) => run.length >= least).length,
      'spaces are left out': (text: string) => runsOf(text.replaceAll(' ', '')).filter((run) => run.length >= least).length,
      'only letters count': (text: string) => runsOf(text).filter((run) => run.length >= least && /[a-z]/i.test(run)).length,
    }),
    fixed: ['', 'a', 'abcabc', 'aaaa', 'aabb', 'aaAA', '  aa', 'aa a'],
    rightSource: {
      javascript: `return (text.match(/(.)\\1*/g) || []).filter((run) => run.length >= ${least}).length;`,
      python: `import itertools\n  return sum(1 for _, run in itertools.groupby(text) if len(list(run)) >= ${least})`,
    },
    nearSource: {
      javascript: `return (text.match(/(.)\\1*/g) || []).filter((run) => run.length > ${least}).length;`,
      python: `import itertools\n  return sum(1 for _, run in itertools.groupby(text) if len(list(run)) > ${least})`,
    },
    input: () => Array.from({ length: random.int(4, 8) }, () => random.pick([...'abcA ']).repeat(random.int(1, 4))).join(''),
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
    mutants: mutantsOf({
      'multiplied before': (numbers: number[]) => numbers.map((n) => bound(n * step)),
      'not raised': (numbers: number[]) => numbers.map((n) => Math.min(high, n) * step),
      'not lowered': (numbers: number[]) => numbers.map((n) => Math.max(low, n) * step),
      'not multiplied': (numbers: number[]) => numbers.map(bound),
      'only what was inside is multiplied': (numbers: number[]) => numbers.map((n) => (n < low ? low : n > high ? high : n * step)),
      'what is outside is dropped': (numbers: number[]) => numbers.filter((n) => n >= low && n <= high).map((n) => n * step),
      'bounds are swapped': (numbers: number[]) => numbers.map((n) => (n < low ? high : n > high ? low : n) * step),
      'bounds are shut out': (numbers: number[]) => numbers.map((n) => (n <= low ? low + 1 : n >= high ? high - 1 : n) * step),
      'negatives count as positive': (numbers: number[]) => numbers.map((n) => bound(Math.abs(n)) * step),
      'in place, no new list': (numbers: number[]) => {
        for (const [index, n] of numbers.entries()) numbers[index] = bound(n) * step;
        return numbers;
      },
      'sorts what it was given': (numbers: number[]) => {
        const result = numbers.map((n) => bound(n) * step);
        numbers.sort((a, b) => a - b);
        return result;
      },
      sorted: (numbers: number[]) => numbers.map((n) => bound(n) * step).sort((a, b) => a - b),
      'duplicates are dropped': (numbers: number[]) => [...new Set(numbers.map((n) => bound(n) * step))],
      'null for an empty list': (numbers: number[]) => (numbers.length === 0 ? null : numbers.map((n) => bound(n) * step)),
      'the last one is forgotten': (numbers: number[]) => numbers.slice(0, -1).map((n) => bound(n) * step),
      'added up': (numbers: number[]) => sum(numbers.map((n) => bound(n) * step)),
    }),
    fixed: [[], [low, high], [low - 1, high + 1], [high, low, low], [-high, -1, 0]],
    keepsInput: true,
    rightSource: {
      javascript: `return numbers.map((n) => Math.min(${high}, Math.max(${low}, n)) * ${step});`,
      python: `return [min(${high}, max(${low}, n)) * ${step} for n in numbers]`,
    },
    nearSource: {
      javascript: `return numbers.map((n) => Math.min(${high}, Math.max(${low}, n * ${step})));`,
      python: `return [min(${high}, max(${low}, n * ${step})) for n in numbers]`,
    },
    input: () => Array.from({ length: random.int(2, 7) }, () => random.int(-20, 90)),
  };
};

const families: readonly Family[] = [sumOfMultiples, longWords, countRuns, bounded];

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function upper(words: readonly string[]): string[] {
  return words.map((word) => word.toUpperCase());
}

function sortedSet(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

/** In small letters mostly, else with a capital, else in capitals: the same word in two forms is one. */
function cased(random: Random, word: string): string {
  const how = random.int(0, 5);
  if (how > 1) return word;
  return how === 0 ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

function runsOf(text: string): readonly string[] {
  return text.match(/(.)\1*/g) ?? [];
}

/** A whole function around a body. */
export function writeFunction(language: Language, functionName: string, parameter: string, body: string): string {
  return language === 'python' ? `def ${functionName}(${parameter}):\n  ${body}` : `function ${functionName}(${parameter}) {\n  ${body}\n}`;
}

/** A task and hidden tests for it that tell the right function from every mutant of it. */
export function drawCodeTask(random: Random): { readonly task: CodeTask; readonly tests: readonly CodeTest[] } {
  for (;;) {
    const task = random.pick(families)(random);
    const test = (input: unknown): CodeTest => ({ args: [input], want: task.right(input as never) });
    const draw = (): CodeTest => test(task.input());
    const tests = killAll([...task.fixed.map(test), ...Array.from({ length: 10 }, draw)], task.mutants, {
      draw,
      keepsInput: task.keepsInput,
    });
    if (tests) return { task, tests };
  }
}
