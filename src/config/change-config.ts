import { writeKeepingMode } from '../base/atomic-file.ts';
import { LuciError } from '../base/errors.ts';
import { lock } from '../base/lock.ts';
import { diskError } from '../base/system-error.ts';
import { misfit, type ValueKind } from '../base/value-kinds.ts';
import { isObject, readConfig, valueAt, writtenAt } from './config-file.ts';
import type { SettingRow } from './setting-rows.ts';

/** Writing `config.json`: one value is changed, everything else in it stays. */

/** The value of a text as the file has it. Throws USAGE for one that the setting does not understand. */
export function configValue(name: string, { kind }: SettingRow<unknown>, text: string): unknown {
  const value = jsonValue(kind, text);
  const content = name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
  try {
    if (value !== undefined && valueAt({ path: name, content }, name, kind) !== undefined) return value;
  } catch {
    // Told below in the words of a command.
  }
  throw new LuciError('USAGE', `${name}: ${misfit(text, kind)}`, {
    hint: `luci config set ${name} ${kind.json === 'boolean' ? 'true' : kind.example}`,
  });
}

function jsonValue({ json }: ValueKind<unknown>, text: string): unknown {
  switch (json) {
    case 'number':
      return text.trim() === '' ? undefined : Number(text);
    case 'boolean':
      // A variable may say anything for yes; a word that is written down is to be meant.
      return /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : undefined;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'string':
      return text;
  }
}

/** What a change needs to know. */
export interface ConfigChange {
  readonly path: string;
  /** Held while the file is changed. */
  readonly lockPath: string;
  /** As in `download.connections`. */
  readonly name: string;
}

/**
 * Writes a value, or takes it out where it is undefined. Returns what stood there before.
 * Throws CONFIG_INVALID for a file that is no JSON object, which is left as it is, and DISK_*.
 */
export async function changeConfig({ path, lockPath, name }: ConfigChange, value: unknown): Promise<unknown> {
  await using _held = await lock(lockPath);
  const content = readConfig(path);
  const before = writtenAt(content, name);
  if (value === undefined && before === undefined) return undefined;
  try {
    await writeKeepingMode(path, `${JSON.stringify(changed(content, name.split('.'), { path, name, value }), null, 2)}\n`);
  } catch (error) {
    throw diskError(error, path, 'write the configuration');
  }
  return before;
}

function changed(
  content: unknown,
  [part = '', ...rest]: readonly string[],
  change: { readonly path: string; readonly name: string; readonly value: unknown },
): unknown {
  if (!isObject(content)) throw new LuciError('CONFIG_INVALID', `${change.path}: "${change.name}" does not stand in an object.`);
  const { [part]: now, ...others } = content;
  const next = rest.length === 0 ? change.value : changed(now ?? {}, rest, change);
  const isGone = next === undefined || (change.value === undefined && isObject(next) && Object.keys(next).length === 0);
  // What stays keeps its place in the file.
  return isGone ? others : { ...content, [part]: next };
}
