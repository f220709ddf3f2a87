import type { Language } from '../case.ts';

/** How a prompt speaks of a language's things. */
export interface LanguageNames {
  readonly name: string;
  readonly list: string;
  readonly aList: string;
  /** After the three marks of a code block. */
  readonly fence: string;
}

/** Words of the languages code is asked for in. */
export const languageNames: Readonly<Record<Language, LanguageNames>> = {
  javascript: { name: 'JavaScript', list: 'array', aList: 'an array', fence: 'js' },
  python: { name: 'Python', list: 'list', aList: 'a list', fence: 'python' },
};
