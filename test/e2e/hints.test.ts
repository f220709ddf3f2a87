import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLuciError } from '../../src/base/errors.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/command-table.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome } from './luci-process.ts';

/** What a hint says is typed, in the home where it was printed: luci understands it. */

const bytes = tinyGguf();
let home: Home;
let hub: Hub;
let server: OpenAiServer;
beforeAll(async () => {
  [home, hub, server] = [await makeHome(), await startHub(), await startOpenAiServer()];
  const models = join(home.folder, 'models');
  await mkdir(models);
  for (const name of ['tiny', 'off', 'spoilt', 'with space'])
    await writeFile(join(models, `${name}.gguf`), Buffer.concat([bytes, Buffer.from(name)]));
  await writeFile(join(models, 'page.gguf'), '<html>');
  await symlink('/nowhere/at/all', join(models, 'gone.gguf'));
  await writeFile(join(home.folder, 'page.gguf'), '<html>');
  await writeFile(join(home.folder, 'bad.json'), '{');
  for (const path of ['two-Q4_K_M.gguf', 'two-Q8_0.gguf']) hub.add({ repo: 'owner/repo', path, bytes });
  for (const path of ['a-Q4_K_M.gguf', 'b-Q4_K_M.gguf']) hub.add({ repo: 'owner/several', path, bytes });
  hub.add({ repo: 'owner/none', path: 'model.safetensors', bytes });
  hub.add({ repo: 'owner/closed', path: 'closed-Q8_0.gguf', bytes }).access = 'private';
  hub.add({ repo: 'owner/gated', path: 'gated-Q8_0.gguf', bytes }).access = 'gated';
  for (const args of [
    ['llm', 'disable', 'off'],
    ['verify', 'spoilt'],
    ['remote', 'add', 'box', server.url],
    ['remote', 'add', 'dead', 'http://127.0.0.1:9/v1'],
    ['alias', 'fast', 'tiny'],
  ])
    await run(args);
}, 120_000);
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Nothing leaves this machine: the hub of the test is on it. */
const run = (args: readonly string[], environment: Record<string, string> = {}, stdin = '') =>
  home.luci(args, { stdin, environment: { HF_ENDPOINT: hub.endpoint, LUCI_OFFLINE: '1', LUCI_CONNECT_TIMEOUT: '2', ...environment } });

/** What stands for something of the reader's own, and what this reader puts there. */
const meant: Readonly<Record<string, string>> = {
  NAME: 'tiny',
  MODEL: 'tiny',
  'NAME/MODEL': 'box/echo',
  URL: 'http://127.0.0.1:9/v1',
  VARIABLE: 'MY_KEY',
  FILE: '/a/file',
  PATH: '/a/file.gguf',
  FOLDER: '/a/folder',
  SUITE: '/a/suite.json',
  '…': 'list',
};

/** The words of a line as a shell has them. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')).map((word) => meant[word] ?? word);
}

/** The commands among the lines of a hint, with the variables that stand before them. */
function commandsIn(
  hint: string,
): readonly { readonly line: string; readonly variables: Record<string, string>; readonly args: readonly string[] }[] {
  return hint.split('\n').flatMap((line) => {
    const [, before = '', rest] = /^\s*((?:[A-Z_]+=\S+ )*)luci (.+?)$/.exec(line) ?? [];
    if (rest === undefined) return [];
    const variables = Object.fromEntries(
      before
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((part) => part.split('=') as [string, string]),
    );
    // What a sentence goes on with is no part of the command.
    const args = wordsOf(rest.replace(/,? (?:tells|takes over|fetches|goes there|makes|then|which|or) .*$/, '').replace(/[,.]$/, ''));
    return [{ line: line.trim(), variables, args }];
  });
}

type Situation = readonly [args: readonly string[], environment?: Record<string, string>, stdin?: string];

/** Command lines that end with a hint. */
const situations: readonly Situation[] = [
  // Words
  ...[
    ['lst'],
    ['update'],
    ['get', 'x'],
    ['list', '--nonsense'],
    ['remote', 'nonsense'],
    ['test', 'shw', 'tiny'],
    ['test', 'show', '--nonsense'],
  ].map((args) => [args] as const),
  ...[
    ['--home', 'list'],
    ['list', 'all'],
    ['verify', '--all', 'tiny'],
    ['completion', 'fish2'],
    ['--', 'list'],
    ['net', 'log', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['ask'],
    ['install'],
    ['remove'],
    ['show'],
    ['embed'],
    ['alias', 'x'],
    ['config', 'set'],
    ['config', 'get', 'x'],
    ['config', 'set', 'x', 'y'],
  ].map((args) => [args] as const),
  ...[
    ['config', 'set', 'download.connections', 'many'],
    ['remote', 'add'],
    ['remote', 'add', 'x', '127.0.0.1:1'],
    ['remote', 'remove', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['runtime', 'add', 'x'],
    ['runtime', 'add', 'llama-server'],
    ['runtime', 'remove', 'x'],
    ['launch', 'x'],
    ['logs', 'x'],
    ['help', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['ask', 'hi', '--max-tokens', 'x'],
    ['ask', 'hi', '--timeout', 'x'],
    ['ask', 'hi', '--tier', '9'],
    ['ask', 'hi', '--temperature', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['ask', 'hi', '-m', 'tiny', '--tier', '1'],
    ['chat', 'tiny', '-m', 'tiny'],
    ['stop', 'tiny', '--all'],
    ['search', '--sort', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['serve', '--port', 'x'],
    ['serve', '--host', '0.0.0.0'],
    ['bench', '--max-minutes', 'x'],
    ['test', '--shard', 'x'],
    ['test', '--case', 'x', 'tiny'],
  ].map((args) => [args] as const),
  // Models
  ...[
    'nosuch',
    'lama3.2',
    'off',
    'page',
    'gone',
    'spoilt',
    './page.gguf',
    './nosuch.gguf',
    'owner/repo',
    'dead/x',
    'box/nosuch',
    'nosuch/x',
  ].map((model) => [['ask', '-m', model, 'hi']] as const),
  ...['nosuch', 'page', 'gone'].flatMap((model) => [
    [['show', model]] as const,
    [['verify', '--repair', model]] as const,
    [['test', 'show', model]] as const,
  ]),
  ...[
    ['remove', 'nosuch'],
    ['stop', 'nosuch'],
    ['llm', 'enable', 'nosuch'],
    ['llm', 'default', 'off'],
    ['alias', 'tiny', 'off'],
    ['alias', 'x', 'nosuch'],
    ['alias', 'remove', 'x'],
  ].map((args) => [args] as const),
  ...[
    ['test', 'compare', 'tiny'],
    ['test', 'compare', 'tiny', 'off'],
    ['test', 'certify', 'tiny'],
    ['test', 'rescore', 'tiny'],
    ['test', 'report'],
    ['test', 'lint', '/nosuch.json'],
    ['test', 'merge'],
  ].map((args) => [args] as const),
  ...[
    ['ask', 'hi', '--tier', '3'],
    ['ask', 'hi', '-m', 'tiny', '--engine', 'llamafile'],
    ['ask', '-m', 'tiny', '--context', '99999999', 'hi'],
    ['ask', '-m', 'tiny', '--file', '/nosuch', 'hi'],
  ].map((args) => [args] as const),
  [['ask', '-m', 'tiny', '--context', '64'], {}, 'word '.repeat(400)],
  [['ask', '-m', 'tiny'], {}, 'word '.repeat(9000)],
  [['ask', '-m', 'box/echo', 'hi', '--top-k', '5', '--min-p', '0.5']],
  // Fetching
  ...[
    '',
    'tier 9',
    'owner/nosuch',
    'owner/none',
    'owner/closed',
    'owner/gated',
    'owner/several',
    'owner/repo:Q2_K',
    'hf:owner/repo/x.gguf',
    's3://x/y.gguf',
    'https://%',
    'meta-llama/Llama-3.2-3B-Instruct',
    './page.gguf',
    'smollm2-135m',
  ].map((reference) => [['install', '-y', reference]] as const),
  [['install', '-y', 'owner/repo'], { HF_ENDPOINT: 'http://127.0.0.1:9' }],
  [['install', '-y', 'owner/repo'], { HF_ENDPOINT: 'https://hub.invalid', LUCI_OFFLINE: '' }],
  [['install', '-y', 'owner/repo'], { HF_ENDPOINT: 'https://hub.invalid', LUCI_OFFLINE: '', HTTPS_PROXY: 'no address' }],
  [['install', '-y', 'owner/repo'], { HF_ENDPOINT: 'https://hub.invalid', LUCI_OFFLINE: '', HTTPS_PROXY: 'http://127.0.0.1:9' }],
  [['install', '-y', 'owner/gated'], { HF_TOKEN: 'hf_wrong' }],
  [['install', '-y', 'owner/repo'], { HF_TOKEN: '“x”' }],
  // Settings and folders
  [['list'], { LUCI_THREADS: 'x' }],
  [['list'], { HF_ENDPOINT: 'x' }],
  [['remote', 'add', 'x', 'http://127.0.0.1:9/v1', '--home', '/dev/null/x']],
  [['ask', 'hi', '--home', '/dev/null/x']],
  [['remote', 'add', 'keyed', 'http://127.0.0.1:9/v1', '--key-env', 'no name']],
];

const tried = new Set<string>();
test.each(situations.map((situation) => [situation[0].join(' '), situation] as const))(
  'luci %s',
  async (_, [args, environment = {}, stdin = '']) => {
    const ran = await run([...args, '--json'], environment, stdin);
    const hints = ran.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { error?: { code: string; hint?: string } }).error);
    const [error] = hints.filter((found) => found !== undefined);
    expect(ran.exitCode === 0 || error !== undefined, ran.stdout + ran.stderr).toBe(true);
    for (const { line, variables, args: hinted } of commandsIn(error?.hint ?? '')) {
      if (tried.has(line)) continue;
      tried.add(line);
      // Parsed is enough for what goes on until it is stopped, or would fetch or ask much.
      expect(() => parseArguments(hinted, commands), line).not.toThrow();
      if (['serve', 'chat', 'test', 'bench'].includes(hinted[0] ?? '') && !hinted.includes('--help')) continue;
      const followed = await run([...hinted, '--json'], { ...environment, ...variables, LUCI_OFFLINE: '1' }, 'n\n');
      expect(followed.stdout, `${line}\n${followed.stderr}`).not.toMatch(/"code":"(USAGE|CONFIG_INVALID)"/);
    }
  },
);

/** What a hole of a template is filled with. */
function wordFor(hole: string): string {
  if (hole.includes('port')) return '5824';
  return hole.includes('swallowed') ? 'list' : 'x';
}

test('hints were followed', () => {
  expect(tried.size).toBeGreaterThan(50);
});

test('every hint in the source is understood', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const found = sources.flatMap((name) =>
    [...readFileSync(join('src', name), 'utf8').matchAll(/hint: (?:`([^`]*)`|'((?:[^'\\]|\\.)*)')/g)].map(([, template, plain]) => ({
      name,
      hint: (template ?? plain ?? '').replaceAll('\\n', '\n'),
    })),
  );
  expect(found.length).toBeGreaterThan(80);
  const wrong = found.flatMap(({ name, hint }) =>
    commandsIn(hint.replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, wordFor)).flatMap(({ line, args }) => {
      // A hole of the template that is the command itself is tried above.
      if (args[0] === 'x') return [];
      try {
        parseArguments(args, commands);
        return [];
      } catch (error) {
        return isLuciError(error) ? [`${name}: ${line}: ${error.message}`] : [String(error)];
      }
    }),
  );
  expect(wrong).toEqual([]);
});

test('a home that was named by --home is named by the commands that are told, in hints, notes and results alike', async () => {
  await using named = await makeHome();
  await using other = await makeHome();
  await mkdir(join(named.folder, 'models'));
  const elsewhere = { environment: { LUCI_HOME: other.folder } };
  const at = (...args: string[]) => other.luci(['--home', named.folder, ...args], elsewhere);
  const flag = `luci --home ${JSON.stringify(named.folder)}`;
  expect((await at('list')).stderr).toContain(`${flag} install llama3.2`);
  expect((await at('doctor', '--offline')).stdout).toContain(`${flag} install llama3.2`);
  expect((await at('ask', '-m', 'llama3.2', 'hi')).stderr).toContain(`${flag} install llama3.2`);
  const { stdout } = await at('show', 'nosuch', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ error: { hint: expect.stringContaining(`${flag} search nosuch`) } });
  const path = await named.addModel();
  expect((await at('install', path, '--json')).exitCode).toBe(0);
  const installed = await at('list');
  expect(installed.stderr).toContain(`${flag} chat`);
  // Where the environment names it, so does every later command.
  expect((await named.luci(['list'])).stderr).not.toContain('--home');
});
