import { allTiers } from '../../base/model.ts';
import { formatBytes, plural } from '../../base/units.ts';
import { languageNames } from '../cases/language.ts';
import type { RunFacts } from '../result.ts';
import { casesOf } from '../suite.ts';
import { escaped } from './escape.ts';

/** What was tested, on what, and what guessing would come to. */

/** The facts of one run as a list. */
export function runFacts(run: RunFacts): string {
  const { machine, sandboxes, sampling } = run;
  const facts: readonly (readonly [string, string])[] = [
    ['tested', `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC, luci ${run.luciVersion}`],
    ['suite', `${run.suite} (${run.suiteHash}), seed ${run.seed}, ${plural(run.repeats, 'repeat')}`],
    [
      'model',
      `${run.nativeTier === undefined ? '' : `tier ${run.nativeTier}, `}${run.quantization}, sha256 ${run.modelSha256.slice(0, 12)}…`,
    ],
    ['engine', `${run.engine}, ${run.device}; context ${run.contextLength} tokens`],
    ['sampling', `temperature ${sampling.temperature}, seed ${sampling.seed}; tools by ${run.toolPath}`],
    ['machine', `${machine.system}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)} memory`],
    [
      'sandboxes',
      `QuickJS ${worked(sandboxes.javascript)}, SQLite ${worked(sandboxes.sql)}${sandboxes.python === undefined ? '' : `, Pyodide ${worked(sandboxes.python)}`}; code in ${languageNames[run.language].name}`,
    ],
  ];
  return `<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`;
}

/** How far somebody gets who knows the options, the form and the tool, and guesses: cases on average, and the chance to pass a tier. */
export function chanceTable(): string {
  const rows = allTiers.map((tier) => {
    const levels = casesOf(tier).map(({ chanceLevel }) => chanceLevel);
    const expected = levels.reduce((sum, level) => sum + level, 0);
    return `<tr><th scope="row">tier ${tier}</th><td>${levels.length}</td><td>${expected.toFixed(2)}</td><td>${chanceText(passesByChance(levels))}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">tier</th><th scope="col">cases</th><th scope="col">right by guessing, on average</th><th scope="col">chance to pass the tier so</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** The chance that four fifths of independent cases are guessed (the distribution of Poisson's binomial, case by case). */
export function passesByChance(levels: readonly number[]): number {
  let distribution = [1];
  for (const level of levels)
    distribution = Array.from(
      { length: distribution.length + 1 },
      (_, right) => (distribution[right] ?? 0) * (1 - level) + (distribution[right - 1] ?? 0) * level,
    );
  return distribution.reduce((sum, chance, right) => (5 * right >= 4 * levels.length ? sum + chance : sum), 0);
}

function chanceText(chance: number): string {
  if (chance === 0) return 'none';
  return chance < 1e-6 ? 'below 1 in a million' : `${(chance * 100).toPrecision(2)} %`;
}

function worked(does: boolean): string {
  return does ? 'tried, works' : 'does not work';
}
