import { engineProgramKinds } from '../base/engine-programs.ts';
import type { Source } from '../base/model.ts';

/** What luci runs with. One value, made once from flags, environment and the configuration file; nothing below reads any of those. */

/** Where a setting's value came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

/** Which engine runs models; `auto` takes the embedded one, else a llama-server, else a llamafile. `remote` runs nothing here. */
export const engineChoices = ['auto', 'embedded', ...engineProgramKinds, 'remote'] as const;
/** Which engine runs a model. */
export type EngineChoice = (typeof engineChoices)[number];

/** Proxies to go through; each an http:// address that may hold a name and a password. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts reached directly, as in `NO_PROXY`. */
  readonly none: readonly string[];
  /** The variables the addresses are from, for messages. */
  readonly variables?: { readonly http?: string; readonly https?: string };
}

/** Settings that belong to no group. */
export interface GeneralSettings {
  /** Folder of what luci keeps; the default is that of `defaultFolders`. */
  readonly home: string;
  /** Refuse every connection to another machine. */
  readonly offline: boolean;
  /** Tell decisions, and the stacks of errors. */
  readonly debug: boolean;
}

/** The hub and the right to read from it. */
export interface HubSettings {
  /** Address of the model hub or a mirror of it; may have a path. */
  readonly endpoint: string;
  /** A secret: goes to the hub's own origin only, never to logs, errors, files. */
  readonly token: string | undefined;
}

/** How files are fetched. */
export interface DownloadSettings {
  /** Connections for one file, 1 to 16. */
  readonly connections: number;
  readonly maxBytesPerSecond: number | undefined;
  /** Keep partial data on Ctrl+C. */
  readonly keepPartial: boolean;
  /** Only sources of this kind. */
  readonly onlySource: Source['kind'] | undefined;
  /** Endpoints of mirrors of the hub, tried after it. */
  readonly mirrors: readonly string[];
  /** `socket` reads from raw sockets into reused buffers, `node` uses node:http. */
  readonly transport: 'socket' | 'node';
  /** Ask before fetching more than this. */
  readonly confirmAboveBytes: number;
}

/** How models are run. */
export interface EngineSettings {
  readonly choice: EngineChoice;
  /** Compute threads (default: physical cores). */
  readonly threads: number | undefined;
  /** Tokens (default: what the model was trained for, at most 16,384, as memory allows). */
  readonly contextLength: number | undefined;
  /** How long the engine process stays after its last request. */
  readonly keepAliveSeconds: number;
  /** A llama-server to use in place of the one on the PATH. */
  readonly llamaServerPath: string | undefined;
  /** rpc-servers of other machines, as `host:port`; llama-server spreads a model over them. */
  readonly rpc: readonly string[] | undefined;
  /** Memory all loaded models together may take. */
  readonly memoryBudgetBytes: number | undefined;
}

/** What `luci serve` keeps, and whom it answers. */
export interface ServeSettings {
  /** A secret: the key that programs must bring, in place of the one that `luci serve key` made. */
  readonly serverKey: string | undefined;
  /** Keep answers on disk while they are made and a day longer, so that they go on after the server was killed. */
  readonly keepAnswers: boolean;
}

/** The groups, as they stand in {@link Settings}; the values of `general` stand there themselves. */
export interface SettingGroups {
  readonly general: GeneralSettings;
  readonly hub: HubSettings;
  readonly download: DownloadSettings;
  readonly engine: EngineSettings;
  readonly serve: ServeSettings;
}

/** The settings. All times in the unit of their name. */
export interface Settings extends GeneralSettings, Omit<SettingGroups, 'general'> {
  /** Folder of `config.json`, `catalog.json` and `mcp.json`: the home, where that was named. */
  readonly configFolder: string;
  readonly proxy: ProxySettings;
  readonly system: {
    /** The user's own folder, for `~`; undefined where the account has none. */
    readonly userFolder: string | undefined;
    /** `XDG_RUNTIME_DIR`: a folder only the user can enter, where the engine process listens. */
    readonly runtimeFolder: string | undefined;
    /** A variable of the environment, for keys of remote endpoints: only its name is ever kept. */
    readonly variable: (name: string) => string | undefined;
    /** The whole environment of programs that run models. */
    readonly childEnvironment: Readonly<Record<string, string>>;
    /** The whole environment of npm and pip: theirs knows proxies and registries. */
    readonly fetcherEnvironment: Readonly<Record<string, string>>;
  };
  /** Origin of each value, by its name in the configuration file, as in `hub.endpoint`. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** Values given on the command line or by a library's caller; the strongest. One for each setting. */
export type SettingsOverrides = {
  -readonly [Name in keyof OverrideValues]?: OverrideValues[Name];
};

/** The names of all groups side by side, with two that would say too little on their own. */
interface OverrideValues
  extends GeneralSettings,
    Omit<HubSettings, 'endpoint'>,
    DownloadSettings,
    Omit<EngineSettings, 'choice'>,
    ServeSettings {
  readonly hubEndpoint: string;
  readonly engine: EngineChoice;
}
