import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { changeConfig, configValue } from '../../config/change-config.ts';
import { directoriesOf } from '../../config/directories.ts';
import { homeFolders } from '../../config/resolve-settings.ts';
import { type NamedSetting, namedSettings, type SettingState, settingStates } from '../../config/setting-list.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings, fetchSettings } from '../flags.ts';
import { nearest } from '../nearest.ts';
import { table } from '../show/table.ts';
import type { Terminal } from '../show/terminal.ts';
import { printable } from '../show/text.ts';

const settings = [...engineSettings, ...fetchSettings];

/** `luci config`: what luci runs with, where it is from, and what of it the configuration file says. */
export const config = defineCommand({
  name: 'config',
  summary: 'settings: what each is, where it is from, and how to change it',
  details:
    'A flag counts more than a variable, a variable more than config.json, and that more than the default. docs/settings.md lists every setting.',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'every setting with its value and where it is from', settings, run: list }),
    defineCommand({
      name: 'get',
      operands: '<key>',
      example: 'download.connections',
      summary: 'the value of one setting',
      settings,
      run: get,
    }),
    defineCommand({
      name: 'set',
      operands: '<key> <value>',
      example: 'download.connections 4',
      summary: 'write a value into config.json; the rest of it stays',
      run: set,
    }),
    defineCommand({
      name: 'unset',
      operands: '<key>',
      example: 'download.connections',
      summary: 'take a value out of config.json',
      run: unset,
    }),
    defineCommand({ name: 'path', summary: 'where config.json lies', run: path }),
  ],
});

async function list({ luci, show }: CommandContext): Promise<number> {
  const states = settingStates((await luci()).settings);
  if (show.json) show.data(states.map(dataOf));
  else {
    const columns = [{ title: 'key' }, { title: 'value', minWidth: 12, dropOrder: 2 }, { title: 'from', dropOrder: 1 }];
    const rows = states.map((state) => [state.name, printable(state.text), originText(state, show.terminal)]);
    show.result(table(columns, rows, show.terminal).join('\n'));
  }
  return 0;
}

async function get({ luci, show, operands: [name = ''] }: CommandContext): Promise<number> {
  const setting = settingOf(name);
  const state = settingStates((await luci()).settings).find((one) => one.name === setting.name);
  if (!state) return 1;
  if (show.json) show.data(dataOf(state));
  else show.result(printable(state.text));
  return 0;
}

async function set({ show, overrides, operands: [name = '', text = ''] }: CommandContext): Promise<number> {
  const { row } = keptSetting(name);
  const value = configValue(name, row, text);
  const change = changeIn(overrides, name);
  const before = await changeConfig(change, value);
  if (show.json) show.data({ set: name, value, before: before ?? null, path: change.path });
  else {
    show.note(`${name} is ${printable(JSON.stringify(value))} in ${printable(change.path)} now.`);
    // Said by the table alone: whether the variable is set here may differ from where luci runs next.
    if (row.environment) show.note(show.terminal.style('dim', `${row.environment.join(' or ')} counts more, where it is set.`));
  }
  return 0;
}

async function unset({ show, overrides, operands: [name = ''] }: CommandContext): Promise<number> {
  keptSetting(name);
  const change = changeIn(overrides, name);
  const before = await changeConfig(change, undefined);
  if (show.json) show.data({ unset: name, before: before ?? null, path: change.path });
  else if (before === undefined) show.note(`${printable(change.path)} says nothing of ${name}.`);
  else show.note(`${name} is no longer in ${printable(change.path)}; it was ${printable(JSON.stringify(before))}.`);
  return 0;
}

async function path({ show, overrides }: CommandContext): Promise<number> {
  const { configFile } = directoriesOf(homeFolders(overrides));
  if (show.json) show.data({ path: configFile });
  else show.result(printable(configFile));
  return 0;
}

function changeIn(overrides: CommandContext['overrides'], name: string) {
  const { configFile, state } = directoriesOf(homeFolders(overrides));
  return { path: configFile, lockPath: join(state, 'config.lock'), name };
}

function settingOf(name: string): NamedSetting {
  const found = namedSettings.find((setting) => setting.name === name);
  if (found) return found;
  const names = namedSettings.map((setting) => setting.name);
  const [close = names.find((known) => known.toLowerCase().endsWith(`.${name.toLowerCase()}`))] = nearest(name, names, 1);
  throw new LuciError('USAGE', `There is no setting "${name}".${close === undefined ? '' : ` Did you mean ${close}?`}`, {
    hint: 'luci config list',
  });
}

/** A setting that the file can say. */
function keptSetting(name: string): NamedSetting {
  const setting = settingOf(name);
  const { row } = setting;
  if (row.config !== undefined) return setting;
  const others = [row.flag, ...(row.environment ?? [])].filter((other) => other !== undefined).join(' or ');
  throw new LuciError('USAGE', `${name} cannot stand in config.json; it is set by ${others}.`, { hint: `luci config get ${name}` });
}

function originText({ origin, variable, row }: SettingState, { style }: Terminal): string {
  if (origin === 'default') return style('dim', 'default', 'out');
  if (origin === 'flag') return row.flag?.split(' ')[0] ?? origin;
  return origin === 'file' ? 'config.json' : (variable ?? origin);
}

function dataOf({ name, value, text, origin, variable }: SettingState): unknown {
  return { name, value: value ?? null, text, origin, variable: variable ?? null };
}
