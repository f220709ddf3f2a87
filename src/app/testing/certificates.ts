import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import { shellWord } from '../../base/shell-word.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { beyondSuite } from '../../tiers/beyond/beyond-suites.ts';
import {
  type Certificate,
  certify as certifyTiers,
  checkCertificate as checkText,
  questionsOf,
  repeatsIn,
  signerOf,
} from '../../tiers/certificate.ts';
import { countOf } from '../../tiers/count-tier.ts';
import { readSuite } from '../../tiers/own/load-suite.ts';
import type { ReadLog } from '../../tiers/run-log.ts';
import { fingerprintOf } from '../../tiers/signing-key.ts';
import { sequentialVerdict } from '../../tiers/statistics.ts';
import { ladder, type Suite } from '../../tiers/suite.ts';
import { type FinishedRuns, findRun, type RescoreOptions, type RunReference, rescore } from './finished-runs.ts';
import { type KeyOwner, ownerOf, publicKeyInPem, signingKey, trustKey } from './key-ring.ts';

/** Certificates: signed only for answers that were graded again, and believed only as far as their key is known. */

/** What a certificate that holds together is worth here. */
export interface CheckedCertificate extends Certificate {
  /** The key it was signed with. */
  readonly fingerprint: string;
  readonly signedBy: KeyOwner;
  /** What is installed here under the model's name: these bytes, others, or nothing. */
  readonly installed: 'same bytes' | 'other bytes' | 'nothing';
}

/** A key that is trusted now. */
export interface TrustedKey {
  readonly fingerprint: string;
}

/** How a certificate is looked at. */
export interface CheckOptions {
  /** File of the user's own suite that the certificate is of. */
  readonly suitePath?: string;
}

/** What checking needs to know of this machine. */
export interface CheckTools extends Pick<FinishedRuns, 'keysFolder'> {
  /** The digest of an installed model; undefined when there is none of that name. */
  readonly installedDigest: (name: string) => Promise<string | undefined>;
}

/** See `Tests.certify`. */
export async function certify(runs: FinishedRuns, reference: RunReference, options: RescoreOptions = {}): Promise<readonly string[]> {
  const { logsFolder, keysFolder } = runs;
  const log = findRun(logsFolder, reference, options.suitePath);
  const { engine, model } = log.run;
  if (engine.startsWith('remote '))
    throw new LuciError('USAGE', `Nobody here can say which bytes answered as ${model}: a remote model gets no certificate.`, {
      hint: `luci test report ${shellWord(model)}`,
    });
  const suite = suiteOf(options.suitePath);
  requireSameSuite(log, suite);
  const tiers = suite.tiers.filter((tier) => isWhole(log, tier, suite));
  if (tiers.length === 0)
    throw new LuciError('TESTS_INCOMPLETE', `No tier of the newest run of ${model} was asked as a whole.`, {
      hint: `luci test ${shellWord(model)}`,
    });
  await requireSameVerdicts(runs, log, options);
  const whole = { ...log, answers: log.answers.filter(({ tier }) => tiers.includes(tier)) };
  const written: string[] = [];
  for (const certificate of certifyTiers(whole, await signingKey(keysFolder))) {
    const path = join(logsFolder, `${basename(log.path, '.jsonl')}.tier${certificate.tier}.certificate.json`);
    await writeFileAtomic(path, `${JSON.stringify(certificate, null, 1)}\n`).catch((error: unknown) => {
      throw diskError(error, path, 'write a certificate');
    });
    written.push(path);
  }
  return written;
}

/** See `Tests.checkCertificate`. */
export async function checkCertificate(tools: CheckTools, path: string, { suitePath }: CheckOptions = {}): Promise<CheckedCertificate> {
  const certificate = checkText(readText(path), { name: basename(path), suite: suiteOf(suitePath) });
  const digest = await tools.installedDigest(certificate.model);
  const sameOrOther = digest === certificate.modelSha256 ? 'same bytes' : 'other bytes';
  return {
    ...certificate,
    fingerprint: fingerprintOf(certificate.publicKey),
    signedBy: await ownerOf(tools.keysFolder, certificate.publicKey),
    installed: digest === undefined ? 'nothing' : sameOrOther,
  };
}

/** See `Tests.trust`. */
export async function trust({ keysFolder }: FinishedRuns, path: string): Promise<TrustedKey> {
  const text = readText(path);
  const publicKey = publicKeyInPem(text) ?? signerOf(text, basename(path));
  await trustKey(keysFolder, publicKey);
  return { fingerprint: fingerprintOf(publicKey) };
}

function suiteOf(path: string | undefined): Suite {
  return path === undefined ? ladder : (beyondSuite(path) ?? readSuite(path));
}

/** Nothing is signed for questions that cannot be made again here. */
function requireSameSuite({ run }: ReadLog, suite: Suite): void {
  if (run.suite === `${suite.name} ${suite.version}` && run.suiteHash === suite.hash) return;
  throw new LuciError(
    'USAGE',
    `The run is of ${run.suite} (${run.suiteHash}); here is ${suite.name} ${suite.version} (${suite.hash}), and answers are graded again before they are signed.`,
    { hint: suite.isLadder ? `luci test certify ${shellWord(run.model)} --suite FILE` : `luci test ${shellWord(run.model)} --suite FILE` },
  );
}

/** A log is a file that anybody may have edited: its verdicts must follow from its answers. */
async function requireSameVerdicts(runs: FinishedRuns, log: ReadLog, options: RescoreOptions): Promise<void> {
  const [changed, ...more] = await rescore(runs, { path: log.path }, options);
  if (!changed) return;
  const { caseId, variant, before, now } = changed;
  const others = more.length > 0 ? `, and ${more.length} more` : '';
  throw new LuciError(
    'DIGEST_MISMATCH',
    `${basename(log.path)} says other verdicts than its answers get: ${caseId}#${variant} ${before}, graded again ${now}${others}. Nothing was signed.`,
    { hint: `luci test ${shellWord(log.run.model)} --fresh` },
  );
}

/** Whether every question of a tier was asked, each once, or Wald's test ended it: one case (--case), a shard, a run cut off prove no tier. */
function isWhole({ run, answers, tiers }: ReadLog, tier: Tier, suite: Suite): boolean {
  const ofTier = answers.filter((answer) => answer.tier === tier);
  const own = ofTier.map(({ caseId, variant }) => `${caseId}#${variant}`);
  if (new Set(own).size < own.length) return false;
  const passed = countOf(ofTier, 'pass');
  if (tiers.some((result) => result.tier === tier && result.sequential))
    return sequentialVerdict(passed, own.length - passed) !== undefined;
  return own.length === questionsOf(suite, tier, repeatsIn({ run, tiers }, tier)).length;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no certificate ${path}.`, { hint: 'luci test certify MODEL' });
    throw diskError(error, path, 'read a certificate');
  }
}
