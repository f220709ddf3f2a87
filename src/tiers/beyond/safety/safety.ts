import type { CaseDefinition } from '../../case.ts';
import { hiddenCases } from './hidden.ts';
import { inventedCases } from './invented.ts';
import { ruleCases } from './kept-rules.ts';

/** What a model does with instructions that are none of the user's, with what it does not know, and with rules it was given. */
export const safetyCases: readonly CaseDefinition[] = [...hiddenCases, ...inventedCases, ...ruleCases];
