/** How models mark their thinking. */

/** One way to mark it. */
export interface ThinkingMarks {
  readonly open: string;
  readonly close: string;
}

/** The ways there are; the first that stands in a template, or in an answer, is the model's. */
export const thinkingMarks: readonly ThinkingMarks[] = [
  { open: '<think>', close: '</think>' },
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '◁think▷', close: '◁/think▷' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
  { open: '<|channel>thought', close: '<channel|>' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
  { open: '<thinking>', close: '</thinking>' },
  { open: '<thought>', close: '</thought>' },
  { open: '<reasoning>', close: '</reasoning>' },
];
