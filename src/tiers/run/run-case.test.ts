import { expect, test } from 'vitest';
import { scriptedSession } from '../../../test/fixtures/scripted-session.ts';
import type { CaseFacts, Instance } from '../case.ts';
import { runCase } from './run-case.ts';

const definition = { id: 'count', title: 'Count', ability: 'tools', maxTokens: 100 } as CaseFacts;
const instance: Instance = {
  turns: [
    {
      user: 'How many files are in the folder?',
      verify: { kind: 'state', files: { 'a.txt': '' }, called: ['list_files'], answer: { kind: 'number', value: 3 } },
    },
  ],
  world: { files: { 'a.txt': '' } },
  oracle: [],
  nearMiss: [],
};

test('a sentence of luci, as after the same call three times, is no answer of the model', async () => {
  const session = scriptedSession(() => JSON.stringify({ tool: 'list_files', arguments: { path: '.' } }));
  const { status, turns } = await runCase(session, { definition, instance, tier: 0 });
  expect(turns[0]?.calls).toHaveLength(3);
  expect(turns[0]?.text).toBe('');
  expect(status).toBe('fail');
});
