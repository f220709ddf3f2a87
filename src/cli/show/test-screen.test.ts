import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { recordedTerminal } from '../../../test/fixtures/terminal.ts';
import type { CaseResult, ModelResult, RunFacts, TierResult } from '../../tiers/result.ts';
import { liveTier, modelLine, nextSteps, summaryTable, tierLines } from './test-screen.ts';
import { widthOf } from './text.ts';

function tierOf(tier: 0 | 1, passed: number, total: number, failedCases: readonly string[]): TierResult {
  const verdict = 5 * passed >= 4 * total ? 'pass' : 'fail';
  const failed = total - passed;
  return {
    tier,
    mode: 'graded',
    passed,
    failed,
    errors: 0,
    budgetErrors: 0,
    total,
    verdict,
    interval: [57.4, 98.2],
    confirmed: false,
    sequential: false,
    repeats: 1,
    caseCount: total,
    failedCases,
  };
}

function resultOf(model: string, tiers: readonly TierResult[]): ModelResult {
  const proven = tiers.findIndex(({ verdict }) => verdict !== 'pass');
  const run = { model, suite: 'luci-tiers 2.0.0', nativeTier: 1, quantization: 'Q4_K_M', engine: 'embedded 1' } as RunFacts;
  const provenTier = (proven === -1 ? tiers.length : proven) - 1;
  return { run, tiers, provenTier, holds: provenTier >= 1, isComplete: true, tokensPerSecond: 21.4, cases: [] };
}

const ids = ['t0-copy', 't0-arith', 't0-extract', 't0-yesno', 't0-pick', 't0-json', 't0-make', 't0-rename', 't0-list', 't0-info'];
const weak = resultOf('smollm2-135m', [tierOf(0, 0, 10, ids)]);
const strong = resultOf('somebody/a-model-with-a-long-name:Q4_K_M', [tierOf(0, 10, 10, []), tierOf(1, 8, 9, ['t1-memory'])]);
const answer = (caseId: string, reason?: string): CaseResult => ({
  key: caseId,
  tier: 1,
  mode: 'graded',
  caseId,
  variant: 0,
  status: reason === undefined ? 'pass' : 'fail',
  reason,
  loosePass: false,
  turns: [],
  generatedTokens: 1,
  promptTokens: 1,
  cachedTokens: 0,
  rereadTokens: 0,
  seconds: 1,
  promptSeconds: 0,
  overheadSeconds: 0,
});

describe.each([20, 40, 80, 200])('on %i columns', (columns) => {
  const terminal = recordedTerminal({ columns, isTerminal: true });

  test('nothing but the exact line of a tier and a long name is wider than the terminal', () => {
    const lines = [strong, weak].flatMap((result) => [
      ...modelLine(result.run, terminal).split('\n'),
      ...result.tiers.flatMap((tier) => tierLines(tier, terminal)),
    ]);
    const wide = lines.filter((line) => widthOf(line) > columns && !/^Tier \d: /.test(line) && !line.includes('long-name'));
    expect(wide).toEqual([]);
    expect(lines).toContain('Tier 0: ✅ PASS (10/10) 100.0%');
    expect(lines).toContain('Tier 1: ✅ PASS (8/9) 88.9%');
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('failed: copy, arith, extract, yesno, pick, json, make, rename, list, info');
  });

  test('the table fits, with a name and a verdict for every model', () => {
    const lines = summaryTable([strong, weak], terminal);
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(lines[1]).toMatch(/^somebody.*(✓ tier 1|holds tier 1)$/);
    expect(lines[2]).toMatch(/^smollm2-1.*(✗ tier 0|does not hold tier 0)$/);
    if (columns >= 40) expect(lines[1]).toMatch(/10\/10 +8\/9/);
  });

  test('the live line fits and always says which case is asked', () => {
    const done = [
      answer('t1-steps'),
      answer('t1-code'),
      answer('t1-units', `got 41.2, wanted 42 ${'and more '.repeat(20)}`),
      answer('t1-dates'),
    ];
    const coloured = liveTier(
      { label: 'Tier 1', total: 9, done, current: { caseId: 't1-memory', seconds: 7 } },
      recordedTerminal({ columns, colour: true, isTerminal: true }),
    );
    const line = stripVTControlCharacters(coloured);
    expect(line).toMatch(/• memory 7 s$/);
    expect(widthOf(line)).toBeLessThan(columns);
    if (columns >= 40) expect(line).toMatch(/^Tier 1: … 4 of 9 .*✓ dates/);
    else expect(line).toBe('4/9  • memory 7 s');
  });
});

test('off a terminal lines are as long as they are', () => {
  const terminal = recordedTerminal({ columns: 20 });
  expect(tierLines(tierOf(0, 0, 10, ids), terminal)).toEqual([
    'Tier 0: ✗ FAIL (0/10) 0.0%',
    '        95 % interval 57-98, 1 repeat',
    '        failed: copy, arith, extract, yesno, pick, json, make, rename, list, info',
  ]);
  expect(modelLine(strong.run, terminal)).toBe('Testing somebody/a-model-with-a-long-name:Q4_K_M (Tier 1, Q4_K_M, embedded engine)');
});

test('the end says what to type next, and what (d) means where there is one', () => {
  const wide = recordedTerminal({ isTerminal: true });
  expect(nextSteps([strong], wide)).toBe('Report: luci test report');
  expect(nextSteps([strong, weak], wide)).toBe('Report: luci test report   Why: luci test show smollm2-135m copy');
  const diagnosed = resultOf('x', [tierOf(0, 10, 10, []), { ...tierOf(1, 4, 9, []), mode: 'diagnostic' }]);
  expect(nextSteps([{ ...diagnosed, holds: true }], wide)).toBe('(d) diagnostic, not counted.   Report: luci test report');
  const beyond = { ...weak, run: { ...weak.run, suite: 'safety 1.0.0' } };
  expect(nextSteps([beyond], wide)).toBe('Report: luci test report --suite safety   Why: luci test show smollm2-135m copy --suite safety');
  const cut = (cutAnswers: number): ModelResult => resultOf('x', [{ ...tierOf(0, 9, 10, []), cutAnswers }]);
  expect(nextSteps([cut(1)], wide)).not.toContain('cut');
  expect(nextSteps([cut(2)], wide)).toContain('x: 2 of 10 answers were cut at their budget of tokens.');
  expect(nextSteps([strong, weak], recordedTerminal({ columns: 40, isTerminal: true }))).toBe(
    'Report: luci test report\nWhy: luci test show smollm2-135m copy',
  );
});
