import type { SpokenLanguage } from '../../case.ts';

/** Kinds of words every language has; their words stand in the same order as {@link englishWords}. */
export const wordKinds = ['animal', 'colour', 'fruit', 'instrument', 'profession', 'garment'] as const;

export type WordKind = (typeof wordKinds)[number];

/** Words and questions of a language; `{name}` stands for what is drawn. */
export interface LanguageTexts {
  readonly language: SpokenLanguage;
  /** What it is called in English, and among abilities. */
  readonly name: string;
  /** Eight first names. */
  readonly people: readonly string[];
  readonly towns: readonly string[];
  /** Monday first. */
  readonly days: readonly string[];
  /** Of a JSON object: name, age, town. */
  readonly keys: readonly string[];
  /** What stands between the parts of a list (default `, `). */
  readonly listMark?: string;
  /** `an animal`, and five words for one. */
  readonly kinds: Readonly<Record<WordKind, { readonly one: string; readonly words: readonly string[] }>>;
  readonly copy: string;
  readonly sum: string;
  /** What stands over the note, each of its sentences, and what is asked about it. */
  readonly note: string;
  readonly has: string;
  readonly whose: string;
  /** What stands over the questions, and each of them. */
  readonly yesNo: string;
  readonly isKind: string;
  readonly pick: string;
  readonly json: string;
  readonly order: string;
  readonly translate: string;
}

/** English words of the kinds that translate in one way only. */
export const englishWords = {
  animal: ['horse', 'wolf', 'fish', 'bear', 'frog'],
  colour: ['red', 'green', 'blue', 'yellow', 'black'],
  instrument: ['violin', 'drum', 'piano', 'guitar', 'flute'],
} as const;
