import type { Source } from '../base/model.ts';

/** What luci runs with. One value, made once from flags, environment and the configuration file; nothing below reads any of those. */

/** Where a setting's value came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

/** Which engine runs models; `auto` takes the embedded one, else a llama-server, else a llamafile. `remote` runs nothing here. */
export const engineChoices = ['auto', 'embedded', 'llamafile', 'llama-server', 'remote'] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** Proxies to go through; each an http:// address that may hold a name and a password. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts reached directly, as in `NO_PROXY`. */
  readonly none: readonly string[];
}

/** The settings. All times in the unit of their name. */
export interface Settings {
  /** Folder of everything luci keeps (default `~/.luciferai`). */
  readonly home: string;
  /** Refuse every connection to another machine. */
  readonly offline: boolean;
  readonly hub: {
    /** Address of the model hub or a mirror of it; may have a path. */
    readonly endpoint: string;
    /** A secret: goes to the hub's own origin only, never to logs, errors, files. */
    readonly token?: string;
  };
  readonly proxy: ProxySettings;
  readonly download: {
    /** Connections for one file, 1 to 16. */
    readonly connections: number;
    readonly maxBytesPerSecond?: number;
    /** Keep partial data on Ctrl+C. */
    readonly keepPartial: boolean;
    /** Only sources of this kind. */
    readonly onlySource?: Source['kind'];
    /** Endpoints of mirrors of the hub, tried after it. */
    readonly mirrors: readonly string[];
    /** `socket` reads from raw sockets into reused buffers, `node` uses node:http (`LUCI_HTTP=node`). */
    readonly transport: 'socket' | 'node';
    /** Ask before fetching more than this. */
    readonly confirmAboveBytes: number;
  };
  readonly engine: {
    readonly choice: EngineChoice;
    /** Compute threads (default: physical cores). */
    readonly threads?: number;
    /** Tokens (default: what the model and the memory allow, at most 4096). */
    readonly contextLength?: number;
    /** How long the engine process stays after its last request. */
    readonly keepAliveSeconds: number;
    /** A llama-server to use in place of the one on the PATH. */
    readonly llamaServerPath?: string;
    /** rpc-servers of other machines, as `host:port`; llama-server spreads a model over them. */
    readonly rpc?: readonly string[];
    /** Memory all loaded models together may take. */
    readonly memoryBudgetBytes?: number;
  };
  readonly debug: boolean;
  readonly system: {
    /** The user's own folder, for `~`. */
    readonly userFolder: string;
    /** `XDG_RUNTIME_DIR`: a folder only the user can enter, where the engine process listens. */
    readonly runtimeFolder?: string;
    /** A variable of the environment, for keys of remote endpoints: only its name is ever kept. */
    readonly variable: (name: string) => string | undefined;
    /** The whole environment of child processes, without our secrets. */
    readonly childEnvironment: Readonly<Record<string, string>>;
  };
  /** Origin of each value, by dotted name as in `hub.endpoint`. */
  readonly origins: Readonly<Record<string, Origin>>;
}

export const defaults = {
  hubEndpoint: 'https://huggingface.co',
  connections: 8,
  confirmAboveBytes: 1e9,
  keepAliveSeconds: 300,
} as const;
