import { allTiers } from '../../base/model.ts';
import { casesOf } from '../suite.ts';
import { answers } from './answers.ts';
import { abilityBars } from './charts/ability-bars.ts';
import { fieldText, heatMap } from './charts/heat-map.ts';
import { speedChart } from './charts/speed-chart.ts';
import { tierBars } from './charts/tier-bars.ts';
import { escaped } from './escape.ts';
import { modelVerdict } from './labels.ts';
import { ladderOf } from './ladder.ts';
import { caseIdsByTier, isOwn, type ReportedModel, type ReportedRun, reportedModels, shortCaseId, statusCount } from './report-data.ts';
import { chanceTable, runFacts } from './run-facts.ts';
import { style } from './style.ts';

/**
 * One HTML file for people: no network, no script, readable without colour, on paper, by a keyboard and by a screen reader. What models
 * said is text and nothing else; the page's own policy forbids scripts and addresses besides.
 */
export function htmlReport(runs: readonly ReportedRun[], madeAt: string): string {
  const models = reportedModels(runs);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>luci test report</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>What ${models.length === 1 ? escaped(models[0]?.run.model ?? '') : `${models.length} models`} can do</h1>
<p class="note">Report of luci test, made ${escaped(madeAt)}. ${suites(models)}</p>
</header>
<main>
${verdictTable(models)}
<div class="charts">
${figure('Tiers', tierBars(models), 'The bar is the share of answers passed, the whisker its 95 % interval (Wilson; errors, the dashed strip, are left out of both). A tier is passed with four fifths. (d) diagnostic, not counted.')}
${models.length > 1 ? figure('Speed and score', speedChart(models), 'Right is faster, up is better. Circle, triangle, square, diamond: made for tier 0, 1, 2, 3. The numbers are in the table above.') : ''}
${heatMaps(models)}
${models.length === 1 ? models.map(abilityFigure).join('\n') : ''}
</div>
${filter(models)}
${models.map((model) => modelSection(model, models.length)).join('\n')}
</main>
<footer>
<h2>How to read it</h2>
<p>Every question is made from a seed, and every verdict comes from comparing values, running code or looking at files. An error (!) is the engine’s or the sandbox’s, never the model’s. Each tier is asked only after the one below was passed.</p>
${models.some((model) => !isOwn(model)) ? `<h3>What guessing comes to</h3>\n<div class="wide">${chanceTable()}</div>` : ''}
</footer>
</body>
</html>
`;
}

/** Cases there are: of the ladder, or those of the suite that was asked. */
function caseCountOf(models: readonly ReportedModel[]): number {
  if (models.some((model) => !isOwn(model))) return allTiers.flatMap(casesOf).length;
  return caseIdsByTier(models).reduce((sum, { ids }) => sum + ids.length, 0);
}

function suites(models: readonly ReportedModel[]): string {
  const all = [...new Set(models.map(({ run }) => `${run.suite} (${run.suiteHash}), seed ${run.seed}`))];
  const warning = all.length > 1 ? ' <strong>These runs are of different suites or seeds: their numbers cannot be compared.</strong>' : '';
  return `${all.map(escaped).join('; ')}.${warning}`;
}

function verdictTable(models: readonly ReportedModel[]): string {
  const rows = models.map((model) => {
    const { kind, sign, label } = modelVerdict(model);
    const { run, number, tokensPerSecond, casesPassed } = model;
    return `<tr><td>${number}</td><th scope="row"><a href="#m${number}"><bdi>${escaped(run.model)}</bdi></a> <small>${escaped(run.quantization)}</small></th><td class="${kind}">${sign} ${label}</td><td>${Math.round(casesPassed * 10) / 10}</td><td>${tokensPerSecond}/s</td></tr>`;
  });
  return `<div class="wide"><table><thead><tr><th scope="col">no.</th><th scope="col">model</th><th scope="col">verdict</th><th scope="col">cases of ${caseCountOf(models)}</th><th scope="col">speed</th></tr></thead><tbody>${rows.join('')}</tbody></table></div><br>`;
}

function figure(title: string, chart: string, caption: string, numbers = ''): string {
  return `<figure><h3>${title}</h3>${chart}<figcaption>${caption}</figcaption>${numbers}</figure>`;
}

/** Fields of a map must stay readable on a phone. */
const maxColumns = 10;

function heatMaps(models: readonly ReportedModel[]): string {
  return caseIdsByTier(models)
    .flatMap(({ tier, ids }) => chunksOf(ids, maxColumns).map((part) => ({ tier, ids: part })))
    .map(({ tier, ids }) => {
      const asked = models.filter(({ cases }) => cases.some((answer) => answer.tier === tier));
      const caption = 'Answers passed of the answers there are; a field is filled as far as it was passed, and ! stands for errors.';
      const ofTier = asked.every(isOwn) ? escaped(asked[0]?.run.suite ?? '') : `tier ${tier}`;
      return figure(
        `Cases of ${ofTier}`,
        heatMap(asked.every(isOwn) ? 'Suite' : `Tier ${tier}`, asked, ids),
        caption,
        heatTable(asked, ids),
      );
    })
    .join('\n');
}

/** The map's numbers for those who do not see it. */
function heatTable(models: readonly ReportedModel[], ids: readonly string[]): string {
  const head = models.map(({ number, run }) => `<th scope="col">${number} <bdi>${escaped(run.model)}</bdi></th>`).join('');
  const rows = ids.map((id) => {
    const cells = models.map(
      ({ cases }) =>
        `<td>${fieldText(
          statusCount(
            id,
            cases.filter(({ caseId }) => caseId === id),
          ),
        )}</td>`,
    );
    return `<tr><th scope="row">${escaped(shortCaseId(id))}</th>${cells.join('')}</tr>`;
  });
  return `<details><summary>As a table</summary><div class="wide"><table><thead><tr><th scope="col">case</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function abilityFigure(model: ReportedModel): string {
  return figure('Abilities', abilityBars(model), 'Passed, then failed (hollow), then errors (dashed).');
}

function filter(models: readonly ReportedModel[]): string {
  const { passed, failed, errors } = statusCount(
    '',
    models.flatMap(({ cases }) => cases),
  );
  const choices = [
    ['all', 'all', passed + failed + errors],
    ['fail', '✗ failed', failed],
    ['error', '! errors', errors],
    ['pass', '✓ passed', passed],
  ] as const;
  const radios = choices.map(
    ([id, name, count], index) =>
      `<label><input type="radio" name="show" id="show-${id}"${index === 0 ? ' checked' : ''}>${name} (${count})</label>`,
  );
  return `<fieldset><legend>Answers shown below</legend>${radios.join('')}</fieldset>`;
}

/** Answers that ended at their budget say less of the model than the others. */
function cutNote({ cases }: ReportedModel): string {
  const cut = cases.filter(({ cutAtTokens }) => cutAtTokens !== undefined).length;
  return cut === 0 ? '' : `<p class="note">${cut} of ${cases.length} answers were cut at their budget of tokens.</p>\n`;
}

function modelSection(model: ReportedModel, count: number): string {
  const { kind, sign, label } = modelVerdict(model);
  const abilities = count > 1 ? abilityFigure(model) : '';
  return `<section aria-labelledby="m${model.number}">
<h2 id="m${model.number}">${model.number} <bdi>${escaped(model.run.model)}</bdi> <span class="${kind}">${sign} ${label}</span></h2>
${runFacts(model.run)}
<div class="sides"><div>${ladderOf(model)}</div>${abilities}</div>
<h3>Answers</h3>
${cutNote(model)}${answers(model)}
</section>`;
}

function chunksOf<T>(values: readonly T[], most: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / most) }, (_, index) => values.slice(index * most, (index + 1) * most));
}
