import { LuciError } from '../base/errors.ts';
import type { SettingsOverrides } from '../config/resolve-settings.ts';
import { type OptionValues, textOption } from './command.ts';

/** Values of flags, checked. */

/** A number within bounds, or undefined when the flag is not given. */
export function numberOption(
  options: OptionValues,
  name: string,
  { least, whole = false }: { least: number; whole?: boolean },
): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < least || (whole && !Number.isInteger(value))) {
    throw new LuciError('USAGE', `--${name}: "${text}" is not a ${whole ? 'whole ' : ''}number of ${least} or more`);
  }
  return value;
}

/** `--source` as a setting. */
export function sourceOption(options: OptionValues): SettingsOverrides {
  const source = textOption(options, 'source');
  if (source === undefined) return {};
  if (source === 'hub' || source === 'pip' || source === 'url') return { onlySource: source };
  throw new LuciError('USAGE', `--source: "${source}" is not one of hub, pip, url`);
}
