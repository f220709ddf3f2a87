import * as v from 'valibot';
import { parseChecked } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { allTiers, type Tier } from '../base/model.ts';
import { countTier, type TierCount } from './count-tier.ts';
import type { CaseResult } from './result.ts';
import type { ReadLog } from './run-log.ts';
import { isSigned, signed } from './signing-key.ts';
import { isTierPassed, sequentialVerdict } from './statistics.ts';
import type { Suite } from './suite.ts';

/** A certificate: what a model passed, with everything it takes to repeat it, signed with a key of the machine that tested. */

/** A signed certificate. Written out, not derived from the schema: programs that use luci do not have the schema's package. */
export interface Certificate {
  type: 'luci-certificate';
  version: 1;
  model: string;
  modelSha256: string;
  quantization: string;
  tier: Tier;
  verdict: 'pass' | 'fail';
  confirmed: boolean;
  /** The verdict of a run that was ended early by Wald's test. */
  sequential: boolean;
  passed: number;
  total: number;
  interval: [number, number];
  suite: string;
  suiteHash: string;
  seed: string;
  repeats: number;
  engine: string;
  contextLength: number;
  toolPath: string;
  language: 'javascript' | 'python';
  luciVersion: string;
  testedAt: string;
  machine: { system: string; cores: number; memoryBytes: number };
  /** Verdicts by case and variant, as in `t0-copy#0`. */
  answers: Record<string, 'pass' | 'fail' | 'error'>;
  publicKey: string;
  signature: string;
}

const certificateSchema: v.GenericSchema<Certificate> = v.strictObject({
  type: v.literal('luci-certificate'),
  version: v.literal(1),
  model: v.string(),
  modelSha256: v.string(),
  quantization: v.string(),
  tier: v.picklist(allTiers),
  verdict: v.picklist(['pass', 'fail']),
  confirmed: v.boolean(),
  sequential: v.boolean(),
  passed: v.number(),
  total: v.number(),
  interval: v.tuple([v.number(), v.number()]),
  suite: v.string(),
  suiteHash: v.string(),
  seed: v.string(),
  repeats: v.pipe(v.number(), v.integer(), v.minValue(1)),
  engine: v.string(),
  contextLength: v.number(),
  toolPath: v.string(),
  language: v.picklist(['javascript', 'python']),
  luciVersion: v.string(),
  testedAt: v.string(),
  machine: v.strictObject({ system: v.string(), cores: v.number(), memoryBytes: v.number() }),
  answers: v.record(v.string(), v.picklist(['pass', 'fail', 'error'])),
  publicKey: v.string(),
  signature: v.string(),
});

/** Certificates of the tiers a run has answers for. */
export function certify({ run, answers, tiers: results }: ReadLog, keyPem: string): readonly Certificate[] {
  const tiers = [...new Set(answers.map(({ tier }) => tier))].sort();
  return tiers.map((tier) => {
    const own = answers.filter((answer) => answer.tier === tier);
    const repeats = repeatsIn({ run, tiers: results }, tier);
    const { passed, interval, confirmed } = signedCount(own, repeats);
    const sequential = results.some((result) => result.tier === tier && result.sequential);
    const facts = {
      type: 'luci-certificate' as const,
      version: 1 as const,
      model: run.model,
      modelSha256: run.modelSha256,
      quantization: run.quantization,
      tier,
      verdict: isTierPassed(passed, own.length) ? ('pass' as const) : ('fail' as const),
      confirmed: !sequential && confirmed,
      sequential,
      passed,
      total: own.length,
      interval: [interval[0], interval[1]] as [number, number],
      suite: run.suite,
      suiteHash: run.suiteHash,
      seed: run.seed,
      repeats,
      engine: run.engine,
      contextLength: run.contextLength,
      toolPath: run.toolPath,
      language: run.language,
      luciVersion: run.luciVersion,
      testedAt: run.startedAt,
      machine: run.machine,
      answers: Object.fromEntries(own.map(({ caseId, variant, status }) => [`${caseId}#${variant}`, status])),
    };
    return signed(facts, keyPem);
  });
}

/**
 * Reads a certificate and checks it against the suite it names: the signature, that the suite is this one, that every answer is one of
 * its questions and none is left out, and that counts, verdict, interval and confirmation follow from the answers.
 * Whose key it was signed with is another question.
 * @throws DIGEST_MISMATCH when it is not what was signed, or says more than its answers do; STATE_BROKEN when it is no certificate;
 * USAGE when it is of another suite
 */
export function checkCertificate(text: string, { name, suite }: { readonly name: string; readonly suite: Suite }): Certificate {
  const certificate = parseChecked(certificateSchema, text, name);
  const refused = (why: string): LuciError => new LuciError('DIGEST_MISMATCH', `${name} is not to be believed: ${why}.`);
  if (!isSigned(certificate)) throw refused('the signature does not fit, so it was changed after it was signed');
  if (certificate.suite !== `${suite.name} ${suite.version}`)
    throw new LuciError('USAGE', `${name} is of ${certificate.suite}; here is ${suite.name} ${suite.version}.`, {
      hint: `luci test verify FILE --suite SUITE, or luci ${certificate.luciVersion}, which made it`,
    });
  if (certificate.suiteHash !== suite.hash)
    throw refused(`${certificate.suite} has the hash ${suite.hash}, not ${certificate.suiteHash}: other questions were asked`);
  const problem = problemOfAnswers(certificate, suite) ?? problemOfCounts(certificate);
  if (problem !== undefined) throw refused(problem);
  return certificate;
}

/** The key a certificate was signed with, whatever suite it is of. Throws like {@link checkCertificate}. */
export function signerOf(text: string, name: string): string {
  const certificate = parseChecked(certificateSchema, text, name);
  if (isSigned(certificate)) return certificate.publicKey;
  throw new LuciError('DIGEST_MISMATCH', `${name} is not to be believed: the signature does not fit, so it names no key.`);
}

/** Whether the answers are those to all questions of the tier, and to nothing else. */
function problemOfAnswers({ tier, repeats, sequential, answers }: Certificate, suite: Suite): string | undefined {
  const asked = new Set(questionsOf(suite, tier, Math.min(repeats, maxRepeats)));
  const alien = Object.keys(answers).find((id) => !asked.has(id));
  if (alien !== undefined) return `${alien} is no question of tier ${tier} with ${repeats} repeats`;
  const missing = asked.size - Object.keys(answers).length;
  return missing > 0 && !sequential ? `${missing} of the ${asked.size} questions of the tier have no answer` : undefined;
}

/** How many variants of each case a tier was asked: more than the run began with where it was asked until its verdict was sure. */
export function repeatsIn({ run, tiers }: Pick<ReadLog, 'run' | 'tiers'>, tier: Tier): number {
  return tiers.find((result) => result.tier === tier)?.repeats ?? run.repeats;
}

/** Repeats beyond this are no run that was ever made; nothing larger is built for a file of somebody else. */
const maxRepeats = 10_000;

/** All questions of a tier, as they are called in certificates: `t0-copy#0`. */
export function questionsOf(suite: Suite, tier: Tier, repeats: number): readonly string[] {
  return suite
    .casesOf(tier)
    .flatMap(({ id, variants = Number.POSITIVE_INFINITY }) =>
      Array.from({ length: Math.min(repeats, variants) }, (_, variant) => `${id}#${variant}`),
    );
}

/** Whether what is said of the answers follows from them. */
function problemOfCounts(certificate: Certificate): string | undefined {
  const { answers, repeats, sequential } = certificate;
  const own = Object.entries(answers).map(([id, status]) => ({ caseId: id.slice(0, id.lastIndexOf('#')), status }));
  const { passed, interval, confirmed } = signedCount(own, repeats);
  if (passed !== certificate.passed || own.length !== certificate.total) return 'the counts do not follow from the answers';
  if (isTierPassed(passed, own.length) !== (certificate.verdict === 'pass')) return 'the verdict does not follow from the answers';
  if (sequential && sequentialVerdict(passed, own.length - passed) !== certificate.verdict) return 'so few answers end no sequential test';
  // Sums of fractions may differ in the last digits with the order of the answers.
  if (interval.some((bound, index) => Math.abs(bound - (certificate.interval[index] ?? Number.NaN)) > 1e-6))
    return 'the interval does not follow from the answers';
  return certificate.confirmed === (confirmed && !sequential) ? undefined : 'the answers do not confirm what it calls confirmed';
}

/** The count that is signed. It leaves nothing open: a question without an answer counts as not passed. */
function signedCount(answers: readonly Pick<CaseResult, 'caseId' | 'status'>[], repeats: number): TierCount {
  const answered = answers.map(({ caseId, status }) => ({ caseId, status: status === 'error' ? ('fail' as const) : status }));
  return countTier(answered, { planned: answers.length, repeats });
}
