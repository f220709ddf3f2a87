import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debugLog, isDebugLogOn, keepDebugLog, listenToDebugLog } from './debug-log.ts';

let folder: string;
const lines: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-debug-'));
  expect(isDebugLogOn()).toBe(false);
  listenToDebugLog((line) => lines.push(line));
  keepDebugLog(join(folder, 'logs', 'debug.log'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a decision is one line, without what is not known', () => {
  debugLog('source', { file: 'a.gguf', place: 'hub', order: 1, isMirror: false, why: 'two words', revision: undefined });
  expect(lines.at(-1)).toBe('source file=a.gguf place=hub order=1 isMirror=false why="two words"');
  debugLog('x', { text: 'a\nb\u001b[31m' });
  expect(lines.at(-1)).toBe('x text="a\\nb\\u001b[31m"');
});

test.each([
  'https://anna:geheim@host/a/b?X-Signature=geheim#geheim',
  'went to https://host/a/b?sig=geheim and back',
  'Authorization: Bearer geheim1234',
  'token hf_geheimgeheimgeheim',
  'sk-proj-geheim-geheim',
])('%s: no name, no password, no signature, no key', (text) => {
  debugLog('secret', { text });
  expect(lines.at(-1)).not.toContain('geheim');
});

test('the file is bounded: at 1 MB it becomes the one before', () => {
  const path = join(folder, 'logs', 'debug.log');
  for (let count = 0; count < 3000; count += 1) debugLog('large', { text: 'x'.repeat(100_000) });
  expect(statSync(path).size).toBeLessThan(1.2e6);
  expect(statSync(`${path}.1`).size).toBeLessThan(1.2e6);
  expect(readFileSync(path, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \d+ large text=x/);
});
