import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLuciError, type LuciError } from '../base/errors.ts';
import { type ParsedArguments, parseArguments } from './arguments.ts';
import { type Command, operandForms } from './command.ts';
import { commands } from './command-table.ts';
import { commonFlags, ownFlags } from './flags.ts';
import { nearest } from './nearest.ts';

/** The command line against the table: what is declared is understood, and nothing else is. */

const parse = (line: string): ParsedArguments => parseArguments(line === '' ? [] : line.split(' '), commands);

function refusal(line: string): LuciError {
  try {
    parse(line);
  } catch (error) {
    if (isLuciError(error, 'USAGE')) return error;
    throw error;
  }
  throw new Error(`"${line}" was understood`);
}

/** Every command and every verb, by what is typed. */
const all: readonly { path: string; command: Command; parent?: Command }[] = commands.flatMap((command) => [
  ...(command.run ? [{ path: command.name, command }] : []),
  ...(command.verbs ?? []).map((verb) => ({ path: `${command.name} ${verb.name}`, command: verb, parent: command })),
]);
/** Operands enough for it. */
const operandsOf = (command: Command): string =>
  operandForms(command)
    .filter(({ isOptional }) => !isOptional)
    .map(() => ' x')
    .join('');
const valued = all.flatMap(({ path, command }) =>
  [...ownFlags(command), ...commonFlags()].filter(({ kind }) => kind !== undefined).map((flag) => ({ path, command, flag })),
);

test.each(all)('luci $path is found by its words, with its operands, and one too many is refused', ({ path, command }) => {
  const line = `${path}${operandsOf(command)}`;
  expect(parse(line)).toMatchObject({ path, command: { name: command.name } });
  const forms = operandForms(command);
  if (forms.some(({ isOptional }) => !isOptional)) expect(refusal(path).message).toMatch(`luci ${path} needs <`);
  if (forms.some(({ isMultiple }) => isMultiple)) return;
  const tooMany = refusal(`${path}${' y'.repeat(forms.length)} nope`);
  expect(tooMany.message).toContain('"nope"');
  expect(tooMany.hint).toBe(`luci ${path} --help`);
});

test.each(all)('the example of luci $path is one', ({ path, command }) => {
  if (command.example === undefined) expect(operandsOf(command)).toBe('');
  else {
    const words = command.example.startsWith('"') ? [command.example] : command.example.split(' ');
    expect(parseArguments([...path.split(' '), ...words], commands)).toMatchObject({ path, operands: words });
  }
});

test.each(valued)(
  'luci $path --$flag.name takes its example, and what it does not understand is told with a line that works',
  ({ path, command, flag }) => {
    const line = `${path}${operandsOf(command)}`;
    const { options, overrides } = parse(`${line} --${flag.name} ${flag.kind?.example.replace(/ /g, '_')}`);
    const value = flag.place === 'setting' ? overrides[flag.key as 'home'] : options[flag.key];
    expect(value).toBeDefined();
    if (flag.otherwise === undefined) expect(refusal(`${line} --${flag.name}`).message).toContain(`--${flag.name} needs a value`);
    else
      for (const rest of ['', ' --json', ' -q'])
        expect(parse(`${line} --${flag.name}${rest}`).options[flag.key], rest).toBe(flag.otherwise);
    if (flag.kind?.parse('\u0000') !== undefined) return;
    const { message, hint } = refusal(`${line} --${flag.name} \u0000`);
    expect(message).toBe(`--${flag.name}: "\u0000" is not ${flag.kind?.expected}`);
    expect(hint).toContain(`luci ${path} --${flag.name} ${flag.kind?.example}`);
  },
);

test('flags of one command mean the same in all its verbs, so that the verb is found behind them', () => {
  for (const { verbs = [], ...command } of commands)
    for (const verb of verbs)
      for (const flag of ownFlags(verb)) {
        const same = [command, ...verbs]
          .flatMap(ownFlags)
          .filter(({ name, short }) => name === flag.name || (short && short === flag.short));
        expect(
          same.map(({ name, value }) => [name, value === undefined]),
          flag.name,
        ).toEqual(same.map(() => [flag.name, flag.value === undefined]));
      }
});

test.each([
  ['test llama3.2 --fail-on regress', 'luci test has no flag --fail-on; luci test compare has.', 'luci test compare --help'],
  ['test compare a b --repeats 3', 'luci test compare has no flag --repeats; luci test has.', 'luci test --help'],
  ['llm --none', 'luci llm list has no flag --none; luci llm default has.', 'luci llm default --help'],
  ['llm lst', 'luci llm has no "lst". Did you mean list?', 'luci llm --help'],
  ['remote ad box http://h', 'luci remote has no "ad". Did you mean add?', 'luci remote --help'],
  ['net lg', 'luci net has no "lg". It has log.', 'luci net --help'],
  ['models llama3.2', 'luci models has no "llama3.2". It has list, info.', 'luci models --help'],
  ['remote add box', 'luci remote add needs <url>.', 'luci remote add box http://127.0.0.1:8080/v1'],
  ['stop a b', 'luci stop takes [model], and "b" is one too many.', 'luci stop --help'],
  ['brew', 'luci has no command "brew".', 'luci --help'],
  ['inst', 'luci has no command "inst". Did you mean install?', 'luci --help'],
  ['ask hi --temp 1', 'luci ask has no flag --temp. Did you mean --temperature?', 'luci ask --help'],
  ['list --all', 'luci list has no flag --all.', 'luci list --help'],
  [
    'ask hi --max-tokens 1.5',
    '--max-tokens: "1.5" is not a whole number of 1 or more',
    'luci ask --max-tokens 200 "What is the capital of France?"',
  ],
  [
    'ask hi --connections 17',
    '--connections: "17" is not a whole number from 1 to 16',
    'luci ask --connections 4 "What is the capital of France?"',
  ],
  [
    'ask hi --rpc a:1,b',
    '--rpc: "a:1,b" is not of the form host:port, with commas between several',
    'luci ask --rpc box:50052 "What is the capital of France?"',
  ],
  ['test --shard 5/4', '--shard: "5/4" is not of the form 1/4', 'luci test --shard 1/4 llama3.2'],
])('luci %s: %s', (line, message, hint) => {
  const error = refusal(line);
  expect([error.message, error.hint]).toEqual([message, hint]);
});

test.each(['What is 2+2?', 'capital of France', 'why?'])(
  'a question where a command is expected is told with the command that asks it: %s',
  (question) => {
    expect(() => parseArguments([question], commands)).toThrow(expect.objectContaining({ code: 'USAGE', hint: `luci ask "${question}"` }));
  },
);

test('a home that swallowed the command is told, and a folder that is called so has a way in', () => {
  expect(refusal('--home list').message).toBe('--home needs a folder, and "list" was taken for it, so no command is left.');
  expect(refusal('--home ls').hint).toContain('luci --home /a/folder list');
  expect(parse('--home ./list').overrides.home).toBe('./list');
  expect(parse('--home list list').path).toBe('list');
});

test('values are typed once: numbers, sizes, times, lists and parts', () => {
  expect(parse('ask hi --max-tokens 5 --temperature 0.5 --max-rate 5M --keep-alive 2m --rpc a:1,b:2 --offline')).toMatchObject({
    operands: ['hi'],
    options: { maxTokens: 5, temperature: 0.5 },
    overrides: { maxBytesPerSecond: 5e6, keepAliveSeconds: 120, rpc: ['a:1', 'b:2'], offline: true },
  });
  expect(parse('test --case a --case b --shard 2/3 --tier 1 m').options).toMatchObject({
    case: ['a', 'b'],
    shard: { index: 2, count: 3 },
    tier: 1,
  });
  expect(parse('net -n 3').options).toEqual({ lines: 3 });
  expect(parse('test -- show')).toMatchObject({ path: 'test', operands: ['show'] });
});

test('a beginning counts more than a distance, and nothing more than a wrong word', () => {
  const words = ['list', 'ls', 'help', 'temperature', 'remove', 'remote', 'search', 'show', 'ps'];
  for (const [word, close] of [
    ['lst', 'list'],
    ['lsit', 'list'],
    ['temp', 'temperature'],
    ['serach', 'search'],
    ['shw', 'show'],
    ['logs', undefined],
    ['pq', undefined],
    ['xyz', undefined],
    ['remot', 'remote'],
    ['remov', 'remove'],
  ] as const)
    expect(nearest(word, words, 1)[0], word).toBe(close);
});

test('no command reads an option by a bare string', () => {
  for (const name of [
    'ask',
    'chat',
    'clean',
    'install',
    'list',
    'llm',
    'net',
    'remote',
    'runtime',
    'search',
    'stop',
    'test',
    'test-compare',
    'test-verbs',
    'verify',
  ])
    expect(readFileSync(join(import.meta.dirname, 'commands', `${name}.ts`), 'utf8')).not.toMatch(/options\[|textOption|numberOption/);
});

test('the commands the README names are in the table', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `luci ([^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...`luci ${cell}`.matchAll(/luci ([a-z]+)/g)].map(([, name]) => name),
  );
  expect(rows.length).toBeGreaterThan(12);
  for (const name of rows) expect(commands.map((command) => command.name)).toContain(name);
});
