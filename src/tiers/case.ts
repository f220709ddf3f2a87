import type { Random } from './random.ts';

/** What a case is: a seeded generator and a verifier that is data. */

/** What code is asked for in. */
export type Language = 'javascript' | 'python';

/** What people speak, as codes of ISO 639-1: what cases are asked in besides English. */
export type SpokenLanguage = 'de' | 'fr' | 'es' | 'it' | 'pt' | 'ru' | 'ja' | 'zh' | 'ar' | 'hi';

/** How an answer is graded. `kind` says by what; see the graders. */
export type Verifier =
  | { readonly kind: 'exactText'; readonly value: string }
  | {
      readonly kind: 'number';
      readonly value: number;
      /** For fractions; a whole number is compared exactly unless more than one is allowed. */
      readonly tolerance?: number;
      /** What is counted: beginnings of the word, and of words that are something else of the kind. */
      readonly unit?: { readonly is: readonly string[]; readonly isNot: readonly string[] };
    }
  /** Of the options exactly the wanted ones are named. */
  | {
      readonly kind: 'oneOf';
      readonly options: readonly string[];
      readonly want: readonly string[];
      /** Several are told in the order of the question; default: where the options are codes (hold a digit). */
      readonly inOrder?: boolean;
      /** Whose each wanted one is: named beside it, the order does not matter. */
      readonly owners?: readonly string[];
      /** Words that may stand after a number as its unit; words of other units fail. Default: any. */
      readonly units?: readonly string[];
    }
  /** Every one of these is mentioned, in whatever words. */
  | { readonly kind: 'mentions'; readonly all: readonly string[] }
  | {
      readonly kind: 'yesNo';
      readonly want: readonly ('yes' | 'no')[];
      /** What each question asks of its thing, as in `a fruit`: a sentence that says otherwise than its own yes or no is no answer. */
      readonly claims?: readonly string[];
    }
  | { readonly kind: 'json'; readonly want: unknown; readonly anyOrder?: boolean }
  | { readonly kind: 'lines'; readonly want: readonly string[] }
  | { readonly kind: 'constraints'; readonly list: readonly Constraint[] }
  | {
      readonly kind: 'slots';
      readonly language: 'es' | 'fr' | 'de';
      readonly need: readonly (readonly string[])[];
      readonly forbid: readonly string[];
      readonly mostWords: number;
      /** Default: twice the slots and three. */
      readonly minWords?: number;
      /** Of `need` those that come in this order. */
      readonly ordered?: readonly (readonly string[])[];
    }
  | {
      readonly kind: 'knapsack';
      readonly items: readonly { readonly name: string; readonly cost: number; readonly value: number }[];
      readonly budget: number;
      readonly best: number;
    }
  | { readonly kind: 'regex'; readonly matches: readonly string[]; readonly rejects: readonly string[] }
  | {
      readonly kind: 'code';
      readonly functionName: string;
      readonly tests: readonly CodeTest[];
      readonly file?: string;
      /** What it is given must be as it was afterwards: where a new list is asked for. */
      readonly keepsInput?: boolean;
      /** Default: JavaScript. */
      readonly language?: Language;
    }
  | { readonly kind: 'sql'; readonly databases: readonly string[]; readonly reference: string }
  | {
      readonly kind: 'state';
      /** The files there must be, and no others. */
      readonly files: Files;
      /** Tools that must have been used. */
      readonly called?: readonly string[];
      /** Tools that must not, however it ended. */
      readonly notCalled?: readonly string[];
      /** The folder or file a tool must have been used on. */
      readonly calledOn?: { readonly name: string; readonly path: string };
      readonly mostCalls?: number;
      /** JSON files are compared as values. */
      readonly asJson?: boolean;
      /** And their keys stand in the order of the wanted file. */
      readonly keysInOrder?: boolean;
      readonly answer?: Verifier;
    }
  | { readonly kind: 'untouched'; readonly files: Files; readonly only: readonly string[] }
  | {
      readonly kind: 'project';
      readonly entry: string;
      readonly expression: string;
      readonly want: string;
      readonly gone: readonly string[];
    }
  | { readonly kind: 'all'; readonly parts: readonly Verifier[] }
  /** The text holds one pattern and not another (of `u`, letters of any case); `otherwise` is the reason of a failure. */
  | {
      readonly kind: 'written';
      readonly must?: string;
      readonly mustNot?: string;
      readonly otherwise: string;
      /** Default false. */
      readonly isCaseSensitive?: boolean;
    }
  /** The answer is in this language; it is written in English forms before it is graded. */
  | { readonly kind: 'inLanguage'; readonly language: SpokenLanguage; readonly answer: Verifier };

/** Kinds that only luci's own suites use: files of users do not have them. */
export type BuiltInKind = 'inLanguage' | 'written';

/** A rule of a written text. */
export type Constraint =
  | { readonly rule: 'sentences'; readonly count: number }
  | { readonly rule: 'hasWord' | 'noWord' | 'startsWith'; readonly word: string }
  | { readonly rule: 'noComma' | 'english' }
  | { readonly rule: 'words'; readonly least: number; readonly most: number }
  | { readonly rule: 'varied'; readonly least: number }
  | { readonly rule: 'notCopied'; readonly from: string };

/** Content of files by path. */
export type Files = Readonly<Record<string, string>>;

/** Arguments of a hidden call, and what it must give. */
export interface CodeTest {
  readonly args: readonly unknown[];
  readonly want: unknown;
}

/** A named mistake in a right answer, which the hidden tests must tell from it: a function, a query or a pattern. */
export interface Mutant {
  readonly name: string;
  readonly run?: (...args: unknown[]) => unknown;
  readonly query?: string;
  readonly pattern?: string;
}

/** What somebody says in one turn: calls first, then text. Right and wrong answers of a case are written this way. */
export interface ScriptedTurn {
  readonly text: string;
  readonly calls?: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

/** One turn of a case. */
export interface CaseTurn {
  readonly user: string;
  /** Left out where only a later turn is graded. */
  readonly verify?: Verifier;
}

/** A case made from a seed. */
export interface Instance {
  readonly system?: string;
  readonly turns: readonly CaseTurn[];
  /** Files and facts of the made-up machine; with it the model has tools. */
  readonly world?: { readonly files: Files; readonly facts?: Readonly<Record<string, string>>; readonly canRunTests?: boolean };
  /** An answer that must pass, and one that is nearly right and must not: a turn each. */
  readonly oracle: readonly ScriptedTurn[];
  readonly nearMiss: readonly ScriptedTurn[];
  /** The last answer of somebody who knows the options and the form, where the verifier alone does not tell them. */
  readonly guess?: (random: Random) => string;
  /** Of code, queries and patterns: mistakes none of which may pass. */
  readonly mutants?: readonly Mutant[];
}

/** What is known of a case without an instance of it. */
export interface CaseFacts {
  /** As in `t0-copy`. */
  readonly id: string;
  readonly title: string;
  /** What it measures, for charts. */
  readonly ability: string;
  /** Tokens of an answer. */
  readonly maxTokens: number;
  /** How often an informed guesser passes. */
  readonly chanceLevel: number;
  /** Tokens of the context it takes, where that is more than usual: it is asked where there are so many. */
  readonly contextTokens?: number;
  /** Different instances there are; left out where there is no end of them. */
  readonly variants?: number;
  /** Asks for code in Python where there is a sandbox for it; other cases do not look at the language. */
  readonly inPython?: true;
  /** Asks for code in Python and nothing else: without a sandbox for it there is no verdict. */
  readonly needsPython?: true;
}

/** A case of the built-in suite. */
export interface CaseDefinition extends CaseFacts {
  readonly generate: (random: Random, language: Language) => Instance;
}

/** Whether grading takes Python. */
export function gradesPython(verify: Verifier | undefined): boolean {
  switch (verify?.kind) {
    case 'code':
      return verify.language === 'python';
    case 'all':
      return verify.parts.some(gradesPython);
    case 'state':
      return gradesPython(verify.answer);
    default:
      return false;
  }
}

/** An instance of one question without tools. */
export function plain(user: string, verify: Verifier, right: string, nearMiss: string): Instance {
  return { turns: [{ user, verify }], oracle: [{ text: right }], nearMiss: [{ text: nearMiss }] };
}

/** Numbers a constant answer would hit; they are never the right one. */
export const reservedNumbers: ReadonlySet<number> = new Set([0, 1, 2, 3, 5, 7, 10, 12, 20, 42, 50, 100, 1000]);

/** Text of code in a fence, as models write it. */
export function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}
