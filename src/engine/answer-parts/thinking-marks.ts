/** How models mark their thinking. */

/** One way to mark it. */
export interface ThinkingMarks {
  readonly open: string;
  readonly close: string;
  /** What ends it when it took too long (default: `close` on a line of its own). */
  readonly ending?: string;
  /** Models with these marks think only where they are asked to. */
  readonly isOnRequest?: true;
}

/** Channels of the harmony format, whose marks stand around every part of an answer: see {@link createAnswerParts}. */
export const harmonyThinking: ThinkingMarks = {
  open: '<|channel|>analysis<|message|>',
  close: '<|end|>',
  ending: '<|end|><|start|>assistant<|channel|>final<|message|>',
};

/** All marks of that format. */
export const harmonyMarks: readonly string[] = [
  '<|start|>',
  '<|channel|>',
  '<|constrain|>',
  '<|message|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
];

/** How an answer of that format begins, where the model's template does not tell that it is of it. */
export const harmonyOpenings: readonly string[] = ['', '<|start|>assistant'].flatMap((start) =>
  ['analysis', 'commentary', 'final'].map((channel) => `${start}<|channel|>${channel}<|message|>`),
);

/** The ways there are; those that stand in a model's template are its own. */
export const thinkingMarks: readonly ThinkingMarks[] = [
  { open: '<think>', close: '</think>' },
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '◁think▷', close: '◁/think▷' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<|channel>thought', close: '<channel|>' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
  { open: '<thinking>', close: '</thinking>' },
  { open: '<thought>', close: '</thought>' },
  { open: '<reasoning>', close: '</reasoning>' },
  { open: '<|begin_of_thought|>', close: '<|end_of_thought|>' },
  { open: '<unused94>thought', close: '<unused95>' },
  { open: '<|inner_prefix|>', close: '<|inner_suffix|>', isOnRequest: true },
  { open: '<longcat_think>', close: '</longcat_think>' },
];

/** What some models put around the answer behind their thinking. It is no part of it. */
export const solutionMarks: readonly ThinkingMarks[] = [
  { open: '<|begin_of_solution|>', close: '<|end_of_solution|>' },
  { open: '<|START_RESPONSE|>', close: '<|END_RESPONSE|>' },
];

/** Whether a template is of the harmony format. */
export function isHarmony(source: string): boolean {
  return source.includes('<|channel|>') && source.includes('<|message|>');
}

/** The marks a prompt opens and does not close: the answer begins with thinking. */
export function openedThinking(prompt: string): ThinkingMarks | undefined {
  const end = prompt.trimEnd();
  return thinkingMarks.find(({ open }) => end.endsWith(open));
}

/** What ends thinking by force. */
export function endingOf({ close, ending }: ThinkingMarks): string {
  return ending ?? `\n${close}\n\n`;
}
