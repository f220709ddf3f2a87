import type { Status, TierResult } from '../result.ts';
import { holdsOwnTier, type ReportedModel } from './report-data.ts';

/** Signs and labels of verdicts; a sign always stands beside the colour. */

export const statusSign: Readonly<Record<Status, string>> = { pass: '✓', fail: '✗', error: '!' };

export const statusLabel: Readonly<Record<Status, string>> = { pass: 'passed', fail: 'failed', error: 'error' };

export const verdictSign: Readonly<Record<TierResult['verdict'], string>> = { pass: '✓', fail: '✗', incomplete: '!' };

/** What a tier came to. */
export function tierLabel({ verdict, confirmed, sequential, sure }: TierResult): string {
  if (sure === 'open') return 'not sure yet';
  if (sure !== undefined) return sure === 'pass' ? 'passed, confirmed' : 'not passed, refuted';
  if (verdict === 'incomplete') return 'incomplete';
  return `${verdict === 'pass' ? 'passed' : 'not passed'}${confirmed ? ', confirmed' : sequential ? ', sequential' : ''}`;
}

/** What a model came to: its class for colour, its sign, and a sentence. */
export function modelVerdict(model: ReportedModel): {
  readonly kind: TierResult['verdict'];
  readonly sign: string;
  readonly label: string;
} {
  const { provenTier, isComplete, run, tiers } = model;
  if (!isComplete) return { kind: 'incomplete', sign: '!', label: 'incomplete' };
  if (tiers.some(({ partOf }) => partOf !== undefined)) return { kind: 'incomplete', sign: '!', label: 'a part of the cases, no tier' };
  const [own] = tiers.filter(({ label }) => label !== undefined);
  if (own?.verdict === 'pass') return { kind: 'pass', sign: '✓', label: 'passes' };
  if (own) return { kind: 'fail', sign: '✗', label: 'does not pass' };
  if (holdsOwnTier(model)) return { kind: 'pass', sign: '✓', label: `holds tier ${provenTier}` };
  const held = provenTier >= 0 ? `holds tier ${provenTier}` : 'holds no tier';
  return { kind: 'fail', sign: '✗', label: run.nativeTier === undefined ? held : `${held}, its own is ${run.nativeTier}` };
}
