import { expect, test } from 'vitest';
import { builtInToolDefinitions } from '../agent/tools/built-in-tools.ts';
import { gradedSampling, waysOfAsking } from './asking.ts';
import { graderVersion } from './grade/grade.ts';
import { suiteHash, suiteVersion } from './suite.ts';

/**
 * What is asked, as it was recorded. Where this fails, prompts, tools, the grammar, budgets or graders were changed: raise `suiteVersion`
 * (or `graderVersion`, where only verdicts change), and record the new hash with it.
 */
const recorded = { suiteVersion: '2.0.0', graderVersion: 4, hash: '7fa882' };

test('what is asked is changed only with a new version', () => {
  expect({ suiteVersion, graderVersion, hash: suiteHash() }).toEqual(recorded);
});

test('tools, instructions, grammar and sampling are part of what is asked', () => {
  const asked = JSON.stringify(waysOfAsking());
  for (const { name, description } of builtInToolDefinitions) {
    expect(asked).toContain(JSON.stringify(name));
    expect(asked).toContain(JSON.stringify(description));
  }
  expect(asked).toContain('root ::=');
  expect(asked).toContain('To use a tool');
  expect(asked).toContain(JSON.stringify(gradedSampling));
});
