import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import * as v from 'valibot';
import { describeIssue } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import type { Source } from '../base/model.ts';
import { readSmallFile } from '../base/read-small-file.ts';
import { diskError } from '../base/system-error.ts';
import { parseBytes, parseSeconds } from '../base/units.ts';
import { directoriesOf } from './directories.ts';
import { childEnvironment, readEnvironment } from './environment.ts';
import { defaults, type EngineChoice, engineChoices, type Origin, type ProxySettings, type Settings } from './settings.ts';

/** Flags over environment over file over defaults. */

/** Values given on the command line or by a library's caller; the strongest. */
export interface SettingsOverrides {
  home?: string;
  offline?: boolean;
  hubEndpoint?: string;
  connections?: number;
  maxBytesPerSecond?: number;
  keepPartial?: boolean;
  onlySource?: Source['kind'];
  engine?: EngineChoice;
  /** rpc-servers of other machines, as `host:port`. */
  rpc?: readonly string[];
  threads?: number;
  contextLength?: number;
  keepAliveSeconds?: number;
  debug?: boolean;
}

const configSchema = v.looseObject({
  hub: v.optional(v.looseObject({ endpoint: v.optional(v.pipe(v.string(), v.url())) })),
  download: v.optional(
    v.looseObject({
      connections: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))),
      maxRate: v.optional(v.string()),
      keepPartial: v.optional(v.boolean()),
      sources: v.optional(v.array(v.pipe(v.string(), v.url()))),
    }),
  ),
  engine: v.optional(
    v.looseObject({
      choice: v.optional(v.picklist(engineChoices)),
      threads: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      contextLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(64))),
      keepAlive: v.optional(v.string()),
      memoryBudget: v.optional(v.string()),
    }),
  ),
  offline: v.optional(v.boolean()),
});
type Config = v.InferOutput<typeof configSchema>;

/**
 * The settings of this process: `overrides`, then the environment, then `config.json` in the home folder, then defaults.
 * This is the one documented place where the library looks at the environment.
 * @throws CONFIG_INVALID for a value that cannot be meant
 */
export function defaultSettings(overrides: SettingsOverrides = {}): Settings {
  return resolveSettings(overrides, readEnvironment());
}

/** {@link defaultSettings} with the environment given. */
export function resolveSettings(overrides: SettingsOverrides, environment: Readonly<Record<string, string>>): Settings {
  const origins: Record<string, Origin> = {};
  /** The first value that is there, and a note of where it came from. */
  function pick<T>(name: string, flag: T | undefined, fromEnvironment: T | undefined, file: T | undefined, otherwise: T): T {
    origins[name] = flag !== undefined ? 'flag' : fromEnvironment !== undefined ? 'environment' : file !== undefined ? 'file' : 'default';
    return flag ?? fromEnvironment ?? file ?? otherwise;
  }
  const home = absolute(pick('home', overrides.home, environment['LUCI_HOME'], undefined, join(userFolder(), '.luciferai')));
  const config = readConfig(directoriesOf(home).configFile);
  const { hub = {}, download = {}, engine = {} } = config;
  const isOn = (name: string): boolean | undefined =>
    environment[name] === undefined ? undefined : !/^(0|false|no|off)$/i.test(environment[name]);
  return {
    home,
    offline: pick('offline', overrides.offline, isOn('LUCI_OFFLINE') ?? isOn('HF_HUB_OFFLINE'), config.offline, false),
    hub: {
      endpoint: endpointOf(pick('hub.endpoint', overrides.hubEndpoint, environment['HF_ENDPOINT'], hub.endpoint, defaults.hubEndpoint)),
      ...optional('token', hubToken(environment)),
    },
    proxy: proxySettings(environment),
    download: {
      connections: between(
        1,
        16,
        'connections',
        pick('download.connections', overrides.connections, undefined, download.connections, defaults.connections),
      ),
      ...optional(
        'maxBytesPerSecond',
        pick('download.maxRate', overrides.maxBytesPerSecond, undefined, bytesOf('download.maxRate', download.maxRate), undefined),
      ),
      keepPartial: pick('download.keepPartial', overrides.keepPartial, undefined, download.keepPartial, false),
      ...optional('onlySource', overrides.onlySource),
      mirrors: (download.sources ?? []).map(endpointOf),
      transport: environment['LUCI_HTTP'] === 'node' ? 'node' : 'socket',
      confirmAboveBytes: defaults.confirmAboveBytes,
    },
    engine: {
      choice: pick('engine.choice', overrides.engine, engineChoice(environment['LUCI_ENGINE']), engine.choice, 'auto'),
      ...optional(
        'threads',
        pick('engine.threads', overrides.threads, wholeNumber('LUCI_THREADS', environment['LUCI_THREADS']), engine.threads, undefined),
      ),
      ...optional(
        'contextLength',
        pick(
          'engine.contextLength',
          overrides.contextLength,
          wholeNumber('LUCI_CONTEXT', environment['LUCI_CONTEXT']),
          engine.contextLength,
          undefined,
        ),
      ),
      keepAliveSeconds: pick(
        'engine.keepAlive',
        overrides.keepAliveSeconds,
        secondsOf('LUCI_KEEP_ALIVE', environment['LUCI_KEEP_ALIVE']),
        secondsOf('engine.keepAlive', engine.keepAlive),
        defaults.keepAliveSeconds,
      ),
      ...optional('llamaServerPath', environment['LUCI_LLAMA_SERVER']),
      ...optional('rpc', overrides.rpc),
      ...optional('memoryBudgetBytes', bytesOf('engine.memoryBudget', environment['LUCI_MEMORY_BUDGET'] ?? engine.memoryBudget)),
    },
    debug: pick('debug', overrides.debug, isOn('LUCI_DEBUG'), undefined, false),
    system: {
      userFolder: userFolder(),
      ...optional('runtimeFolder', environment['XDG_RUNTIME_DIR']),
      variable: (name) => environment[name],
      childEnvironment: childEnvironment(environment),
    },
    origins,
  };
}

/** The user's own folder. An empty HOME is no folder: what the system knows of the user counts then, as it does without HOME. */
function userFolder(): string {
  return homedir() || userInfo().homedir;
}

function readConfig(path: string): Config {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read the configuration');
  }
  if (text === undefined) return {};
  try {
    const result = v.safeParse(configSchema, JSON.parse(text));
    if (result.success) return result.output;
    throw invalid(path, describeIssue(result.issues[0]));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(path, 'it is not JSON');
    throw error;
  }
}

/** HF_TOKEN, else the file where the hub's own client keeps it. */
function hubToken(environment: Readonly<Record<string, string>>): string | undefined {
  const given = environment['HF_TOKEN'] ?? environment['HUGGING_FACE_HUB_TOKEN'];
  if (given !== undefined) return given.trim() || undefined;
  const folder = environment['HF_HOME'] ?? join(environment['XDG_CACHE_HOME'] ?? join(userFolder(), '.cache'), 'huggingface');
  try {
    return readSmallFile(environment['HF_TOKEN_PATH'] ?? join(folder, 'token'))?.trim() || undefined;
  } catch {
    return undefined; // One we may not read: the same as no token.
  }
}

function proxySettings(environment: Readonly<Record<string, string>>): ProxySettings {
  const either = (name: string): string | undefined => environment[name.toLowerCase()] ?? environment[name];
  const all = either('ALL_PROXY');
  return {
    ...optional('http', either('HTTP_PROXY') ?? all),
    ...optional('https', either('HTTPS_PROXY') ?? all),
    none: (either('NO_PROXY') ?? '').split(/[\s,]+/).filter((host) => host !== ''),
  };
}

function absolute(path: string): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(userFolder(), path.slice(1)) : path;
  return isAbsolute(expanded) ? expanded : resolve(expanded);
}

function endpointOf(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw invalid('HF_ENDPOINT', `"${address}" is not an http address`);
  return address.replace(/\/+$/, '');
}

function engineChoice(text: string | undefined): EngineChoice | undefined {
  if (text === undefined) return undefined;
  const found = engineChoices.find((choice) => choice === text);
  if (found) return found;
  throw invalid('LUCI_ENGINE', `"${text}" is not one of ${engineChoices.join(', ')}`);
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid(name, `"${text}" is not a whole number`);
  return Number(text);
}

function secondsOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseSeconds(text);
  if (seconds === undefined) throw invalid(name, `"${text}" is not a time like 5m or 0`);
  return seconds;
}

function bytesOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes === undefined || bytes <= 0) throw invalid(name, `"${text}" is not a size like 5M`);
  return bytes;
}

function between(least: number, most: number, name: string, value: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `${value} is not between ${least} and ${most}`);
}

function optional<K extends string, T>(name: K, value: T | undefined): { [key in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [key in K]?: T };
}

function invalid(name: string, why: string): LuciError {
  return new LuciError('CONFIG_INVALID', `${name}: ${why}`);
}
