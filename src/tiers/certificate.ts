import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import * as v from 'valibot';
import { parseChecked } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { countTier } from './count-tier.ts';
import type { ReadLog } from './run-log.ts';
import { isTierPassed } from './statistics.ts';

/** A certificate: what a model passed, with everything it takes to repeat it, signed with a key of the machine that tested. */

/** A signed certificate. Written out, not derived from the schema: programs that use luci do not have the schema's package. */
export interface Certificate {
  type: 'luci-certificate';
  version: 1;
  model: string;
  modelSha256: string;
  quantization: string;
  tier: number;
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

const certificateSchema: v.GenericSchema<Certificate> = v.object({
  type: v.literal('luci-certificate'),
  version: v.literal(1),
  model: v.string(),
  modelSha256: v.string(),
  quantization: v.string(),
  tier: v.number(),
  verdict: v.picklist(['pass', 'fail']),
  confirmed: v.boolean(),
  sequential: v.boolean(),
  passed: v.number(),
  total: v.number(),
  interval: v.tuple([v.number(), v.number()]),
  suite: v.string(),
  suiteHash: v.string(),
  seed: v.string(),
  repeats: v.number(),
  engine: v.string(),
  contextLength: v.number(),
  toolPath: v.string(),
  language: v.picklist(['javascript', 'python']),
  luciVersion: v.string(),
  testedAt: v.string(),
  machine: v.object({ system: v.string(), cores: v.number(), memoryBytes: v.number() }),
  answers: v.record(v.string(), v.picklist(['pass', 'fail', 'error'])),
  publicKey: v.string(),
  signature: v.string(),
});

/** A new key as PEM text; kept in a file only the user can read. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Certificates of the tiers a run has answers for. */
export function certify({ run, answers, tiers: results }: ReadLog, keyPem: string): readonly Certificate[] {
  const key = createPrivateKey(keyPem);
  const tiers = [...new Set(answers.map(({ tier }) => tier))].sort();
  return tiers.map((tier) => {
    const own = answers.filter((answer) => answer.tier === tier);
    // What is signed leaves nothing open: a question without an answer counts as not passed.
    const answered = own.map((answer) => (answer.status === 'error' ? { ...answer, status: 'fail' as const } : answer));
    const { passed, interval, confirmed } = countTier(answered, { planned: own.length, repeats: run.repeats });
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
      repeats: run.repeats,
      engine: run.engine,
      contextLength: run.contextLength,
      toolPath: run.toolPath,
      language: run.language,
      luciVersion: run.luciVersion,
      testedAt: run.startedAt,
      machine: run.machine,
      answers: Object.fromEntries(own.map(({ caseId, variant, status }) => [`${caseId}#${variant}`, status])),
      publicKey: publicText(createPublicKey(key)),
    };
    return { ...facts, signature: sign(null, signedBytes(facts), key).toString('base64') };
  });
}

/**
 * Reads a certificate and checks it: the signature, and that the counts follow from the answers.
 * @throws DIGEST_MISMATCH when anything was changed after signing; STATE_BROKEN when it is no certificate
 */
export function checkCertificate(text: string, name: string): Certificate {
  const certificate = parseChecked(certificateSchema, text, name);
  const { signature, ...facts } = certificate;
  const tampered = (why: string): LuciError => new LuciError('DIGEST_MISMATCH', `${name} is not what was signed: ${why}.`);
  let isGenuine: boolean;
  try {
    const key = createPublicKey({ key: Buffer.from(facts.publicKey, 'base64'), format: 'der', type: 'spki' });
    isGenuine = verify(null, signedBytes(facts), key, Buffer.from(signature, 'base64'));
  } catch {
    isGenuine = false; // The key itself is no key.
  }
  if (!isGenuine) throw tampered('the signature does not fit');
  const statuses = Object.values(facts.answers);
  const passed = statuses.filter((status) => status === 'pass').length;
  if (passed !== facts.passed || statuses.length !== facts.total || isTierPassed(passed, statuses.length) !== (facts.verdict === 'pass'))
    throw tampered('the counts do not follow from the answers');
  return certificate;
}

function publicText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The facts as bytes: keys in order, so that every reader gets the same. */
function signedBytes(facts: object): Buffer {
  return Buffer.from(
    JSON.stringify(facts, (_key, value: unknown) =>
      isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
    ),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
