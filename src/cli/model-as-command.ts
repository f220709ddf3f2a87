import type { Luci } from '../app/luci.ts';
import { isLuciError, type LuciError } from '../base/errors.ts';
import type { SettingsOverrides } from '../config/settings.ts';
import { type ParsedArguments, parseArguments, unknownCommand } from './arguments.ts';
import type { Command } from './command.ts';

/** `luci llama3.2 "Hello"`: the name of a model where a command is expected. Commands come first, so a model never hides one. */

/**
 * The command line; where its first word is no command but a model, that of `luci run`.
 * @throws what {@link parseArguments} throws, also where the word is neither
 */
export async function parseWithModels(
  args: readonly string[],
  commands: readonly Command[],
  open: (overrides: SettingsOverrides) => Promise<Luci>,
): Promise<ParsedArguments> {
  const word = unknownCommand(args, commands);
  if (word === undefined) return parseArguments(args, commands);
  const parsed = parsedAsRun(args, commands);
  const { name, overrides } = isLuciError(parsed) ? { name: word, overrides: {} } : { ...parsed, name: parsed.operands[0] ?? word };
  await using luci = await open(overrides);
  if (!(await isModel(luci, name))) return parseArguments(args, commands);
  // A model with a flag that `run` does not have: the flag is what is wrong.
  if (isLuciError(parsed)) throw parsed;
  return parsed;
}

function parsedAsRun(args: readonly string[], commands: readonly Command[]): ParsedArguments | LuciError {
  try {
    return parseArguments(['run', ...args], commands);
  } catch (error) {
    if (isLuciError(error, 'USAGE')) return error;
    throw error;
  }
}

/** Whether the word names a model that is known here, installed or not. */
async function isModel({ models }: Luci, name: string): Promise<boolean> {
  try {
    await models.choose(name);
    return true;
  } catch (error) {
    if (!isLuciError(error)) throw error;
    return error.code === 'MODEL_NOT_INSTALLED' || error.code === 'MODEL_DISABLED';
  }
}
