import type { Verifier } from '../case.ts';
import { withoutThinking } from './answer-text.ts';
import { gradeMentions, gradeOneOf, gradeYesNo } from './grade-choice.ts';
import { gradeState, gradeUntouched } from './grade-files.ts';
import { gradeCode, gradeProject, gradeRegex, gradeSql } from './grade-programs.ts';
import { gradeConstraints, gradeExactText, gradeJson, gradeKnapsack, gradeLines, gradeNumber, gradeWritten } from './grade-text.ts';
import { gradeSlots } from './grade-translation.ts';
import type { Answered, GradeOptions, Grading } from './grading.ts';
import { inEnglishForms } from './spoken-language.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** An answer held against its verifier. Expected values stay here; what a model wrote runs elsewhere. */

/** Counts up whenever a grader's verdict on any answer may have changed. */
export const graderVersion = 4;

type Grader<K extends Verifier['kind']> = (verifier: Extract<Verifier, { readonly kind: K }>, grading: Grading) => Grade | Promise<Grade>;

/** One entry a kind: a kind without one does not compile. */
const graders: { readonly [K in Verifier['kind']]: Grader<K> } = {
  exactText: ofText(gradeExactText),
  number: ofText(gradeNumber),
  oneOf: ofText(gradeOneOf),
  mentions: ofText(gradeMentions),
  yesNo: ofText(gradeYesNo),
  json: ofText(gradeJson),
  lines: ofText(gradeLines),
  constraints: ofText(gradeConstraints),
  slots: ofText(gradeSlots),
  knapsack: ofText(gradeKnapsack),
  regex: gradeRegex,
  code: gradeCode,
  sql: gradeSql,
  project: gradeProject,
  state: gradeState,
  untouched: gradeUntouched,
  async all({ parts }, { answered, gradeAlso }) {
    for (const part of parts) {
      const result = await gradeAlso(part, answered);
      if (!result.passes) return result;
    }
    return passed;
  },
  written: ofText(gradeWritten),
  inLanguage({ language, answer }, { answered, text: said, gradeAlso }) {
    if (said === '') return failed('there is no answer');
    const { verify, text } = inEnglishForms(language, answer, said);
    return gradeAlso(verify, { ...answered, text });
  },
};

/** Grades a turn. Throws TESTS_INCOMPLETE when a sandbox does not work or is not there: that is never the model's doing. */
export async function grade(verifier: Verifier, answered: Answered, options: GradeOptions = {}): Promise<Grade> {
  const grader = graders[verifier.kind] as (verifier: Verifier, grading: Grading) => Grade | Promise<Grade>;
  const gradeAlso = (other: Verifier, itsAnswer: Answered): Promise<Grade> => grade(other, itsAnswer, options);
  return grader(verifier, { ...options, answered, text: withoutThinking(answered.text), gradeAlso });
}

/** A grader of text alone: no text is no answer, whatever was asked. */
function ofText<V>(gradeText: (verifier: V, text: string) => Grade): (verifier: V, grading: Grading) => Grade {
  return (verifier, { text }) => (text === '' ? failed('there is no answer') : gradeText(verifier, text));
}
