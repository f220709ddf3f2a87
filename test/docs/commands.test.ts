import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorKinds } from '../../src/base/errors.ts';
import { commands } from '../../src/cli/command-table.ts';
import { ownFlags } from '../../src/cli/flags.ts';
import { commandsPage, manualPage } from './commands-page.ts';

/** The pages of commands are the table, and name all there is. */

const docs = join(import.meta.dirname, '..', '..', 'docs');
const page = readFileSync(join(docs, 'commands.md'), 'utf8');
const manual = readFileSync(join(docs, 'luci.1'), 'utf8');

test('docs/commands.md and docs/luci.1 are made from the table of now; npm run commands-page writes them', () => {
  expect(page).toBe(commandsPage());
  expect(manual).toBe(manualPage());
});

test('every command, verb and flag is in both, and every exit status of the errors', () => {
  for (const command of commands)
    for (const one of [command, ...(command.verbs ?? [])]) {
      const path = one === command ? command.name : `${command.name} ${one.name}`;
      expect(page).toContain(` luci ${path}\n`);
      expect(manual).toContain(`.SS luci ${path.replaceAll('-', '\\-')}`);
      for (const { name } of ownFlags(one)) expect(page, path).toContain(`--${name}`);
    }
  const statuses = [...page.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) => cell.split(', ').map(Number));
  expect(new Set(Object.values(errorKinds).map(({ exitCode }) => exitCode))).toEqual(new Set(statuses.filter((status) => status !== 0)));
});

const hasMan = spawnSync('man', ['--version']).status === 0;

test.skipIf(!hasMan)('man shows the manual page without a complaint, and dashes that can be copied', () => {
  const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-l', join(docs, 'luci.1')], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', MANPAGER: 'cat', LC_ALL: 'C' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('--max-tokens N');
  expect(stdout).toContain('EXIT STATUS');
});
