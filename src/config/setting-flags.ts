import type { ValueKind } from '../base/value-kinds.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';
import type { SettingGroups, SettingsOverrides } from './settings.ts';

/** Flags that set settings, made from the table. */

/** One flag. */
export interface SettingFlag {
  readonly group: keyof SettingGroups;
  /** Without dashes, as in `max-rate`. */
  readonly name: string;
  /** What stands for the value in the help; undefined for a switch. */
  readonly value?: string;
  readonly kind: ValueKind<unknown>;
  readonly summary: string;
  readonly override: keyof SettingsOverrides;
}

/** Every setting that has a flag. */
export const settingFlags: readonly SettingFlag[] = Object.entries(settingRows).flatMap(([group, rows]) =>
  Object.entries(rows as Readonly<Record<string, SettingRow<unknown>>>).flatMap(([key, row]) =>
    flagOf(group as keyof SettingGroups, key, row),
  ),
);

function flagOf(group: keyof SettingGroups, key: string, row: SettingRow<unknown>): SettingFlag[] {
  const [, name, value] = /^--([\w-]+)(?: (.+))?$/.exec(row.flag ?? '') ?? [];
  if (name === undefined) return [];
  const override = row.override ?? (key as keyof SettingsOverrides);
  return [{ group, name, value, kind: row.kind, summary: summaryOf(row), override }];
}

/** What it does, what it takes and what it is by default. */
function summaryOf(row: SettingRow<unknown>): string {
  const choices = row.kind.choices ? `: ${row.kind.choices.join(', ')}` : '';
  const otherwise = defaultText(row);
  return `${row.summary}${choices}${row.kind.json === 'boolean' || otherwise === undefined ? '' : ` (default ${otherwise})`}`;
}

/** The default of a setting in words; undefined where there is none to tell. */
export function defaultText({ otherwise, otherwiseText }: SettingRow<unknown>): string | undefined {
  return otherwiseText ?? (otherwise === undefined || otherwise instanceof Function ? undefined : String(otherwise));
}
