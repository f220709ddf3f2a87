import { parseArgs } from 'node:util';
import { LuciError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { misfit } from '../base/value-kinds.ts';
import type { SettingsOverrides } from '../config/settings.ts';
import type { Command, OptionTable, OptionValues } from './command.ts';
import { commonFlags, type Flag, type globalOptions, ownFlags } from './flags.ts';
import { ourWordFor } from './foreign-words.ts';
import { nearest } from './nearest.ts';
import { requireOperands } from './operands.ts';

/** The command line as values. */

/** A parsed command line. */
export interface ParsedArguments {
  /** The command, or the verb of one. */
  readonly command: Command | undefined;
  /** As it was typed in full, as in `test compare`. */
  readonly path: string;
  readonly operands: readonly string[];
  readonly options: OptionValues<OptionTable>;
  /** Values of the flags every command has. */
  readonly everywhere: OptionValues<typeof globalOptions>;
  readonly overrides: SettingsOverrides;
}

/** A command or a verb that is to run, with what is taken after it. */
interface Found {
  readonly command: Command | undefined;
  /** The command it is a verb of. */
  readonly parent?: Command;
  readonly path: string;
  readonly rest: readonly string[];
}

type Token = { readonly index: number } & (
  | { readonly kind: 'option'; readonly name: string; readonly rawName: string; readonly value?: string; readonly inlineValue?: boolean }
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option-terminator' }
);

/**
 * Parses flags anywhere; the first operand names the command, and the next one its verb.
 * @throws USAGE for an unknown command, verb or flag with the nearest known one, for a value that is not understood, and for
 *   operands a command does not take
 */
export function parseArguments(args: readonly string[], commands: readonly Command[]): ParsedArguments {
  // What most other programs call it.
  const found = findVerb(findCommand(args[0] === '-v' ? ['--version', ...args.slice(1)] : args, commands), commands);
  const { command, path, rest } = found;
  const flags = [...commonFlags(), ...(command ? ownFlags(command) : [])];
  const values = { option: {}, everywhere: {}, setting: {} } as Record<Flag['place'], Record<string, unknown>>;
  const operands: string[] = [];
  for (const token of tokensOf(rest, flags)) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (!flag) throw unknownFlag(token.rawName, flags, found);
    const value = readValue(flag, token, found);
    const { place, key } = flag;
    values[place][key] = flag.multiple ? [...((values[place][key] as unknown[] | undefined) ?? []), value] : value;
  }
  const isHelp = values.everywhere['help'] === true || values.everywhere['version'] === true;
  if (command && !isHelp) requireOperands(command, path, operands);
  requireCommand(found, values.setting['home'], { operands, commands, isHelp });
  return { command, path, operands, options: values.option, everywhere: values.everywhere, overrides: values.setting };
}

/** The word that stands where a command is named, where there is no such command. */
export function unknownCommand(args: readonly string[], commands: readonly Command[]): string | undefined {
  const first = firstWord(args)?.value;
  return first !== undefined && commandOf(first, commands) === undefined ? first : undefined;
}

/** The first argument that is no flag and no flag's value names the command. */
function firstWord(args: readonly string[]): (Token & { readonly kind: 'positional' }) | undefined {
  const first = tokensOf(args, commonFlags()).find(({ kind }) => kind !== 'option');
  return first?.kind === 'positional' ? first : undefined;
}

function commandOf(word: string, commands: readonly Command[]): Command | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases?.includes(word));
}

function findCommand(args: readonly string[], commands: readonly Command[]): Found {
  const first = firstWord(args);
  if (!first) return { command: undefined, path: '', rest: args };
  const command = commandOf(first.value, commands);
  if (!command) throw unknownWord('command', first.value, undefined, commands);
  return { command, path: command.name, rest: args.filter((_, index) => index !== first.index) };
}

/** By its name, or by what the command of that name is also called, as in `rm`. */
function verbCalled(word: string | undefined, verbs: readonly Command[], commands: readonly Command[]): Command | undefined {
  const alias = commands.find(({ aliases }) => word !== undefined && aliases?.includes(word))?.name;
  return verbs.find(({ name }) => name === word) ?? verbs.find(({ name }) => name === alias);
}

/** The verb, where the command has any; the usual one where none is named. */
function findVerb(found: Found, commands: readonly Command[]): Found {
  const { command, path, rest } = found;
  if (!command?.verbs) return found;
  const flags = [command, ...command.verbs].flatMap(ownFlags).concat(commonFlags());
  const tokens = tokensOf(rest, flags);
  for (const token of tokens)
    if (token.kind === 'option' && !flags.some(({ name }) => name === token.name)) throw unknownFlag(token.rawName, flags, found);
  const first = tokens.find(({ kind }) => kind !== 'option');
  const word = first?.kind === 'positional' ? first : undefined;
  const verb = verbCalled(word?.value ?? command.defaultVerb, command.verbs, commands);
  if (verb) {
    const others = word ? rest.filter((_, index) => index !== word.index) : rest;
    // Without a verb the help is that of the command.
    const isHelp = tokens.some((token) => token.kind === 'option' && token.name === 'help');
    return word || !isHelp ? { command: verb, parent: command, path: `${path} ${verb.name}`, rest: others } : found;
  }
  if (command.run || word === undefined) return found;
  throw unknownWord('verb', word.value, found, command.verbs);
}

function tokensOf(args: readonly string[], flags: readonly Flag[]): readonly Token[] {
  const options = Object.fromEntries(
    flags.map(({ name, short, value, multiple = false }) => {
      const type: 'boolean' | 'string' = value === undefined ? 'boolean' : 'string';
      // Node takes no undefined here.
      return [name, short === undefined ? { type, multiple } : { type, multiple, short }];
    }),
  );
  return parseArgs({ args: withOtherwise(args, flags), options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

/** Flags that may stand without a value get theirs where they do. */
function withOtherwise(args: readonly string[], flags: readonly Flag[]): string[] {
  const last = args.includes('--') ? args.indexOf('--') : args.length;
  return args.map((arg, index) => {
    if (index >= last) return arg;
    const flag = flags.find(({ name, otherwise }) => otherwise !== undefined && arg === `--${name}`);
    const next = args[index + 1];
    return flag && (next === undefined || next.startsWith('-')) ? `${arg}=${flag.otherwise ?? ''}` : arg;
  });
}

/** The value of a flag as it is meant. */
function readValue(flag: Flag, { value, inlineValue }: Token & { kind: 'option' }, found: Found): unknown {
  const name = `--${flag.name}`;
  if (!flag.kind) {
    if (value === undefined) return true;
    throw new LuciError('USAGE', `${name} takes no value.`, { hint: helpOf(found) });
  }
  if (value === undefined || (value.startsWith('-') && value.length > 1 && !inlineValue))
    throw new LuciError('USAGE', `${name} needs a value; one that begins with "-" is written ${name}=-1.`, {
      hint: exampleOf(flag, found),
    });
  const meant = flag.kind.parse(value);
  if (meant !== undefined) return meant;
  throw new LuciError('USAGE', `${name}: ${misfit(value, flag.kind)}`, { hint: exampleOf(flag, found) });
}

/** A command line with the flag that works. */
function exampleOf({ name, kind }: Flag, { command, path }: Found): string {
  return ['luci', path, `--${name} ${kind?.example ?? ''}`, command?.example].filter(Boolean).join(' ');
}

function helpOf({ path }: Found): string {
  return ['luci', path, '--help'].filter(Boolean).join(' ');
}

function unknownWord(what: 'command' | 'verb', word: string, found: Found | undefined, known: readonly Command[]): LuciError {
  const ours = found === undefined ? ourWordFor(word) : undefined;
  if (ours !== undefined)
    return new LuciError('USAGE', `luci has no command "${word}"; its word for that is ${ours}.`, {
      hint: `luci ${ours.replace(/ --.*/, '')} --help`,
    });
  const names = known.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const [close] = nearest(word, names, 1);
  const place = found ? `luci ${found.path} has no` : `luci has no ${what}`;
  const all = found && close === undefined ? ` It has ${names.join(', ')}.` : '';
  return new LuciError('USAGE', `${place} "${word}".${close ? ` Did you mean ${close}?` : all}`, {
    hint: found ? helpOf(found) : isQuestion(word) ? `luci ask ${shellWord(word)}` : 'luci --help',
  });
}

/** Several words in one, or one with a question mark. */
function isQuestion(word: string): boolean {
  return /\S\s+\S|\?$/.test(word);
}

/** A flag nobody knows here; another verb of the command may. */
function unknownFlag(rawName: string, flags: readonly Flag[], found: Found): LuciError {
  const place = ['luci', found.path].filter(Boolean).join(' ');
  const typed = rawName.replace(/^-+/, '');
  const family = found.parent ?? found.command;
  const owner = [...(family?.verbs ?? []), ...(family?.run ? [family] : [])].find((other) =>
    ownFlags(other).some(({ name }) => name === typed),
  );
  if (family && owner) {
    const path = owner === family ? family.name : `${family.name} ${owner.name}`;
    return new LuciError('USAGE', `${place} has no flag ${rawName}; luci ${path} has.`, { hint: `luci ${path} --help` });
  }
  const names = flags.map(({ name }) => name);
  const [close] = nearest(typed, names, 1);
  return new LuciError('USAGE', `${place} has no flag ${rawName}.${close ? ` Did you mean --${close}?` : ''}`, { hint: helpOf(found) });
}

/** `luci --home list` has taken the command for a folder. */
function requireCommand(
  { command }: Found,
  home: unknown,
  { operands, commands, isHelp }: { readonly operands: readonly string[]; readonly commands: readonly Command[]; readonly isHelp: boolean },
): void {
  if (command || isHelp) return;
  const swallowed = commands.find(({ name, aliases }) => name === home || aliases?.some((alias) => alias === home));
  if (swallowed)
    throw new LuciError('USAGE', `--home needs a folder, and "${String(home)}" was taken for it, so no command is left.`, {
      hint: `luci --home /a/folder ${swallowed.name}\nluci --home ./${String(home)} ${swallowed.name}`,
    });
  if (operands.length > 0) throw new LuciError('USAGE', 'No command is named.', { hint: 'luci --help' });
}
