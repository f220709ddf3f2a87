import { expect, test } from 'vitest';
import { builtInToolDefinitions } from '../agent/tools/built-in-tools.ts';
import { gradedSampling, gradedTools, waysOfAsking } from './asking.ts';
import { graderVersion } from './grade/grade.ts';
import { openWorld } from './run/world.ts';
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
  for (const definition of gradedTools(builtInToolDefinitions)) expect(asked).toContain(JSON.stringify(definition));
  expect(asked).toContain('root ::=');
  expect(asked).toContain('To use a tool');
  expect(asked).toContain(JSON.stringify(gradedSampling));
});

test('a tool that the assistant gains is not asked of models in tests', async () => {
  const names = ['list_files', 'read_file', 'write_file', 'move_file', 'make_folder', 'delete_file', 'system_info'];
  const more = { name: 'more_of_it', description: '', parameters: {} };
  expect(gradedTools([more, ...builtInToolDefinitions.toReversed()]).map(({ name }) => name)).toEqual(names);
  await using world = await openWorld({ files: {} });
  expect(world.tools.map(({ name }) => name)).toEqual(names);
});
