import { LuciError } from '../base/errors.ts';
import { parseBytes } from '../base/units.ts';
import type { SettingsOverrides } from '../config/resolve-settings.ts';
import { engineChoices } from '../config/settings.ts';
import { sourceChoices } from '../sources/kinds.ts';
import { type Option, type OptionValues, textOption } from './command.ts';

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

/** Flags of every command that runs a model. */
export const engineOptions = {
  engine: { type: 'string', value: 'KIND', summary: 'auto, embedded, llamafile, llama-server or remote (default auto)' },
  rpc: { type: 'string', value: 'HOSTS', summary: 'spread the model over rpc-servers, as in host:port,host:port' },
} as const satisfies Record<string, Option>;

/** The flags of {@link engineOptions} as settings. */
export function engineOverrides(options: OptionValues): SettingsOverrides {
  const wanted = textOption(options, 'engine');
  const engine = engineChoices.find((choice) => choice === wanted);
  if (wanted !== undefined && engine === undefined)
    throw new LuciError('USAGE', `--engine: "${wanted}" is not one of ${engineChoices.join(', ')}`);
  const rpc = textOption(options, 'rpc')
    ?.split(',')
    .map((host) => host.trim());
  const wrong = rpc?.find((host) => !/^[\w.[\]:-]+:\d{1,5}$/.test(host));
  if (wrong !== undefined) throw new LuciError('USAGE', `--rpc: "${wrong}" is not of the form host:port`);
  return { engine, rpc };
}

/** Flags of every command that may fetch a model. */
export const fetchOptions = {
  source: { type: 'string', value: sourceChoices.join('|'), summary: 'fetch from this kind of source only' },
  connections: { type: 'string', value: 'N', summary: 'connections for one file, 1 to 16 (default 8)' },
  'max-rate': { type: 'string', value: 'RATE', summary: 'fetch no faster than this, as in 5M (bytes a second)' },
  'keep-partial': { type: 'boolean', summary: 'keep what was fetched on Ctrl+C' },
} as const satisfies Record<string, Option>;

/** The flags of {@link fetchOptions} as settings. */
export function fetchOverrides(options: OptionValues): SettingsOverrides {
  const connections = numberOption(options, 'connections', { least: 1, whole: true });
  if (connections !== undefined && connections > 16) throw new LuciError('USAGE', `--connections: ${connections} is more than 16`);
  return {
    ...sourceOverride(textOption(options, 'source')),
    connections,
    ...rateOverride(textOption(options, 'max-rate')),
    keepPartial: options['keep-partial'] === true ? true : undefined,
  };
}

function sourceOverride(source: string | undefined): SettingsOverrides {
  if (source === undefined) return {};
  const onlySource = sourceChoices.find((choice) => choice === source);
  if (onlySource !== undefined) return { onlySource };
  throw new LuciError('USAGE', `--source: "${source}" is not one of ${sourceChoices.join(', ')}`);
}

function rateOverride(text: string | undefined): SettingsOverrides {
  if (text === undefined) return {};
  const maxBytesPerSecond = parseBytes(text);
  if (!maxBytesPerSecond) throw new LuciError('USAGE', `--max-rate: "${text}" is not a rate like 5M`);
  return { maxBytesPerSecond };
}
