import type { CheckedCertificate } from '../../app/testing/certificates.ts';
import { anyText } from '../../base/value-kinds.ts';
import { type Command, type CommandContext, defineCommand, type OptionTable } from '../command.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** Verbs of `luci test` that make certificates, check them, and say whose they are. */

const suiteOption = {
  suite: { kind: anyText('suite.json'), value: 'FILE', summary: 'the suite of your own it is of' },
} as const satisfies OptionTable;

async function certify({ luci, show, signal, operands: [reference] }: CommandContext, suitePath: string | undefined): Promise<number> {
  const paths = await (await luci()).tests.certify(reference ?? '', { suitePath, signal });
  if (show.json) show.data(paths);
  else for (const path of paths) show.result(path);
  return 0;
}

async function verify({ luci, show, operands: [path = ''] }: CommandContext, suitePath: string | undefined): Promise<number> {
  const found = await (await luci()).tests.checkCertificate(path, { suitePath });
  if (show.json) show.data(found);
  else showCertificate(found, show);
  return 0;
}

function showCertificate(found: CheckedCertificate, { result: say, note, terminal: { style, marks } }: Show): void {
  const { model, tier, verdict, passed, total, confirmed, suite, suiteHash, testedAt, modelSha256, sequential } = found;
  const isKnown = found.signedBy !== 'unknown';
  const mark = isKnown ? style('good', marks.done, 'out') : style('care', marks.bullet, 'out');
  const whose = { 'this machine': 'the key of this machine', trusted: 'a key you trust', unknown: 'an unknown key: anybody can make one' };
  say(`${mark} signed with ${whose[found.signedBy]}`);
  say(`key ${found.fingerprint}`);
  const verdictText = verdict === 'pass' ? 'passed' : 'not passed';
  const howSure = confirmed ? ', confirmed' : sequential ? ', sequential' : '';
  say(`${printable(model)} (sha256 ${printable(modelSha256.slice(0, 12))}): tier ${tier} ${verdictText} (${passed}/${total})${howSure}`);
  say(`${printable(suite)} (${suiteHash}), ${printable(testedAt.slice(0, 10))}`);
  if (found.installed === 'other bytes')
    say(`${style('bad', marks.wrong, 'out')} ${printable(model)} has other bytes here: this says nothing of it`);
  if (!isKnown) note('Compare the key with what its owner tells you ("luci test key" there), then: luci test trust FILE');
}

async function key({ luci, show }: CommandContext): Promise<number> {
  const own = await (await luci()).tests.key();
  if (show.json) show.data(own);
  else show.result(`${own.fingerprint}\n${own.pem.trimEnd()}`);
  return 0;
}

async function trust({ luci, show, operands: [path = ''] }: CommandContext): Promise<number> {
  const trusted = await (await luci()).tests.trust(path);
  if (show.json) show.data(trusted);
  else show.result(`trusted from now on: ${trusted.fingerprint}`);
  return 0;
}

/** The verbs, in the order of the help. */
export const certificateVerbs: readonly Command[] = [
  defineCommand({
    name: 'certify',
    operands: '<run>',
    example: 'llama3.2',
    summary: 'grade a run again and write a signed certificate of each tier',
    options: suiteOption,
    run: (context) => certify(context, context.options.suite),
  }),
  defineCommand({
    name: 'verify',
    operands: '<certificate>',
    example: 'certificate.json',
    summary: 'check a certificate, and say whose it is',
    options: suiteOption,
    run: (context) => verify(context, context.options.suite),
  }),
  defineCommand({ name: 'key', summary: 'the key this machine signs certificates with', run: key }),
  defineCommand({
    name: 'trust',
    operands: '<file>',
    example: 'certificate.json',
    summary: 'trust the key of a certificate, or one that "luci test key" printed',
    run: trust,
  }),
];
