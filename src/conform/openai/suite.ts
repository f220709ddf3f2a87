import type { Suite } from '../check.ts';
import { answerChecks } from './answer-checks.ts';
import { openAiQuestions } from './questions.ts';
import { refusalChecks } from './refusal-checks.ts';
import { streamChecks } from './stream-checks.ts';
import { toolChecks } from './tool-checks.ts';

/** The protocol of OpenAI. */
export const openAiSuite: Suite = {
  protocol: 'openai',
  opening: 'models',
  questions: openAiQuestions,
  checks: [...answerChecks, ...streamChecks, ...toolChecks, ...refusalChecks],
};
