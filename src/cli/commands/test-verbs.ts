import { LuciError } from '../../base/errors.ts';
import { type CommandContext, textOption } from '../command.ts';
import { pad, printable } from '../show/text.ts';
import { compare } from './test-compare.ts';

/** `luci test rescore|merge|certify|verify`: what can be done with runs that are over. `compare` has a file of its own. */

type Verb = (context: CommandContext, operands: readonly string[]) => Promise<number>;

const rescore: Verb = async ({ luci, options, show, signal }, operands) => {
  const [reference] = exactly(operands, 1, 'rescore MODEL');
  const suitePath = textOption(options, 'suite');
  const changed = await (await luci()).tests.rescore(reference ?? '', { signal, suitePath });
  if (show.json) show.data(changed);
  else if (changed.length === 0) show.note('Every verdict is the same.');
  else
    for (const { caseId, variant, before, now, reason } of changed)
      show.result(`${caseId}#${variant}: ${before} -> ${now}${reason ? ` (${printable(reason)})` : ''}`);
  return 0;
};

const merge: Verb = async ({ luci, show }, operands) => {
  const { path, answers } = await (await luci()).tests.merge(operands);
  if (show.json) show.data({ path, answers });
  else show.result(`${path}  ${answers} answers`);
  return 0;
};

const certify: Verb = async ({ luci, show }, operands) => {
  const [reference] = exactly(operands, 1, 'certify MODEL');
  const paths = await (await luci()).tests.certify(reference ?? '');
  if (show.json) show.data(paths);
  else for (const path of paths) show.result(path);
  return 0;
};

const verify: Verb = async ({ luci, show }, operands) => {
  const [path] = exactly(operands, 1, 'verify FILE');
  const found = await (await luci()).tests.checkCertificate(path ?? '');
  if (show.json) show.data(found);
  else {
    const { model, tier, verdict, passed, total, confirmed, suite, suiteHash, testedAt, modelSha256 } = found;
    show.result(`${show.terminal.style('good', show.terminal.marks.done, 'out')} the signature fits`);
    show.result(
      `${printable(model)} (sha256 ${modelSha256.slice(0, 12)}): tier ${tier} ${verdict === 'pass' ? 'passed' : 'not passed'} (${passed}/${total})${confirmed ? ', confirmed' : ''}`,
    );
    show.result(`${suite} (${suiteHash}), ${testedAt.slice(0, 10)}`);
  }
  return 0;
};

/** `luci test lint FILE`: 0 when every case of a suite is sound, 8 when one is not. */
const lint: Verb = async ({ luci, show, signal }, operands) => {
  const [path] = exactly(operands, 1, 'lint FILE');
  const report = await (await luci()).tests.lint(path ?? '', signal);
  const wrong = report.cases.filter(({ problems }) => problems.length > 0);
  if (show.json) show.data(report);
  else {
    const { marks, style } = show.terminal;
    const width = Math.max(...report.cases.map(({ id }) => id.length));
    for (const { id, tried, variants, problems } of report.cases) {
      const mark = problems.length === 0 ? style('good', marks.done, 'out') : style('bad', marks.wrong, 'out');
      const count = variants === 1 ? '1 instance' : `${tried} of ${variants} instances`;
      show.result(`${mark} ${pad(id, width)}  ${count}`);
      for (const problem of problems) show.result(`  ${printable(problem)}`);
    }
    const { suite, version, hash, cases } = report;
    show.result(
      `${suite} ${version} (${hash}): ${cases.length} ${cases.length === 1 ? 'case' : 'cases'}, ${wrong.length === 0 ? 'all sound' : `${wrong.length} not sound`}`,
    );
  }
  return wrong.length === 0 ? 0 : 8;
};

/** The verbs by name. */
export const testVerbs: Readonly<Record<string, Verb>> = { compare, rescore, merge, certify, verify, lint };

function exactly(operands: readonly string[], count: number, usage: string): readonly string[] {
  if (operands.length !== count)
    throw new LuciError('USAGE', `This takes ${count === 1 ? 'one name' : `${count} names`}.`, { hint: `luci test ${usage}` });
  return operands;
}
