import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { beyondSuite } from '../../src/tiers/beyond/beyond-suites.ts';
import type { Instance, ScriptedTurn } from '../../src/tiers/case.ts';
import { nullModels } from '../../src/tiers/null-models.ts';
import type { Suite } from '../../src/tiers/suite.ts';
import { verdictOn } from '../../src/tiers/verdict-on.ts';
import { guess } from './answerers.ts';

/**
 * `npm run test:beyond [-- --seeds 20 --null-seeds 4]`: for each kind of question of the suites languages and safety, how often right,
 * nearly right and guessed answers and those of null models pass. Writes the table of docs/tiers.md.
 */

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '20' }, 'null-seeds': { type: 'string', default: '4' } } });

type Answer = (instance: Instance, seed: string) => readonly ScriptedTurn[];

let gradings = 0;

async function shareOf(suite: Suite, ids: readonly string[], seeds: number, answer: Answer): Promise<number> {
  let passed = 0;
  for (const id of ids)
    for (let seed = 0; seed < seeds; seed += 1) {
      const asked = suite.instanceOf(id, String(seed), 0);
      passed += (await verdictOn(asked, answer(asked, String(seed)))).passes ? 1 : 0;
      gradings += 1;
    }
  return passed / (ids.length * seeds);
}

const percent = (share: number): string => (share === 0 || share === 1 ? `${share * 100} %` : `${(share * 100).toFixed(1)} %`);

/** `de-sum` -> `sum`, `hidden-plain-says` -> `hidden, plain`. */
const kindOf = (suite: string, id: string): string =>
  suite === 'languages' ? (id.split('-')[1] ?? id) : id.replace(/-(?:says|acts)$/, '').replace('-', ', ');

async function rowsOf(name: string): Promise<string[]> {
  const suite = beyondSuite(name) as Suite;
  const cases = suite.casesOf(0).map(({ id }) => id);
  const rows: string[] = [];
  for (const kind of new Set(cases.map((id) => kindOf(name, id)))) {
    const ids = cases.filter((id) => kindOf(name, id) === kind);
    const seeds = Number(values.seeds);
    const right = await shareOf(suite, ids, seeds, ({ oracle }) => oracle);
    const near = await shareOf(suite, ids, seeds, ({ nearMiss }) => nearMiss);
    const guessed = await shareOf(suite, ids, seeds, guess);
    const nulls: number[] = [];
    for (const [, answer] of nullModels) nulls.push(await shareOf(suite, ids, Number(values['null-seeds']), answer));
    const most = Math.max(...nulls);
    const [who = ''] = nullModels[nulls.indexOf(most)] ?? [];
    rows.push(
      `| ${name} | ${kind} | ${ids.length} | ${percent(right)} | ${percent(near)} | ${percent(guessed)} | ${percent(most)}${most > 0 ? ` (${who})` : ''} |`,
    );
  }
  return rows;
}

const rows = [...(await rowsOf('languages')), ...(await rowsOf('safety'))];
const titles = ['languages', 'safety'].map((name) => `${name} ${beyondSuite(name)?.version} (${beyondSuite(name)?.hash})`);
const text = [
  `${titles.join(', ')}; ${gradings.toLocaleString('en-US')} gradings: ${values.seeds} seeds a case, ${values['null-seeds']} for each of the ${nullModels.length} null models.`,
  '',
  '| suite | kind | cases | right | nearly right | guessed | the luckiest null model |',
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...rows,
].join('\n');
const path = join(process.cwd(), 'docs', 'tiers.md');
const [start, end] = ['<!-- beyond -->', '<!-- end of beyond -->'];
const page = readFileSync(path, 'utf8');
writeFileSync(
  path,
  page.replace(new RegExp(`${start}[\\s\\S]*${end}`), () => `${start}\n${text}\n${end}`),
);
process.stdout.write(`${text}\n`);
