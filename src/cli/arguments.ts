import { parseArgs } from 'node:util';
import { LuciError } from '../base/errors.ts';
import { parseSeconds } from '../base/units.ts';
import type { SettingsOverrides } from '../config/resolve-settings.ts';
import type { Command, Option, OptionValues } from './command.ts';
import { nearest } from './nearest.ts';

/** The command line as values. */

/** Flags every command has. */
export const globalOptions = {
  json: { type: 'boolean', summary: 'print one JSON value a line on stdout' },
  quiet: { type: 'boolean', short: 'q', summary: 'results only' },
  yes: { type: 'boolean', short: 'y', summary: 'answer questions with yes' },
  offline: { type: 'boolean', summary: 'refuse every connection to another machine' },
  home: { type: 'string', value: 'DIR', summary: 'where models and state are kept (default ~/.luciferai, or LUCI_HOME)' },
  'no-color': { type: 'boolean', summary: 'no colour' },
  debug: { type: 'boolean', summary: 'show stacks and details of errors' },
  help: { type: 'boolean', short: 'h', summary: 'help for a command' },
  version: { type: 'boolean', short: 'V', summary: 'the version' },
} as const satisfies Record<string, Option>;

/** A parsed command line. */
export interface ParsedArguments {
  readonly command: Command | undefined;
  readonly operands: readonly string[];
  readonly options: OptionValues;
}

/**
 * Parses flags anywhere; the first operand names the command.
 * @throws USAGE for an unknown command or flag, with the nearest known one
 */
export function parseArguments(args: readonly string[], commands: readonly Command[]): ParsedArguments {
  const commandAt = findCommand(args);
  const name = commandAt === undefined ? undefined : args[commandAt];
  const command = commands.find((candidate) => candidate.name === name || candidate.aliases?.includes(name ?? ''));
  if (name !== undefined && !command) throw unknownCommand(name, commands);
  const known: Record<string, Option> = { ...globalOptions, ...command?.options };
  const rest = args.filter((_, index) => index !== commandAt);
  try {
    const { values, positionals } = parseArgs({ args: rest, options: parserOptions(known), allowPositionals: true, strict: true });
    requireOperands(command, positionals);
    return { command, operands: positionals, options: values as OptionValues };
  } catch (error) {
    throw usageError(error, known, command);
  }
}

/** Words after a command that takes none are a mistake, and none that should be passed over: `luci clean llama3.2` does not clean a model. */
function requireOperands(command: Command | undefined, [word]: readonly string[]): void {
  if (command === undefined || command.operands !== undefined || word === undefined) return;
  throw new LuciError('USAGE', `luci ${command.name} takes no words, and "${word}" is one.`, { hint: `luci ${command.name} --help` });
}

/** The index of the first operand: the first argument that is no flag and no flag's value. */
function findCommand(args: readonly string[]): number | undefined {
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return undefined;
    if (!arg.startsWith('-')) return index;
    const option = Object.entries(globalOptions).find(([long]) => arg === `--${long}`);
    if (option?.[1].type === 'string') index += 1;
  }
  return undefined;
}

function parserOptions(known: Readonly<Record<string, Option>>) {
  return Object.fromEntries(
    Object.entries(known).map(([name, { type, short, multiple }]) => [
      name,
      // Node takes no undefined here.
      short === undefined ? { type, multiple: multiple ?? false } : { type, multiple: multiple ?? false, short },
    ]),
  );
}

function unknownCommand(name: string, commands: readonly Command[]): LuciError {
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const [close] = nearest(name, names, 1);
  return new LuciError('USAGE', `luci has no command "${name}".${close ? ` Did you mean ${close}?` : ''}`, { hint: 'luci --help' });
}

function usageError(error: unknown, known: Readonly<Record<string, Option>>, command: Command | undefined): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!(error instanceof Error) || typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) return error;
  const hint = command ? `luci ${command.name} --help` : 'luci --help';
  const flag = /'(-[^' ]*)/.exec(error.message)?.[1];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag) {
    const [close] = nearest(flag.replace(/^-+/, ''), Object.keys(known), 1);
    const place = command ? `luci ${command.name}` : 'luci';
    return new LuciError('USAGE', `${place} has no flag ${flag}.${close ? ` Did you mean --${close}?` : ''}`, { hint });
  }
  const name = /--([\w-]+)/.exec(error.message)?.[1] ?? '';
  const option = known[name];
  if (option?.type === 'boolean') return new LuciError('USAGE', `--${name} takes no value.`, { hint });
  if (option) return new LuciError('USAGE', `--${name} needs a value; one that begins with "-" is written --${name}=-1.`, { hint });
  return new LuciError('USAGE', (error.message.split('\n')[0] ?? '').replace(/'/g, '"'), { hint });
}

/** The global flags as settings. */
export function overridesOf(options: OptionValues): SettingsOverrides {
  const keepAlive = options['keep-alive'];
  return {
    home: typeof options['home'] === 'string' ? options['home'] : undefined,
    offline: options['offline'] === true ? true : undefined,
    debug: options['debug'] === true ? true : undefined,
    keepAliveSeconds: typeof keepAlive === 'string' ? secondsOf(keepAlive) : undefined,
  };
}

function secondsOf(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds === undefined) throw new LuciError('USAGE', `--keep-alive: "${text}" is not a time like 5m or 0`);
  return seconds;
}
