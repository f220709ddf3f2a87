import { isAbsolute, join, resolve } from 'node:path';
import { LuciError } from '../base/errors.ts';
import { misfit } from '../base/value-kinds.ts';
import { readConfig, valueAt } from './config-file.ts';
import { defaultFolders, type HomeFolders } from './default-folders.ts';
import { directoriesOf } from './directories.ts';
import { childEnvironment, fetcherEnvironment, readEnvironment } from './environment.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';
import type { Origin, ProxySettings, SettingGroups, Settings, SettingsOverrides } from './settings.ts';
import { userFolder } from './user-folder.ts';

/** Flags over environment over file over defaults. */

export type { SettingsOverrides };

type Environment = Readonly<Record<string, string>>;

/** Where values come from, and a note of where each came from. */
interface Sources {
  readonly overrides: SettingsOverrides;
  readonly environment: Environment;
  /** The configuration file with its path; not read while it is not known where it lies. */
  readonly config?: { readonly path: string; readonly content: unknown };
  readonly origins: Record<string, Origin>;
}

/**
 * The settings of this process: `overrides`, then the environment, then `config.json`, then defaults.
 * This is the one documented place where the library looks at the environment.
 * @throws CONFIG_INVALID for a value that cannot be meant
 */
export function defaultSettings(overrides: SettingsOverrides = {}): Settings {
  return resolveSettings(overrides, readEnvironment());
}

/** {@link defaultSettings} with the environment given. */
export function resolveSettings(overrides: SettingsOverrides, environment: Environment): Settings {
  const origins: Record<string, Origin> = {};
  const folders = foldersIn(overrides, environment, origins);
  const path = directoriesOf(folders).configFile;
  const sources: Sources = { overrides, environment, config: { path, content: readConfig(path) }, origins };
  return {
    ...groupOf('general', sources),
    ...folders,
    hub: groupOf('hub', sources),
    download: groupOf('download', sources),
    engine: groupOf('engine', sources),
    serve: groupOf('serve', sources),
    proxy: proxySettings(environment),
    system: {
      userFolder: userFolder(),
      runtimeFolder: environment['XDG_RUNTIME_DIR'],
      variable: (name) => environment[name],
      // Made when they are asked for: holding every variable against the lists takes 2 ms of a start, and most commands start no program.
      get childEnvironment() {
        return childEnvironment(environment);
      },
      get fetcherEnvironment() {
        return fetcherEnvironment(environment);
      },
    },
    origins,
  };
}

/** The folders alone, whatever the configuration in them says. */
export function homeFolders(overrides: SettingsOverrides): HomeFolders {
  return foldersIn(overrides, readEnvironment(), {});
}

function foldersIn(overrides: SettingsOverrides, environment: Environment, origins: Record<string, Origin>): HomeFolders {
  const home = absolute(settled('home', settingRows.general.home, { overrides, environment, origins }));
  return origins['home'] === 'default' ? defaultFolders(environment) : { home, configFolder: home };
}

function groupOf<Group extends keyof SettingGroups>(group: Group, sources: Sources): SettingGroups[Group] {
  const rows: Readonly<Record<string, SettingRow<unknown>>> = settingRows[group];
  // What the table promises row by row the compiler cannot follow through entries.
  return Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [key, settled(key, row, sources, group)]),
  ) as unknown as SettingGroups[Group];
}

/** The first value that is there. */
function settled<Value>(key: string, row: SettingRow<Value>, sources: Sources, group = 'general'): Value {
  const { overrides, environment, config, origins } = sources;
  const name = row.config ?? (group === 'general' ? key : `${group}.${key}`);
  const from = (origin: Origin, value: Value): Value => {
    origins[name] = origin;
    return value;
  };
  const given = overrides[row.override ?? (key as keyof SettingsOverrides)] as NonNullable<Value> | undefined;
  if (given !== undefined) {
    if (row.kind.holds(given)) return from('flag', given);
    throw invalid(name, told(String(given), row));
  }
  const variable = row.environment?.find((candidate) => environment[candidate] !== undefined);
  if (variable !== undefined) return from('environment', parsed(variable, environment[variable] ?? '', row));
  const written = config && row.config !== undefined ? valueAt(config, row.config, row.kind) : undefined;
  if (written !== undefined) return from('file', written);
  const { otherwise } = row;
  return from('default', otherwise instanceof Function ? otherwise(environment) : otherwise);
}

/** A secret is not told, not even one that cannot be meant. */
function told(text: string, { kind, isSecret }: Pick<SettingRow<unknown>, 'kind' | 'isSecret'>): string {
  return isSecret ? `what is set is not ${kind.expected}` : misfit(text, kind);
}

function parsed<Value>(name: string, text: string, row: SettingRow<Value>): NonNullable<Value> {
  const { kind } = row;
  const value = kind.parse(text);
  if (value !== undefined) return value;
  throw invalid(name, told(text, row), `As in ${name}=${kind.example}; or run the command without it.`);
}

/** The proxies as they are written: one that is no address is refused when it is needed, by the name of its variable. */
function proxySettings(environment: Environment): ProxySettings {
  const variableOf = (name: string): string | undefined =>
    [name.toLowerCase(), name].find((candidate) => environment[candidate] !== undefined);
  const [http, https] = [variableOf('HTTP_PROXY') ?? variableOf('ALL_PROXY'), variableOf('HTTPS_PROXY') ?? variableOf('ALL_PROXY')];
  const valueIn = (variable: string | undefined): string | undefined => variable && environment[variable];
  return {
    http: valueIn(http),
    https: valueIn(https),
    none: (valueIn(variableOf('NO_PROXY')) ?? '').split(/[\s,]+/).filter((host) => host !== ''),
    variables: { http, https },
  };
}

/** The folder as it is used everywhere; `~` is the user's own. */
function absolute(path: string): string {
  const isOfUser = path === '~' || /^~[\\/]/.test(path);
  const user = isOfUser ? userFolder() : undefined;
  if (isOfUser && user === undefined)
    throw invalid('home', `"${path}" cannot be told: this account has no home folder, and HOME is not set`);
  const expanded = user === undefined ? path : join(user, path.slice(1));
  return isAbsolute(expanded) ? expanded : resolve(expanded);
}

function invalid(name: string, why: string, hint?: string): LuciError {
  return new LuciError('CONFIG_INVALID', `${name}: ${why}`, { hint });
}
