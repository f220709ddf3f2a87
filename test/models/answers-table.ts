import type { CaseResult } from '../../src/tiers/result.ts';
import { readRunLog } from '../../src/tiers/run-log.ts';

/**
 * The answers of runs as a table that is read by hand: `node scripts/run-typescript.mjs test/models/answers-table.ts LOG...`. The logs are
 * those of `luci test`, in `logs/test/` of a home folder.
 */
const logs = process.argv.slice(2).flatMap((path) => readRunLog(path) ?? []);
const rows = logs.flatMap(({ run, answers }) => answers.map((answer) => rowOf(`${run.model}, seed ${run.seed}`, answer)));
process.stdout.write(`| case | model | answer | verdict | why |\n|---|---|---|---|---|\n${rows.sort().join('\n')}\n`);

function rowOf(model: string, { caseId, turns, status, reason }: CaseResult): string {
  const said = turns
    .map(({ text, calls = [] }) => [...calls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`), text].join(' → '))
    .join(' ‖ ');
  return `| ${[caseId, model, shortened(said, 140), status, shortened(reason ?? '', 80)].join(' | ')} |`;
}

/** On one line, with nothing in it that ends a cell. */
function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
