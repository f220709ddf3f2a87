import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conformSuites } from '../../src/conform/conform.ts';
import { withChecks } from './conform-page.ts';

test('docs/conform.md has the checks of now; npm run conform-page writes them', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'conform.md'), 'utf8');
  expect(page).toBe(withChecks(page));
});

test('every check asks a question that there is, has a name of its own, and says whom it breaks', () => {
  const checks = conformSuites.flatMap((suite) => suite.checks.map((check) => ({ ...check, suite })));
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const { id, question, breaks, suite } of checks) {
    expect(id.split('.')[0]).toBe(suite.protocol);
    expect(Object.keys(suite.questions)).toContain(question);
    expect(breaks.length).toBeGreaterThan(0);
  }
});
