import type { CaseResult, ModelResult, TierResult } from './result.ts';

/** Reports of results: a page for people, XML for build machines. */

/** One HTML file that needs no network, reads without colour, and prints. */
export function htmlReport(results: readonly Pick<ModelResult, 'run' | 'tiers' | 'cases'>[], madeAt: string): string {
  const models = results.map(modelSection).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>luci test report</title>
<style>
:root { color-scheme: light dark; --line: #8885; --good: #2e7d32; --bad: #c62828; --care: #b26a00; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.bar { position: relative; height: 1.4rem; background: #8882; min-width: 14rem; } .bar i { position: absolute; inset: 0 auto 0 0; background: #5b8def88; }
.bar b { position: absolute; top: .6rem; height: .2rem; background: currentColor; } .bar u { position: absolute; top: 0; bottom: 0; border-left: 2px dashed currentColor; }
.pass { color: var(--good); } .fail { color: var(--bad); } .error, .incomplete { color: var(--care); }
.tiles { display: flex; flex-wrap: wrap; gap: .3rem; margin: .4rem 0 1rem; } .tiles span { border: 1px solid; border-radius: .3rem; padding: 0 .4rem; font-size: .85rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .6rem; margin: .2rem 0; } details { border-bottom: 1px solid var(--line); padding: .3rem 0; } small { opacity: .75; }
@media print { details > *:not(summary) { display: block; } }
</style>
</head>
<body>
<h1>luci test report</h1>
<p><small>Made ${escaped(madeAt)}. ${escaped(results[0]?.run.suite ?? '')} (${escaped(results[0]?.run.suiteHash ?? '')}). A tier is passed with four fifths of its cases (the dashed line); the thin bar is the 95 % interval.</small></p>
${summary(results)}
${models}
</body>
</html>
`;
}

function summary(results: readonly Pick<ModelResult, 'run' | 'tiers'>[]): string {
  const rows = results.flatMap(({ run, tiers }) =>
    tiers.map(
      (tier, index) =>
        `<tr><td>${index === 0 ? `${escaped(run.model)} <small>tier ${run.nativeTier}, ${escaped(run.quantization)}</small>` : ''}</td><td>${tier.tier}${tier.mode === 'diagnostic' ? ' <small>(diagnostic)</small>' : ''}</td><td>${bar(tier)}</td><td class="${tier.verdict}">${verdictWord(tier)} ${tier.passed}/${tier.total}</td></tr>`,
    ),
  );
  return `<table><thead><tr><th>model</th><th>tier</th><th>share of cases passed</th><th>verdict</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function bar({ passed, total, interval }: TierResult): string {
  const share = total === 0 ? 0 : (passed / total) * 100;
  const [low, high] = interval;
  const label = `${share.toFixed(0)} percent, between ${low.toFixed(0)} and ${high.toFixed(0)}`;
  return `<div class="bar" role="img" aria-label="${label}"><i style="width:${share.toFixed(1)}%"></i><b style="left:${low.toFixed(1)}%;width:${(high - low).toFixed(1)}%"></b><u style="left:80%"></u></div>`;
}

function verdictWord({ verdict, confirmed }: TierResult): string {
  return verdict === 'pass' ? (confirmed ? '✓ passed, confirmed' : '✓ passed') : verdict === 'fail' ? '✗ not passed' : '• incomplete';
}

function modelSection({ run, cases }: Pick<ModelResult, 'run' | 'cases'>): string {
  const tiles = cases
    .map(
      (result) => `<span class="${result.status}">${{ pass: '✓', fail: '✗', error: '!' }[result.status]} ${escaped(result.caseId)}</span>`,
    )
    .join('');
  const facts = `seed ${run.seed}, ${run.repeats} ${run.repeats === 1 ? 'repeat' : 'repeats'}; ${run.engine}, ${run.device}; context ${run.contextLength}; tools by ${run.toolPath}; sha256 ${run.modelSha256.slice(0, 12)}…; ${run.machine.system}`;
  return `<h2>${escaped(run.model)}</h2><p><small>${escaped(facts)}</small></p><div class="tiles">${tiles}</div>${cases.map(answer).join('\n')}`;
}

function answer({ caseId, variant, status, reason, evidence, turns, seconds }: CaseResult): string {
  const said = turns
    .map(({ user, text, calls = [] }) => {
      const called = calls.map(({ name, args, content }) => `${name} ${JSON.stringify(args)} → ${content}`).join('\n');
      return `<p>asked</p><pre>${escaped(user)}</pre>${called === '' ? '' : `<p>called</p><pre>${escaped(called)}</pre>`}<p>answered</p><pre>${escaped(text)}</pre>`;
    })
    .join('');
  const why = reason ? `<p class="${status}">${escaped(reason)}${evidence ? `: ${escaped(evidence)}` : ''}</p>` : '';
  return `<details><summary class="${status}">${escaped(caseId)} #${variant}: ${status} <small>${seconds.toFixed(1)} s${reason ? `, ${escaped(reason)}` : ''}</small></summary>${why}${said}</details>`;
}

/** JUnit XML: a suite a model and tier, a case each answer; diagnostic tiers are skipped, not failed. */
export function junitReport(results: readonly Pick<ModelResult, 'run' | 'tiers' | 'cases'>[]): string {
  const suites = results.flatMap(({ run, tiers, cases }) =>
    tiers.map(({ tier, mode }) => {
      const own = cases.filter((result) => result.tier === tier);
      const count = (status: CaseResult['status']): number =>
        mode === 'diagnostic' ? 0 : own.filter((result) => result.status === status).length;
      const seconds = own.reduce((sum, result) => sum + result.seconds, 0);
      const body = own.map((result) => {
        const message = escaped(result.reason ?? '');
        const inner =
          mode === 'diagnostic'
            ? '<skipped message="diagnostic"/>'
            : result.status === 'fail'
              ? `<failure message="${message}">${escaped(result.evidence ?? '')}</failure>`
              : result.status === 'error'
                ? `<error message="${message}"/>`
                : '';
        return `<testcase classname="${escaped(run.model)}.tier${tier}" name="${result.caseId}#${result.variant}" time="${result.seconds}">${inner}</testcase>`;
      });
      return `<testsuite name="${escaped(run.model)} tier ${tier}" tests="${own.length}" failures="${count('fail')}" errors="${count('error')}" time="${seconds.toFixed(3)}">\n${body.join('\n')}\n</testsuite>`;
    }),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function escaped(text: string): string {
  return [...text]
    .map((char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? (char < ' ' && !'\n\t'.includes(char) ? '�' : char))
    .join('');
}
