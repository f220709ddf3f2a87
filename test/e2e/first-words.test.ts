import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, makeHome } from './luci-process.ts';

/** What people type who come from other programs. */

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home[Symbol.asyncDispose]());

test.each([
  ['update', 'install --update'],
  ['upgrade', 'install --update'],
  ['get', 'install'],
  ['delete', 'remove'],
  ['status', 'ps'],
  ['start', 'serve'],
  ['exit', 'stop'],
  ['generate', 'ask'],
  ['Benchmark', 'bench'],
  ['use', 'llm default'],
  ['cp', 'alias'],
  ['login', 'config'],
])('luci %s names the word luci has for it, and the hint works', async (word, ours) => {
  const ran = await home.luci([word, 'x']);
  expect(ran).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`"${word}"; its word for that is ${ours}.\n`) });
  const hint = ran.stderr.split('\n')[1]?.trim().split(' ').slice(1) ?? [];
  expect(await home.luci(hint)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Usage: luci ${hint[0]}`) });
});

test.each([
  [['remote', 'rm', 'dead'], 'There is no remote endpoint dead.'],
  [['remote', 'uninstall', 'dead'], 'There is no remote endpoint dead.'],
  [['alias', 'rm', 'fast'], 'There is no alias fast.'],
  [['runtime', 'rm', 'llamafile'], 'No runtime llamafile was added.'],
])('what a command is also called holds for the verb of that name: luci %j', async (args, says) => {
  expect(await home.luci(args)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(says) });
});

test.each(['remote', 'alias', 'runtime', 'llm', 'config', 'models'])('luci %s ls is its list', async (command) => {
  expect(await home.luci([command, 'ls', '--json'])).toEqual(await home.luci([command, 'list', '--json']));
});

test('a model that is named and one that is to be chosen are not both taken', async () => {
  for (const flags of [
    ['--tier', '1'],
    ['--need', 'tools'],
  ])
    expect(await home.luci(['ask', 'hi', '-m', 'x', ...flags])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not both') });
  expect(await home.luci(['ask', 'hi', '--tier', '9'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('0, 1, 2, 3') });
});

test.each(['LUCI_THREADS', 'LUCI_CONTEXT', 'LUCI_KEEP_ALIVE', 'LUCI_MEMORY_BUDGET', 'HF_ENDPOINT'])(
  '%s that cannot be read is told with one that can',
  async (variable) => {
    const ran = await home.luci(['list'], { environment: { [variable]: 'nonsense' } });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    const example = new RegExp(`As in ${variable}=(\\S+);`).exec(ran.stderr)?.[1] ?? '';
    expect(await home.luci(['list'], { environment: { [variable]: example } })).toMatchObject({ exitCode: 0 });
  },
);
