import { LuciError } from '../base/errors.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError } from '../base/system-error.ts';
import type { ValueKind } from '../base/value-kinds.ts';

/** `config.json`: JSON whose values are found by dotted names. Names nobody knows are left alone. */

/** What the file holds; an empty object where there is none. Throws CONFIG_INVALID, DISK_*. */
export function readConfig(path: string): unknown {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read the configuration');
  }
  try {
    const content: unknown = text === undefined ? {} : JSON.parse(text);
    if (isObject(content)) return content;
  } catch {
    throw new LuciError('CONFIG_INVALID', `${path}: it is not JSON`);
  }
  throw new LuciError('CONFIG_INVALID', `${path}: it is no object, as in { "offline": true }`);
}

/** The value of a dotted name, or undefined where the file does not say it. Throws CONFIG_INVALID for what the kind does not understand. */
export function valueAt<Value>(
  { path, content }: { readonly path: string; readonly content: unknown },
  name: string,
  kind: ValueKind<Value>,
): Value | undefined {
  let value = content;
  for (const part of name.split('.')) {
    if (!isObject(value)) throw new LuciError('CONFIG_INVALID', `${path}: "${name}" does not stand in an object.`);
    value = value[part];
    if (value === undefined) return undefined;
  }
  const understood = understand(value, kind);
  if (understood !== undefined) return understood;
  throw new LuciError('CONFIG_INVALID', `${path}: "${name}" is ${JSON.stringify(value).slice(0, 80)}, not ${kind.expected}.`, {
    hint: `As in ${JSON.stringify(exampleOf(kind))}`,
  });
}

/** What the file says at a dotted name, understood or not. */
export function writtenAt(content: unknown, name: string): unknown {
  return name.split('.').reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), content);
}

function understand<Value>(value: unknown, kind: ValueKind<Value>): Value | undefined {
  if (kind.json === 'list') {
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(','));
    return isList ? (value.length === 0 ? kind.none : kind.parse(value.join(','))) : undefined;
  }
  return typeof value === kind.json ? kind.parse(String(value)) : undefined;
}

function exampleOf({ json, example }: ValueKind<unknown>): unknown {
  if (json === 'list') return example.split(',');
  return json === 'number' ? Number(example) : json === 'boolean' ? true : example;
}

/** Whether a value of JSON has names in it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
