import type { ToolFacts } from '../../agent/tool.ts';
import type { Files, Verifier } from '../case.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import type { Grade } from './verdict.ts';

/** What a turn left: its last text, and the made-up machine after it. */
export interface Answered {
  readonly text: string;
  readonly files?: Files;
  readonly calls?: readonly {
    readonly name: string;
    readonly args?: unknown;
    readonly isError: boolean;
    readonly content: string;
    readonly facts?: ToolFacts;
  }[];
}

/** What grading may need. */
export interface GradeOptions {
  readonly signal?: AbortSignal;
  /** Where functions are graded that are asked for in Python. */
  readonly python?: PythonSandbox;
}

/** An answer as a grader gets it. */
export interface Grading extends GradeOptions {
  readonly answered: Answered;
  /** The text without its thinking. */
  readonly text: string;
  /** For verifiers that hold others. */
  gradeAlso(verifier: Verifier, answered: Answered): Promise<Grade>;
}
