import { plural } from '../../base/units.ts';
import type { CaseResult } from '../result.ts';
import { escaped } from './escape.ts';
import { statusLabel, statusSign, tierLabel, verdictSign } from './labels.ts';
import { type ReportedModel, shortCaseId } from './report-data.ts';

/** The ladder of a model: a rung a tier, a tile a case and repeat, each a link to its answer. */
export function ladderOf(model: ReportedModel): string {
  const rungs = model.tiers.map((result) => {
    const { tier, label = `Tier ${tier}`, mode, verdict, passed, failed, errors } = result;
    const own = model.cases.filter((answer) => answer.tier === tier);
    const ids = [...new Set(own.map(({ caseId }) => caseId))];
    const head = `<h4>${escaped(label)} <span class="${verdict}">${verdictSign[verdict]} ${tierLabel(result)}</span> ${passed}/${passed + failed}${errors > 0 ? `, ${plural(errors, 'error')}` : ''}${mode === 'diagnostic' ? ' <small>diagnostic, not counted</small>' : ''}</h4>`;
    const cases = ids.map((id) => {
      const tiles = own.filter(({ caseId }) => caseId === id).sort((a, b) => a.variant - b.variant);
      return `<li><span>${escaped(shortCaseId(id))}</span>${tiles.map((answer) => tile(model, answer)).join('')}</li>`;
    });
    return `${head}<ul class="ladder">${cases.join('')}</ul>`;
  });
  return rungs.join('\n');
}

function tile({ number }: ReportedModel, { caseId, variant, status }: CaseResult): string {
  const label = `${escaped(caseId)}, repeat ${variant + 1}: ${statusLabel[status]}`;
  return `<a class="tile ${status}" href="#${answerId(number, caseId, variant)}" aria-label="${label}" title="${label}">${statusSign[status]}</a>`;
}

/** Where an answer stands in the page. Ids of cases in users' own suites may hold anything. */
export function answerId(model: number, caseId: string, variant: number): string {
  return `m${model}-${caseId.replace(/[^\w-]/g, '_')}-${variant}`;
}
