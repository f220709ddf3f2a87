import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/command-table.ts';
import { settingRows } from '../../src/config/setting-rows.ts';
import { findPythonClients } from '../fixtures/python-clients.ts';
import { serveTiny } from '../serve/served.ts';

/** The files of examples/scaling are what their own programs take, and what they say of luci is true. */

const folder = join(import.meta.dirname, '..', '..', 'examples', 'scaling');
const compose = ['compose.yaml', 'compose.vllm.yaml'];
const files = [...compose, 'kubernetes.yaml', 'Dockerfile', join('ray', 'serve.yaml'), join('ray', 'luci_app.py')];
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

const verbs = new Set(commands.map(({ name }) => name));

/** Command lines of luci: lists in brackets as containers have them, lines of a shell, and what comments tell people to type. */
function commandsIn(text: string): string[][] {
  const lists = [...text.matchAll(/\[\s*"?luci"?, ([^\]]*)\]/g)].map(([, list = '']) => list.split(/, /).map(withoutQuotes));
  const lines = [...text.matchAll(/(?:^|\s)luci ((\w+)\b.*)$/gm)]
    .filter(([, , verb = '']) => verbs.has(verb))
    .map(([, line = '']) => [...line.matchAll(/"[^"]*"|\S+/g)].map(([word]) => withoutQuotes(word)));
  return [...lists, ...lines];
}

function withoutQuotes(word: string): string {
  return word.replace(/^"(.*)"$/, '$1');
}

const shown = files.flatMap((name) => commandsIn(textOf(name)).map((words) => [name, words.join(' '), words] as const));

test('the files name commands of luci', () => {
  expect(shown.length).toBeGreaterThanOrEqual(12);
  expect(new Set(shown.map(([name]) => name))).toEqual(new Set([...compose, 'kubernetes.yaml', 'Dockerfile']));
  expect(commandsIn('command: [luci, serve, --hots, 0.0.0.0]')).toEqual([['serve', '--hots', '0.0.0.0']]);
  expect(() => parseArguments(['serve', '--hots', '0.0.0.0'], commands)).toThrow('--hots');
});

test.each(shown)('%s: luci %s is understood', (_, line, words) => {
  expect(() => parseArguments(words, commands), line).not.toThrow();
});

test.each(files)('%s: every variable of luci is one that it reads', (name) => {
  const known = Object.values(settingRows).flatMap((group) => Object.values(group).flatMap(({ environment = [] }) => environment));
  const named = [...textOf(name).matchAll(/\bLUCI_[A-Z_]+\b/g)].map(([variable]) => variable);
  expect(named.filter((variable) => !known.includes(variable))).toEqual([]);
});

test('paths of files are there, and paths of the server are answered without the key', async () => {
  for (const name of compose) {
    expect(textOf(name)).toContain('context: ../..\n');
    const [, dockerfile = ''] = /dockerfile: (.*)/.exec(textOf(name)) ?? [];
    expect(existsSync(join(folder, '..', '..', dockerfile)), dockerfile).toBe(true);
  }
  const asked = new Set([
    ...compose.flatMap((name) => [...textOf(name).matchAll(/127\.0\.0\.1:5824(\/[\w/]+)'/g)].map(([, path]) => path)),
    ...[...textOf('kubernetes.yaml').matchAll(/path: (\/\S+)/g)].map(([, path]) => path),
  ]);
  expect([...asked]).toEqual(['/health']);
  await using served = await serveTiny({ host: '0.0.0.0', environment: { LUCI_SERVE_KEY: 'a-key-that-is-long-enough' } });
  const url = served.url.replace('0.0.0.0', '127.0.0.1');
  for (const path of asked) expect(await fetch(`${url}${path}`)).toMatchObject({ status: 200 });
});

/** Programs that check files of others, where `.ci/python-clients` made their environment. */
const programs = findPythonClients();
const withLinters = test.skipIf(programs === undefined);

function lint(program: string, args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(join(programs ?? '', program), args, { cwd: folder, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

const schemas = {
  compose: ['check-jsonschema', '--builtin-schema', 'vendor.compose-spec'],
  kubernetes: ['kubernetes-validate', '--strict'],
} as const;

withLinters('the form of the files is clean', () => {
  expect(lint('yamllint', ['--strict', '.'])).toEqual({ status: 0, output: '' });
});

withLinters.each([
  ['compose.yaml', schemas.compose, 'healthcheck:', 'heathcheck:'],
  ['compose.vllm.yaml', schemas.compose, 'command:', 'comand:'],
  ['kubernetes.yaml', schemas.kubernetes, 'runAsNonRoot:', 'runAsNonroot:'],
  ['kubernetes.yaml', schemas.kubernetes, 'claimName: luci', 'claim: luci'],
] as const)(
  '%s keeps to the schema of its program, which finds %j where it is misspelt',
  async (name, [program, ...flags], word, misspelt) => {
    expect(lint(program, [...flags, name])).toMatchObject({ status: 0 });
    const elsewhere = await mkdtemp(join(tmpdir(), 'luci scaling '));
    const path = join(elsewhere, name);
    await writeFile(path, textOf(name).replace(word, misspelt));
    expect(lint(program, [...flags, path]).status).not.toBe(0);
    await rm(elsewhere, { recursive: true });
  },
);
