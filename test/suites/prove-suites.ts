import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Instance, ScriptedTurn, Verifier } from '../../src/tiers/case.ts';
import { seededRandom } from '../../src/tiers/random.ts';
import { casesOf, instanceOf, suiteHash, suiteVersion } from '../../src/tiers/suite.ts';
import { forms, nobodies, verdictOn } from './answerers.ts';

/**
 * `npm run test:suites [-- --seeds 10]`: how often the right answer, the nearly right one and everybody who knows nothing pass, over all
 * cases; and how many different questions 200 seeds give. The table goes into docs/tiers.md.
 */

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10' } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => String(seed));
const tiers = [0, 1, 2, 3] as const;

/** Knows options, form and tool, and draws the rest. */
function guess(instance: Instance, seed: string): ScriptedTurn[] {
  const random = seededRandom(`guess ${seed}`);
  const text = (verify: Verifier | undefined, otherwise: string): string => {
    if (verify?.kind === 'oneOf') return random.some(verify.options, verify.want.length).join(', ');
    if (verify?.kind === 'yesNo') return verify.want.map(() => random.pick(['yes', 'no'])).join('\n');
    if (verify?.kind === 'number') return `Answer: ${random.int(2, 9)}`;
    if (verify?.kind === 'state' && verify.answer) return text(verify.answer, otherwise);
    if (verify?.kind === 'json' && typeof verify.want === 'object' && verify.want !== null && !Array.isArray(verify.want)) {
      const all = Object.values(verify.want as Record<string, unknown>);
      return JSON.stringify(Object.fromEntries(Object.keys(verify.want).map((key) => [key, random.pick(all)])));
    }
    return otherwise;
  };
  return instance.turns.map(({ verify }, index) => {
    const calls = verify?.kind === 'state' && verify.answer ? (instance.oracle[index]?.calls ?? []) : [];
    return { text: text(verify, 'Done.'), calls };
  });
}

async function share(tier: (typeof tiers)[number], answer: (instance: Instance, seed: string) => readonly ScriptedTurn[]): Promise<string> {
  let passed = 0;
  let total = 0;
  for (const definition of casesOf(tier))
    for (const seed of seeds) {
      const instance = instanceOf(definition, seed, 0);
      if ((await verdictOn(instance, answer(instance, seed))).passes) passed += 1;
      total += 1;
    }
  return `${((passed / total) * 100).toFixed(passed === 0 || passed === total ? 0 : 1)} %`;
}

async function row(name: string, answer: (instance: Instance, seed: string) => readonly ScriptedTurn[]): Promise<string> {
  const cells: string[] = [];
  for (const tier of tiers) cells.push(await share(tier, answer));
  return `| ${name} | ${cells.join(' | ')} |`;
}

const rows = [
  await row('the right answer', ({ oracle }) => oracle),
  await row('the nearly right one', ({ nearMiss }) => nearMiss),
  await row('somebody who knows the options, the form and the tool, and guesses', guess),
];
for (const [name, answer] of nobodies) rows.push(await row(`somebody who ${name}`, answer));
for (const [name, form] of forms)
  rows.push(await row(`the right answer with ${name}`, ({ oracle }) => oracle.map((turn) => ({ ...turn, text: form(turn.text) }))));

const distinct = tiers.flatMap((tier) =>
  casesOf(tier).map((definition) => {
    const asked = Array.from({ length: 200 }, (_, seed) => {
      const { turns, world } = instanceOf(definition, String(seed), 0);
      return JSON.stringify([turns.map(({ user }) => user), world]);
    });
    return new Set(asked).size;
  }),
);

const text = [
  `Suite luci-tiers ${suiteVersion} (${suiteHash()}), ${seeds.length} seeds a case. Different questions in 200 seeds: ${Math.min(...distinct)} to ${Math.max(...distinct)}.`,
  '',
  '| answerer | tier 0 | tier 1 | tier 2 | tier 3 |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
].join('\n');
const path = join(process.cwd(), 'docs', 'tiers.md');
const page = readFileSync(path, 'utf8');
const [start, end] = ['<!-- proof -->', '<!-- end of proof -->'];
writeFileSync(
  path,
  page.replace(new RegExp(`${start}[\\s\\S]*${end}`), () => `${start}\n${text}\n${end}`),
);
process.stdout.write(`${text}\n`);
