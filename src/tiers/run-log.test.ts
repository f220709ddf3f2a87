import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CaseResult, RunFacts } from './result.ts';
import { openRunLog, readRunLog } from './run-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci log '));
});
afterEach(() => rm(folder, { recursive: true }));

const run: RunFacts = {
  type: 'run',
  version: 1,
  startedAt: '2026-11-25T02:00:00.000Z',
  luciVersion: '0.1.0',
  suite: 'luci-tiers 1.0.0',
  suiteHash: 'abcdef',
  seed: '0',
  repeats: 1,
  model: 'script',
  modelSha256: 'ab',
  quantization: 'F16',
  nativeTier: 0,
  engine: 'embedded 1',
  device: 'none',
  contextLength: 8192,
  toolPath: 'grammar',
  language: 'javascript',
  sampling: { temperature: 0, seed: 0 },
  machine: { system: 'Linux', cores: 2, memoryBytes: 1 },
  sandboxes: { javascript: true, sql: true },
};

const answer: CaseResult = {
  key: 'k1',
  tier: 0,
  mode: 'graded',
  caseId: 't0-copy',
  variant: 0,
  status: 'error',
  reason: 'the engine is gone',
  loosePass: false,
  turns: [{ user: 'Say x', text: 'x', calls: [{ name: 'read_file', args: { path: 'x' }, isError: false, content: '' }] }],
  generatedTokens: 1,
  promptTokens: 1,
  cachedTokens: 0,
  rereadTokens: 0,
  seconds: 1,
  promptSeconds: 0,
  overheadSeconds: 0,
};

test('an answer that was asked again after an error counts once, as it was last', () => {
  const log = openRunLog(folder, run);
  const { reason: _, ...passed } = { ...answer, status: 'pass' as const };
  log.write({ type: 'answer', ...answer });
  log.write({ type: 'answer', ...answer, key: 'k2', caseId: 't0-arith' });
  log.write({ type: 'answer', ...passed });
  const read = readRunLog(log.path);
  expect(read?.answers).toEqual([
    { type: 'answer', ...passed },
    { type: 'answer', ...answer, key: 'k2', caseId: 't0-arith' },
  ]);
  expect(read?.isEnded).toBe(false);
});

test('lines that luci does not write are passed over; a log that begins with one is none', async () => {
  const log = openRunLog(folder, run);
  log.write({ type: 'answer', ...answer });
  log.write({ type: 'end', at: 'now' });
  const whole = await readFile(log.path, 'utf8');
  const wrong: readonly object[] = [
    { status: '"><script>' },
    { tier: 9 },
    { seconds: '1' },
    { variant: 0.5 },
    { turns: [{ user: 'x' }] },
    { generatedTokens: null },
  ];
  const lines = wrong.map((part) => JSON.stringify({ type: 'answer', ...answer, key: 'other', ...part }));
  await writeFile(log.path, `${whole}${lines.join('\n')}\nnull\n[]\n{"type":"answer"\n`);
  expect(readRunLog(log.path)).toMatchObject({ answers: [{ key: 'k1' }], isEnded: true });
  await writeFile(log.path, whole.replace('"cores":2', '"cores":"<b>"'));
  expect(readRunLog(log.path)).toBeUndefined();
});
