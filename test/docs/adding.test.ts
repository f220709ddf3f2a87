import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The worked changes of docs/adding.md for a setting, a verb, an engine program and a tool, on a copy of the sources. */

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'adding.md'), 'utf8');
const changeOf = (heading: string): string => new RegExp(`## ${heading}\\n[\\s\\S]*?\`\`\`diff\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const filesOf = (change: string): string[] => [...change.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, file]) => file ?? '');

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'luci adding '));
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true, filter: (path) => !/node_modules|\.test\.ts$/.test(path) });
  for (const name of ['scripts', 'catalog', 'package.json']) cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const place of ['.', 'src']) symlinkSync(join(root, place, 'node_modules'), join(copy, place, 'node_modules'), 'junction');
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'try.ts'], exclude: ['**/node_modules'] }));
});
afterAll(() => rmSync(copy, { recursive: true }));

const run = (file: string, args: readonly string[], input = '') => spawnSync(file, args, { cwd: copy, encoding: 'utf8', input });
const compile = () => run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json']);

const attempt = `
import { parseArguments } from './src/cli/arguments.ts';
import { commands } from './src/cli/command-table.ts';
import { resolveSettings } from './src/config/resolve-settings.ts';
const parsed = parseArguments(['verify', '--retries', '3'], commands);
const verb = parseArguments(['remote', 'find', 'box', '--scheme', 'https'], commands);
const failed = (() => { try { parseArguments(['install', 'x', '--retries', '101'], commands); } catch (error) { return error instanceof Error ? error.message : ''; } })();
console.log(JSON.stringify({
  flag: resolveSettings({ home: '/nowhere', ...parsed.overrides }, {}).download.retries,
  variable: resolveSettings({ home: '/nowhere' }, { LUCI_RETRIES: '4' }).download.retries,
  otherwise: resolveSettings({ home: '/nowhere' }, {}).download.retries,
  failed, verb: [verb.path, verb.operands, verb.options],
}));
`;

test('a setting is two files and a verb is one: the changes of docs/adding.md compile and are understood; a setting without its row does not compile', () => {
  const [setting, verb] = [changeOf('A setting'), changeOf('A command or verb')];
  expect([filesOf(setting).sort(), filesOf(verb)]).toEqual([
    ['src/config/setting-rows.ts', 'src/config/settings.ts'],
    ['src/cli/commands/remote.ts'],
  ]);
  const [typeOnly] = /--- a\/src\/config\/settings\.ts[\s\S]*$/.exec(setting) ?? [];
  expect(run('git', ['apply', '-'], typeOnly)).toMatchObject({ status: 0, stderr: '' });
  expect(compile().stdout).toContain("Property 'retries' is missing");
  expect(run('git', ['apply', '-R', '-'], typeOnly)).toMatchObject({ status: 0 });
  for (const change of [setting, verb]) expect(run('git', ['apply', '-'], change)).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(join(copy, 'try.ts'), attempt);
  expect(compile()).toMatchObject({ status: 0, stdout: '' });
  const ran = run(process.execPath, ['scripts/run-typescript.mjs', 'try.ts']);
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toEqual({
    flag: 3,
    variable: 4,
    otherwise: 8,
    failed: '--retries: "101" is not a whole number from 0 to 100',
    verb: ['remote find', ['box'], { scheme: 'https' }],
  });
});

test('an engine program is three files: the change of docs/adding.md compiles, is offered and chosen; without its flags it does not compile', () => {
  const program = changeOf('An engine program');
  expect(filesOf(program).sort()).toEqual([
    'src/base/engine-programs.ts',
    'src/engine/child/server-flavor.ts',
    'src/engine/choose-engine.ts',
  ]);
  const [rowOnly] = /--- a\/src\/base\/engine-programs\.ts[\s\S]*?(?=--- a\/)/.exec(program) ?? [];
  expect(run('git', ['apply', '-'], rowOnly)).toMatchObject({ status: 0, stderr: '' });
  expect(compile().stdout).toContain("Property 'koboldcpp' is missing");
  expect(run('git', ['apply', '-R', '-'], rowOnly)).toMatchObject({ status: 0 });
  expect(run('git', ['apply', '-'], program)).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(
    join(copy, 'try.ts'),
    `
import { parseArguments } from './src/cli/arguments.ts';
import { commands } from './src/cli/command-table.ts';
import { chooseEngine } from './src/engine/choose-engine.ts';
import { flavorOf } from './src/engine/child/server-flavor.ts';
const facts = { platform: 'linux', arch: 'x64', release: '6.1.0', libc: 'musl', hasAvx: true, physicalCores: 2, totalMemoryBytes: 8e9, freeMemoryBytes: 4e9 } as const;
const wish = { choice: 'auto', isLlamafile: false, isSpread: false, programs: { koboldcpp: {} } } as const;
console.log(JSON.stringify([
  parseArguments(['ask', 'hi', '--engine', 'koboldcpp'], commands).overrides.engine,
  chooseEngine(facts, wish),
  flavorOf('koboldcpp').mode,
]));
`,
  );
  expect(compile()).toMatchObject({ status: 0, stdout: '' });
  const ran = run(process.execPath, ['scripts/run-typescript.mjs', 'try.ts']);
  expect([ran.stderr, ran.stdout.trim()]).toEqual(['', '["koboldcpp","koboldcpp",["--skiplauncher"]]']);
});

test('a tool is one file: the change of docs/adding.md is told as a list that is not current, and then compiles, is offered last, told when it is asked for, and works; tests of models do without it', () => {
  const tool = changeOf('A tool');
  expect(filesOf(tool)).toEqual(['src/agent/tools/sort-lines.ts']);
  const writeTools = (...flags: string[]) => run(process.execPath, ['scripts/write-tools.mjs', ...flags]);
  expect(writeTools('--check')).toMatchObject({ status: 0, stderr: '' });
  expect(run('git', ['apply', '-'], tool)).toMatchObject({ status: 0, stderr: '' });
  expect(writeTools('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('node scripts/write-tools.mjs') });
  expect(writeTools()).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(
    join(copy, 'try.ts'),
    `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './src/agent/run-tool.ts';
import { toldTools } from './src/agent/told-tools.ts';
import { builtInTools } from './src/agent/tools/built-in-tools.ts';
import { openWorkspace } from './src/agent/workspace/workspace.ts';
import { gradedTools } from './src/tiers/asking.ts';
const folder = join(process.cwd(), 'workspace');
mkdirSync(folder);
const tools = builtInTools(await openWorkspace(folder, join(process.cwd(), 'journal')), async () => ({}));
writeFileSync(join(folder, 'a.txt'), 'two\\none');
await runTool(tools, { id: '1', name: 'sort_lines', arguments: { path: 'a.txt' } }, { confirm: async () => true });
console.log(JSON.stringify([
  tools.at(-1)?.name,
  Object.keys(tools.at(-1) ?? {}),
  readFileSync(join(folder, 'a.txt'), 'utf8'),
  toldTools(tools, [{ role: 'user', content: 'Sort a.txt' }])[0]?.name,
  gradedTools(tools).length,
]));
`,
  );
  expect(compile()).toMatchObject({ status: 0, stdout: '' });
  const ran = run(process.execPath, ['scripts/run-typescript.mjs', 'try.ts']);
  const members = [
    'name',
    'kind',
    'description',
    'wantedBy',
    'parameters',
    'isDestructive',
    'isLoss',
    'warning',
    'wantedCalls',
    'notice',
    'run',
  ];
  expect([ran.stderr, JSON.parse(ran.stdout)]).toEqual(['', ['sort_lines', members, 'one\ntwo', 'sort_lines', 7]]);
});
