import { LuciError } from '../../base/errors.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { suiteOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import type { Terminal } from '../show/terminal.ts';
import { shortId } from '../show/test-screen.ts';
import { cut, pad, printable, printableText } from '../show/text.ts';

/** `luci test show <model> [case]`: every answer of the newest run, or one with its prompt and why it failed. */
export const showAnswers = defineCommand({
  name: 'show',
  operands: '<model> [case]',
  example: 'llama3.2 t0-json',
  summary: 'every answer of the newest run, or one of them in full with why it failed',
  options: suiteOption,
  run: ({ luci, show, operands: [reference = '', caseId], options }) =>
    showRun({ luci, show }, { reference, caseId, suite: options.suite }),
});

interface ShownRun {
  readonly reference: string;
  readonly caseId: string | undefined;
  readonly suite: string | undefined;
}

async function showRun(
  { luci: open, show }: Pick<CommandContext, 'luci' | 'show'>,
  { reference, caseId, suite }: ShownRun,
): Promise<number> {
  const log = await (await open()).tests.newest(reference, { suite });
  const answers = caseId === undefined ? log.answers : log.answers.filter((answer) => isOf(caseId, answer));
  if (answers.length === 0)
    throw new LuciError('NOT_FOUND', `${log.run.model} has no answer to ${caseId ?? 'any case'}.`, {
      hint: `luci test show ${log.run.model}`,
    });
  const isInFull = caseId !== undefined;
  for (const answer of answers) showAnswer(answer, isInFull, show);
  return 0;
}

/** Whether an answer is one to the case, named with its tier or without. */
function isOf(caseId: string, answer: CaseResult): boolean {
  return answer.caseId === caseId || shortId(answer.caseId) === caseId;
}

function showAnswer(answer: CaseResult, isInFull: boolean, show: Show): void {
  if (show.json) show.data(answer);
  else show.result(isInFull ? whole(answer) : lineOf(answer, show.terminal));
}

/** `✗ t0-json         0.4 s  got an array`. */
function lineOf({ caseId, status, reason, seconds }: CaseResult, { marks, style, outIsTerminal, columns }: Terminal): string {
  const mark = status === 'pass' ? style('good', marks.done, 'out') : style(status === 'fail' ? 'bad' : 'care', marks.wrong, 'out');
  const room = outIsTerminal ? columns - 24 : Number.POSITIVE_INFINITY;
  const why = cut(printable(reason ?? ''), Math.max(8, room), marks.ellipsis);
  return `${mark} ${pad(caseId, 13)} ${pad(`${seconds.toFixed(1)} s`, 6, 'left')}  ${why}`.trimEnd();
}

function whole({ caseId, variant, status, reason, evidence, loosePass, turns }: CaseResult): string {
  const head = `${caseId}, variant ${variant}: ${status}${reason ? `: ${reason}` : ''}${status === 'fail' && loosePass ? ' (passes without its first or last line)' : ''}`;
  const said = turns.flatMap(({ user, text, calls = [] }) => [
    '',
    `asked:    ${indented(user)}`,
    ...calls.map(
      ({ name, args, content, isError }) =>
        `called:   ${name} ${printable(JSON.stringify(args))}${isError ? `\n          ${printableText(content)}` : ''}`,
    ),
    `answered: ${indented(text === '' ? '(nothing)' : text)}`,
  ]);
  return [head, ...(evidence ? [`          ${indented(evidence)}`] : []), ...said, ''].join('\n');
}

function indented(text: string): string {
  return printableText(text)
    .split('\n')
    .join(`\n${' '.repeat(10)}`);
}
