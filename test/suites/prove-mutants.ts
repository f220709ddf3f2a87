import { parseArgs } from 'node:util';
import { allTiers } from '../../src/base/model.ts';
import { casesOf, instanceOf, suiteHash, suiteVersion } from '../../src/tiers/suite.ts';
import { survivingMutants } from './surviving-mutants.ts';

/**
 * `npm run test:mutants [-- --seeds 300 --sql-seeds 10]`: for each case of code, patterns and queries, in how many of the instances its
 * named mistakes are told by the hidden tests. Ends with 1 where one is told in less than 99 %.
 */

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '300' }, 'sql-seeds': { type: 'string', default: '10' } } });

process.stdout.write(
  `Suite luci-tiers ${suiteVersion} (${suiteHash()})\n\n| case | instances | mistakes | told in all | least told |\n| --- | --- | --- | --- | --- |\n`,
);
let isProven = true;
for (const definition of allTiers.flatMap(casesOf)) {
  const first = instanceOf(definition, '0', 0);
  if (!first.mutants) continue;
  const seeds = Number(first.turns.at(-1)?.verify?.kind === 'sql' ? values['sql-seeds'] : values.seeds);
  const [asked, survived] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (let seed = 0; seed < seeds; seed += 1) {
    const instance = instanceOf(definition, String(seed), 0);
    for (const { name } of instance.mutants ?? []) count(asked, name);
    for (const name of await survivingMutants(instance)) count(survived, name);
  }
  const shares = [...asked].map(([name, total]) => ({ name, share: 1 - (survived.get(name) ?? 0) / total }));
  const least = shares.reduce((worst, one) => (one.share < worst.share ? one : worst));
  if (least.share < 0.99) isProven = false;
  const told = shares.filter(({ share }) => share === 1).length;
  const named = least.share === 1 ? '100 %' : `${(least.share * 100).toFixed(1)} % (${least.name})`;
  process.stdout.write(`| ${definition.id} | ${seeds} | ${shares.length} | ${told} | ${named} |\n`);
}
if (!isProven) process.exitCode = 1;
