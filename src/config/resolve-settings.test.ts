import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveSettings } from './resolve-settings.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';
import type { Settings, SettingsOverrides } from './settings.ts';

/** Every row of the table, from every place it can come from. */

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'luci-settings-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const rows = Object.entries(settingRows).flatMap(([group, table]) =>
  Object.entries(table as Readonly<Record<string, SettingRow<unknown>>>).map(([key, row]) => ({
    name: `${group}.${key}`,
    group,
    key,
    row,
  })),
);
const withKey = rows.filter(({ row }) => row.config !== undefined);
const withVariable = rows.filter(({ row }) => row.environment !== undefined);

function read(settings: Settings, group: string, key: string): unknown {
  const values = group === 'general' ? settings : settings[group as 'hub'];
  return (values as unknown as Record<string, unknown>)[key];
}

function writeConfig(name: string, value: unknown): void {
  const nested = name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
  writeFileSync(join(home, 'config.json'), JSON.stringify(nested));
}

const exampleOf = ({ kind }: SettingRow<unknown>): unknown =>
  ({ list: kind.example.split(','), number: Number(kind.example), boolean: true, string: kind.example })[kind.json];

test.each(rows)('$name has its default where nobody says anything', ({ group, key, row }) => {
  const settings = resolveSettings({ home }, {});
  if (key === 'home') return expect(settings.home).toBe(home);
  if (row.otherwise instanceof Function) return expect(read(settings, group, key)).toBe(row.otherwise({}));
  expect(read(settings, group, key)).toEqual(row.otherwise);
});

test.each(withVariable)('$name is read from each of its variables, and what cannot be meant names the variable', ({ group, key, row }) => {
  for (const variable of row.environment ?? []) {
    const settings = resolveSettings(key === 'home' ? {} : { home }, { [variable]: row.kind.example });
    expect(read(settings, group, key)).toEqual(row.kind.parse(row.kind.example));
    expect(settings.origins[row.config ?? (group === 'general' ? key : `${group}.${key}`)]).toBe('environment');
    if (row.kind.parse('\u0000 no such thing') === undefined)
      expect(() => resolveSettings({ home }, { [variable]: '\u0000 no such thing' })).toThrow(new RegExp(`^${variable}: .* is not `));
  }
});

test.each(withKey)('$name is read from config.json, below its variable, and what cannot be meant names the key', ({ group, key, row }) => {
  writeConfig(row.config ?? '', exampleOf(row));
  const settings = resolveSettings({ home }, {});
  expect(read(settings, group, key)).toEqual(row.kind.parse(row.kind.example));
  expect(settings.origins[row.config ?? '']).toBe('file');
  const [variable] = row.environment ?? [];
  if (variable !== undefined)
    expect(resolveSettings({ home }, { [variable]: row.kind.example }).origins[row.config ?? '']).toBe('environment');
  for (const wrong of [{ a: 1 }, null, ['\u0000'], row.kind.json === 'string' ? 7 : 'x']) {
    writeConfig(row.config ?? '', wrong);
    expect(() => resolveSettings({ home }, {}), JSON.stringify(wrong)).toThrow(`"${row.config}" is `);
  }
});

test.each(rows)('$name can be overridden, and a wrong override is refused', ({ group, key, row }) => {
  const name = row.override ?? (key as keyof SettingsOverrides);
  const value = row.kind.parse(row.kind.example);
  const overridden = resolveSettings(
    { home, [name]: value },
    Object.fromEntries((row.environment ?? []).map((variable) => [variable, row.kind.parse('1') === undefined ? row.kind.example : '1'])),
  );
  if (key !== 'home') expect(read(overridden, group, key)).toEqual(value);
  if (row.kind.json === 'number') expect(() => resolveSettings({ home, [name]: -1 }, {})).toThrow(/is not a whole number/);
});

test('a configuration that is no JSON, or no object, is told with its path', () => {
  for (const [text, why] of [
    ['{', 'it is not JSON'],
    ['[]', 'it is no object'],
    ['"x"', 'it is no object'],
    ['{"engine": 4}', '"engine.choice" does not stand in an object'],
  ] as const) {
    writeFileSync(join(home, 'config.json'), text);
    expect(() => resolveSettings({ home }, {})).toThrow(`${join(home, 'config.json')}: ${why}`);
  }
});

test('a value with a name and a password in it is refused without telling them', () => {
  expect(() => resolveSettings({ home }, { HF_ENDPOINT: 'ftp://anna:geheim@host' })).toThrow(
    'HF_ENDPOINT: "ftp://…@host" is not an http address',
  );
});

test('LUCI_OFFLINE and its like mean yes for everything but no', () => {
  for (const [text, isOn] of [
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
    ['No', false],
    ['off', false],
  ] as const)
    expect(resolveSettings({ home }, { LUCI_OFFLINE: text }).offline).toBe(isOn);
});

test('proxies come with the name of their variable', () => {
  const { proxy } = resolveSettings({ home }, { https_proxy: 'http://a:1', ALL_PROXY: 'http://b:2', NO_PROXY: 'x, y' });
  expect(proxy).toEqual({
    http: 'http://b:2',
    https: 'http://a:1',
    none: ['x', 'y'],
    variables: { http: 'ALL_PROXY', https: 'https_proxy' },
  });
});
