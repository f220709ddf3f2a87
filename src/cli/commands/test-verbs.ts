import { LuciError } from '../../base/errors.ts';
import type { CommandContext } from '../command.ts';
import { printable } from '../show/text.ts';

/** `luci test compare|rescore|merge|certify|verify`: what can be done with runs that are over. */

type Verb = (context: CommandContext, operands: readonly string[]) => Promise<number>;

const compare: Verb = async ({ luci, show }, operands) => {
  const [first, second] = exactly(operands, 2, 'compare MODEL MODEL');
  const result = (await (await luci()).testingVerbs()).compare(first ?? '', second ?? '');
  if (show.json) {
    show.data(result);
    return 0;
  }
  const line = (name: string | undefined, passed: number, [low, high]: readonly [number, number]): string =>
    `${printable(name ?? '')}  ${passed}/${result.pairs}  95 % interval ${Math.round(low)}-${Math.round(high)}`;
  show.result(line(first, result.passed[0], result.intervals[0]));
  show.result(line(second, result.passed[1], result.intervals[1]));
  if (result.onlyFirst.length > 0) show.result(`only ${printable(first ?? '')}: ${result.onlyFirst.join(', ')}`);
  if (result.onlySecond.length > 0) show.result(`only ${printable(second ?? '')}: ${result.onlySecond.join(', ')}`);
  const p = result.p < 0.001 ? 'p < 0.001' : `p = ${result.p.toFixed(3)}`;
  show.result(
    result.p < 0.05
      ? `The difference is more than chance (McNemar, ${p}).`
      : `No difference is shown (McNemar, ${p}); more repeats may show one.`,
  );
  for (const warning of result.warnings) show.note(`note: ${printable(warning)}`);
  return 0;
};

const rescore: Verb = async ({ luci, show, signal }, operands) => {
  const [reference] = exactly(operands, 1, 'rescore MODEL');
  const changed = await (await (await luci()).testingVerbs()).rescore(reference ?? '', signal);
  if (show.json) show.data(changed);
  else if (changed.length === 0) show.note('Every verdict is the same.');
  else
    for (const { caseId, variant, before, now, reason } of changed)
      show.result(`${caseId}#${variant}: ${before} -> ${now}${reason ? ` (${printable(reason)})` : ''}`);
  return 0;
};

const merge: Verb = async ({ luci, show }, operands) => {
  const { path, answers } = (await (await luci()).testingVerbs()).merge(operands);
  if (show.json) show.data({ path, answers });
  else show.result(`${path}  ${answers} answers`);
  return 0;
};

const certify: Verb = async ({ luci, show }, operands) => {
  const [reference] = exactly(operands, 1, 'certify MODEL');
  const paths = await (await (await luci()).testingVerbs()).certify(reference ?? '');
  if (show.json) show.data(paths);
  else for (const path of paths) show.result(path);
  return 0;
};

const verify: Verb = async ({ luci, show }, operands) => {
  const [path] = exactly(operands, 1, 'verify FILE');
  const found = (await (await luci()).testingVerbs()).checkCertificate(path ?? '');
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

/** The verbs by name. */
export const testVerbs: Readonly<Record<string, Verb>> = { compare, rescore, merge, certify, verify };

function exactly(operands: readonly string[], count: number, usage: string): readonly string[] {
  if (operands.length !== count)
    throw new LuciError('USAGE', `This takes ${count === 1 ? 'one name' : `${count} names`}.`, { hint: `luci test ${usage}` });
  return operands;
}
