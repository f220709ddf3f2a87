import { oneOf, type ValueKind } from '../base/value-kinds.ts';
import { type SettingFlag, settingFlags } from '../config/setting-flags.ts';
import { sourceChoices } from '../sources/kinds.ts';
import type { Command, OptionTable } from './command.ts';

/** The flags a command takes, from its own table, from the settings and from those of every command. */

/** Flags every command has, beside those of {@link generalSettings}. */
export const globalOptions = {
  json: { summary: 'print one JSON value a line on stdout' },
  quiet: { short: 'q', summary: 'results only' },
  yes: { short: 'y', summary: 'answer questions with yes' },
  noColor: { summary: 'no colour' },
  plain: { summary: 'no colour, nothing drawn over, no code for the terminal at all: for screen readers' },
  help: { short: 'h', summary: 'help for a command' },
  version: { short: 'V', summary: 'the version' },
} as const satisfies OptionTable;

const settingsOf = (group: SettingFlag['group']): readonly SettingFlag[] => settingFlags.filter((flag) => flag.group === group);
/** Settings every command takes: where, offline or not, and what is told. */
export const generalSettings = settingsOf('general');
/** Settings of every command that runs a model. */
export const engineSettings = settingsOf('engine');
/** Settings of every command that may fetch a model. */
export const fetchSettings = settingsOf('download').map((flag) => (flag.override === 'onlySource' ? sourceFlag(flag) : flag));

function sourceFlag(flag: SettingFlag): SettingFlag {
  const kind = oneOf(sourceChoices);
  return { ...flag, kind, summary: `fetch from this kind of source only: ${sourceChoices.join(', ')} (default all)` };
}

/** A flag as the parser and the help need it. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value; undefined for a switch. */
  readonly value?: string;
  readonly kind?: ValueKind<unknown>;
  readonly multiple?: boolean;
  /** The text that is meant where it stands without a value. */
  readonly otherwise?: string;
  readonly summary: string;
  /** Where its value goes: to a command's options, to those of every command, or to the settings. */
  readonly place: 'option' | 'everywhere' | 'setting';
  /** Its name there. */
  readonly key: string;
}

/** The flags every command has. */
export function commonFlags(): readonly Flag[] {
  const own = flagsOf(globalOptions, 'everywhere');
  return [...own.slice(0, 3), ...generalSettings.map(flagOfSetting), ...own.slice(3)];
}

/** The flags a command has beside {@link commonFlags}. */
export function ownFlags({ options = {}, settings = [] }: Pick<Command, 'options' | 'settings'>): readonly Flag[] {
  return [...flagsOf(options, 'option'), ...settings.map(flagOfSetting)];
}

function flagsOf(options: OptionTable, place: Flag['place']): Flag[] {
  return Object.entries(options).map(([key, option]) => ({ ...option, name: flagName(key), place, key }));
}

function flagOfSetting({ name, value, kind, summary, override }: SettingFlag): Flag {
  return { name, value, kind: value === undefined ? undefined : kind, summary, place: 'setting', key: override };
}

/** `maxTokens` -> `max-tokens`. */
function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
