import { LuciError } from '../../base/errors.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { shortId } from '../show/test-screen.ts';
import { cut, pad, printable } from '../show/text.ts';

/** `luci test show <model> [case]`: every answer of the newest run, or one with its prompt and why it failed. */
export const showAnswers = defineCommand({
  name: 'show',
  operands: '<model> [case]',
  example: 'llama3.2 t0-json',
  summary: 'every answer of the newest run, or one of them in full with why it failed',
  run: ({ luci, show, operands: [reference = '', caseId] }) => showRun({ luci, show }, reference, caseId),
});

async function showRun({ luci: open, show }: Pick<CommandContext, 'luci' | 'show'>, reference: string, caseId?: string): Promise<number> {
  const log = await (await open()).tests.newest(reference);
  const answers = log.answers.filter((answer) => caseId === undefined || answer.caseId === caseId || shortId(answer.caseId) === caseId);
  if (answers.length === 0)
    throw new LuciError('NOT_FOUND', `${log.run.model} has no answer to ${caseId ?? 'any case'}.`, {
      hint: `luci test show ${log.run.model}`,
    });
  if (show.json) for (const answer of answers) show.data(answer);
  else if (caseId !== undefined) for (const answer of answers) show.result(whole(answer));
  else
    for (const { caseId: id, status, reason, seconds } of answers) {
      const { marks, style } = show.terminal;
      const mark = status === 'pass' ? style('good', marks.done, 'out') : style(status === 'fail' ? 'bad' : 'care', marks.wrong, 'out');
      const room = show.terminal.outIsTerminal ? show.terminal.columns - 24 : Number.POSITIVE_INFINITY;
      show.result(
        `${mark} ${pad(id, 13)} ${pad(`${seconds.toFixed(1)} s`, 6, 'left')}  ${cut(printable(reason ?? ''), Math.max(8, room), marks.ellipsis)}`.trimEnd(),
      );
    }
  return 0;
}

function whole({ caseId, variant, status, reason, evidence, loosePass, turns }: CaseResult): string {
  const head = `${caseId}, variant ${variant}: ${status}${reason ? `: ${reason}` : ''}${status === 'fail' && loosePass ? ' (passes without its first or last line)' : ''}`;
  const said = turns.flatMap(({ user, text, calls = [] }) => [
    '',
    `asked:    ${indented(user)}`,
    ...calls.map(
      ({ name, args, content, isError }) =>
        `called:   ${name} ${printable(JSON.stringify(args))}${isError ? `\n          ${printable(content)}` : ''}`,
    ),
    `answered: ${indented(text === '' ? '(nothing)' : text)}`,
  ]);
  return [head, ...(evidence ? [`          ${indented(evidence)}`] : []), ...said, ''].join('\n');
}

function indented(text: string): string {
  return printable(text)
    .split('\n')
    .join(`\n${' '.repeat(10)}`);
}
