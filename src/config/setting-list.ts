import { readConfig, writtenAt } from './config-file.ts';
import { directoriesOf } from './directories.ts';
import { defaultText } from './setting-flags.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';
import type { Origin, SettingGroups, Settings } from './settings.ts';

/** The settings one by one, by the names they have in `config.json`. */

/** A setting by its name. */
export interface NamedSetting {
  /** As in `download.connections`. */
  readonly name: string;
  readonly group: keyof SettingGroups;
  /** Its name in its group. */
  readonly key: string;
  readonly row: SettingRow<unknown>;
}

/** Every setting, in the order of the table. */
export const namedSettings: readonly NamedSetting[] = Object.entries(settingRows).flatMap(([group, rows]) =>
  Object.entries(rows as Readonly<Record<string, SettingRow<unknown>>>).map(([key, row]) => ({
    name: row.config ?? (group === 'general' ? key : `${group}.${key}`),
    group: group as keyof SettingGroups,
    key,
    row,
  })),
);

/** What a setting is now. */
export interface SettingState extends NamedSetting {
  /** As luci understands it; undefined where nobody says any. A secret is not told. */
  readonly value: unknown;
  /** As it was written, or the default in words. */
  readonly text: string;
  readonly origin: Origin;
  /** The variable, where it is from one. */
  readonly variable: string | undefined;
}

/** All settings with their values and where each is from. */
export function settingStates(settings: Settings): readonly SettingState[] {
  const path = directoriesOf(settings).configFile;
  const content = readConfig(path);
  return namedSettings.map((setting) => {
    const { name, row } = setting;
    const origin = settings.origins[name] ?? 'default';
    const variable = origin === 'environment' ? row.environment?.find((one) => settings.system.variable(one) !== undefined) : undefined;
    const state = { ...setting, origin, variable, value: valueIn(settings, setting) };
    if (row.isSecret) return { ...state, value: undefined, text: state.value === undefined ? 'none' : 'set, not shown' };
    const said = { file: () => writtenAt(content, name), environment: () => settings.system.variable(variable ?? '') };
    const text = origin === 'default' ? defaultText(row) : origin === 'flag' ? undefined : textOf(said[origin]());
    return { ...state, text: withoutPassword(text ?? textOf(state.value)) };
  });
}

function valueIn(settings: Settings, { group, key }: NamedSetting): unknown {
  return (group === 'general' ? settings : settings[group])[key as never];
}

function textOf(value: unknown): string {
  if (value === undefined) return 'none';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** A name and a password in an address stay where they are. */
function withoutPassword(text: string): string {
  return text.replace(/(?<=:\/\/)[^/\s]*@/g, '…@');
}
