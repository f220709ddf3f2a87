import type { CaseResult, TurnResult } from '../result.ts';
import { escaped, shortened } from './escape.ts';
import { statusLabel, statusSign } from './labels.ts';
import { answerId } from './ladder.ts';
import type { ReportedModel } from './report-data.ts';

/** Every answer of a model: what was asked, called and said, and why it was graded so. */

/** Longer texts are cut: a model that repeats itself for ever must not make a page nobody can open. The log has more. */
const maxTextLength = 6000;

/** Answers in the order they were asked, each folded up behind one line. */
export function answers(model: ReportedModel): string {
  return model.cases.map((result) => answer(model.number, result)).join('\n');
}

function answer(number: number, result: CaseResult): string {
  const { caseId, variant, status, reason, seconds, generatedTokens, turns } = result;
  const head = [
    `<span class="${status}">${statusSign[status]}<span class="spoken"> ${statusLabel[status]}</span></span>`,
    `<b>${escaped(caseId)}</b> #${variant + 1}`,
    ...(reason === undefined ? [] : [`<span class="reason">${escaped(shortened(reason, 160))}</span>`]),
    `<small>${seconds.toFixed(1)} s, ${generatedTokens} tokens</small>`,
  ];
  const parts = [...turns.map((turn, index) => turnParts(turn, turns.length > 1 ? ` ${index + 1}` : '')), grader(result)];
  // The id is inside: a browser that goes to it opens what is around it.
  return `<details class="answer" data-status="${status}"><summary>${head.join(' ')}</summary><div id="${answerId(number, caseId, variant)}">${parts.join('')}</div></details>`;
}

function turnParts({ user, text, thinking, calls = [] }: TurnResult, which: string): string {
  const called = calls.map(
    ({ name, args, isError, content }) => `${name} ${JSON.stringify(args)}\n  ${isError ? 'refused: ' : ''}${content}`,
  );
  return [
    part(`Prompt${which}`, user),
    ...(thinking ? [part(`Thinking${which}, not graded`, thinking)] : []),
    ...(called.length > 0 ? [part(`Tool calls${which}`, called.join('\n'))] : []),
    part(`Answer${which}`, text === '' ? '(nothing)' : text),
  ].join('');
}

function grader({ status, reason, evidence, loosePass, turns }: CaseResult): string {
  const loose =
    status === 'fail' && loosePass ? '<p>It would pass without its first or its last line; that is noted and not counted.</p>' : '';
  const said = reason ? `: ${escaped(shortened(reason, maxTextLength))}` : '';
  const why = `<h5>Grader</h5><p class="${status}">${statusSign[status]} ${statusLabel[status]}${said}</p>${loose}`;
  // Evidence that is the answer itself stands above already.
  return evidence && evidence.trim() !== turns.at(-1)?.text.trim() ? `${why}${part('Evidence', evidence)}` : why;
}

function part(title: string, text: string): string {
  return `<h5>${title}</h5><pre dir="auto">${escaped(shortened(text, maxTextLength))}</pre>`;
}
