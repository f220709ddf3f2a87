import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allTiers } from '../../src/base/model.ts';
import type { Instance, Language, ScriptedTurn } from '../../src/tiers/case.ts';
import { nullModels } from '../../src/tiers/null-models.ts';
import { openPython } from '../../src/tiers/sandbox/python.ts';
import { casesOf, instanceOf, suiteHash, suiteVersion } from '../../src/tiers/suite.ts';
import { verdictOn } from '../../src/tiers/verdict-on.ts';
import { makePythonPart } from '../fixtures/python-part.ts';
import { forms, guess } from './answerers.ts';
import { needsSandbox } from './needs-sandbox.ts';

/**
 * `npm run test:suites [-- --seeds 200 --sandbox-seeds 20]`: how often the right answer, the nearly right one and everybody who knows
 * nothing pass, over all cases; and how many different questions 200 seeds give. A process a core; each answer that runs code still has
 * a sandbox of its own. The table goes into docs/tiers.md.
 */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    'sandbox-seeds': { type: 'string', default: '20' },
    /** Of the cases that are asked in Python too; each of these answers takes a second. */
    'python-seeds': { type: 'string', default: '5' },
    /** Which of how many processes this is; only the first process has none. */
    part: { type: 'string' },
  },
});

type Answerer = readonly [
  name: string,
  answer: (instance: Instance, seed: string) => readonly ScriptedTurn[],
  except?: readonly string[],
  language?: Language,
];

const inJavaScript: readonly Answerer[] = [
  ['the right answer', ({ oracle }) => oracle],
  ['the nearly right one', ({ nearMiss }) => nearMiss],
  ['somebody who knows the options, the form and the tool, and guesses', guess],
  ...nullModels.map(([name, answer]): Answerer => [`somebody who ${name}`, answer]),
  ...forms.map(
    ({ name, form, except = [] }): Answerer => [
      `the right answer with ${name}${except.length > 0 ? ` (not ${except.join(', ')})` : ''}`,
      ({ oracle }) => oracle.map((turn) => ({ ...turn, text: form(turn.text) })),
      except,
    ],
  ),
];

/** In Python those who write code; what the others say does not depend on the language. */
const inPython = inJavaScript
  .filter(([name]) => /^the |returns/.test(name))
  .map(([name, answer, except = []]): Answerer => [`Python: ${name}`, answer, except, 'python']);
const answerers: readonly Answerer[] = [...inJavaScript, ...inPython];

const cases = allTiers.flatMap((tier) => casesOf(tier).map((definition) => ({ tier, definition })));

/** Passed and asked, by answerer and case. */
type Counts = [passed: number, asked: number][][];

if (values.part === undefined) await prove();
else {
  // Without the first process nobody wants the counts.
  process.on('disconnect', () => process.exit());
  await countPart(values.part);
}

async function countPart(part: string): Promise<void> {
  const [index = 0, count = 1] = part.split('/').map(Number);
  await using added = await makePythonPart();
  await using python = await openPython(added.folder);
  const counts: Counts = answerers.map(() => cases.map(() => [0, 0]));
  for (const [column, { definition }] of cases.entries()) {
    const seeds = Number(needsSandbox(definition) ? values['sandbox-seeds'] : values.seeds);
    for (let seed = index; seed < seeds; seed += count) {
      const asked = instanceOf(definition, String(seed), 0);
      for (const [row, [, answer, except, language]] of answerers.entries()) {
        const cell = counts[row]?.[column];
        if (!cell || except?.includes(definition.id)) continue;
        if (language === 'python' && (!definition.inPython || seed >= Number(values['python-seeds']))) continue;
        const instance = language === 'python' ? instanceOf(definition, String(seed), 0, language) : asked;
        cell[1] += 1;
        if ((await verdictOn(instance, answer(instance, String(seed)), { python })).passes) cell[0] += 1;
      }
    }
  }
  process.send?.(counts, undefined, undefined, () => process.disconnect());
}

async function prove(): Promise<void> {
  const cores = availableParallelism();
  const program = [join(process.cwd(), 'scripts', 'run-typescript.mjs'), [join('test', 'suites', 'prove-suites.ts')]] as const;
  const flags = ['--seeds', values.seeds, '--sandbox-seeds', values['sandbox-seeds'], '--python-seeds', values['python-seeds']];
  const parts = await Promise.all(
    Array.from(
      { length: cores },
      (_, index) =>
        new Promise<Counts>((resolve, reject) => {
          const child = fork(program[0], [...program[1], ...flags, '--part', `${index}/${cores}`]);
          child.on('message', (counts) => resolve(counts as Counts));
          child.on('exit', (status) => reject(new Error(`a part of the proof ended with ${status}`)));
        }),
    ),
  );
  const countOf = (row: number, column: number, which: 0 | 1): number =>
    parts.reduce((sum, part) => sum + (part[row]?.[column]?.[which] ?? 0), 0);
  const rows = answerers.map(([name], row) => {
    const cells = allTiers.map((tier) => {
      const columns = cases.flatMap((one, column) => (one.tier === tier && countOf(row, column, 1) > 0 ? [column] : []));
      if (columns.length === 0) return '–';
      // Every case counts the same, however many seeds it was asked with.
      const shares = columns.map((column) => countOf(row, column, 0) / countOf(row, column, 1));
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      return mean === 0 ? '0 %' : mean === 1 ? '100 %' : `${(mean * 100).toFixed(2)} %`;
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const gradings = parts.flat(2).reduce((sum, [, asked]) => sum + asked, 0);
  const distinct = cases.map(({ definition }) => distinctPrompts(definition));
  const sandboxed = allTiers.flatMap(casesOf).filter(needsSandbox);
  const text = [
    `Suite luci-tiers ${suiteVersion} (${suiteHash()}), ${gradings.toLocaleString('en-US')} gradings: ${values.seeds} seeds a case; ${values['sandbox-seeds']} seeds for the ${sandboxed.length} cases whose answers run in a sandbox (${sandboxed.map(({ id }) => id).join(', ')}); ${values['python-seeds']} seeds for the cases that are asked in Python too. Different questions in 200 seeds: ${Math.min(...distinct)} to ${Math.max(...distinct)}.`,
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
}

function distinctPrompts(definition: Parameters<typeof instanceOf>[0]): number {
  const asked = Array.from({ length: 200 }, (_, seed) => {
    const { turns, world } = instanceOf(definition, String(seed), 0);
    return JSON.stringify([turns.map(({ user }) => user), world]);
  });
  return new Set(asked).size;
}
