import type { Suite } from '../check.ts';
import { ollamaChecks } from './checks.ts';
import { ollamaQuestions } from './questions.ts';

/** The protocol of Ollama. */
export const ollamaSuite: Suite = { protocol: 'ollama', opening: 'tags', questions: ollamaQuestions, checks: ollamaChecks };
