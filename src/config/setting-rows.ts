import type { Source } from '../base/model.ts';
import {
  anyText,
  byteSize,
  duration,
  httpAddress,
  listOf,
  oneOf,
  onOff,
  textLike,
  type ValueKind,
  wholeNumber,
} from '../base/value-kinds.ts';
import { defaultFolders } from './default-folders.ts';
import { readHubToken } from './hub-token.ts';
import { engineChoices, type SettingGroups, type SettingsOverrides } from './settings.ts';

/** The table of settings. What is read from where, what is documented and what may be overridden follows from it; a missing row does not compile. */

/** One setting. */
export interface SettingRow<Value> {
  readonly kind: ValueKind<NonNullable<Value>>;
  /** What it is without being set; a function where it takes looking. */
  readonly otherwise: Value | ((environment: Readonly<Record<string, string>>) => Value);
  /** The default in words, where the value says too little. */
  readonly otherwiseText?: string;
  /** Variables, the strongest first. */
  readonly environment?: readonly string[];
  /** The flag, as it is typed. */
  readonly flag?: string;
  /** Its place in `config.json`, as in `download.connections`; missing where the file cannot say it. */
  readonly config?: string;
  /** Its name in {@link SettingsOverrides} (default: its own). */
  readonly override?: keyof SettingsOverrides;
  /** Its value is told nowhere. */
  readonly isSecret?: true;
  readonly summary: string;
}

/** A row for each setting of each group. */
export type SettingRows = {
  readonly [Group in keyof SettingGroups]: { readonly [Key in keyof SettingGroups[Group]]: SettingRow<SettingGroups[Group][Key]> };
};

/** Which there are is said by the table of sources, which knows more than settings may; the command asks it. */
const sourceWord = textLike(/^[a-z][\w-]*$/, { expected: 'a kind of source', example: 'hub' }) as ValueKind<Source['kind']>;

const hostAndPort = textLike(/^[\w.[\]:-]+:\d{1,5}$/, { expected: 'of the form host:port', example: 'box:50052' });

/** As long as nobody guesses it, and one word of a header. */
const serverKey = textLike(/^[\x21-\x7e]{20,500}$/, {
  expected: 'a key: 20 characters at least, letters, digits and signs without a space',
  example: 'random-letters-20-at-least',
});

export const settingRows: SettingRows = {
  general: {
    home: {
      kind: anyText('/bigger/disk/luci'),
      otherwise: (environment) => defaultFolders(environment).home,
      otherwiseText: '~/.luciferai; on Linux XDG_DATA_HOME/luci (~/.local/share/luci), unless ~/.luciferai is there already',
      environment: ['LUCI_HOME'],
      flag: '--home DIR',
      summary: 'where models and state are kept',
    },
    offline: {
      kind: onOff,
      otherwise: false,
      environment: ['LUCI_OFFLINE', 'HF_HUB_OFFLINE'],
      flag: '--offline',
      config: 'offline',
      summary: 'refuse every connection to another machine',
    },
    debug: {
      kind: onOff,
      otherwise: false,
      environment: ['LUCI_DEBUG'],
      flag: '--debug',
      summary: 'tell decisions on stderr and in logs/debug.log, and show the stacks of errors',
    },
  },
  hub: {
    endpoint: {
      kind: httpAddress,
      otherwise: 'https://huggingface.co',
      environment: ['HF_ENDPOINT'],
      config: 'hub.endpoint',
      override: 'hubEndpoint',
      summary: 'address of the model hub, or of a mirror of it',
    },
    token: {
      kind: { ...anyText('hf_…'), parse: (text) => text.trim() },
      otherwise: readHubToken,
      otherwiseText: 'what the hub’s own client keeps in HF_TOKEN_PATH, else HF_HOME/token, else XDG_CACHE_HOME/huggingface/token',
      environment: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'],
      isSecret: true,
      summary: 'secret for repositories that want an account; sent to the hub alone',
    },
  },
  download: {
    connections: {
      kind: wholeNumber({ min: 1, max: 16, example: '4' }),
      otherwise: 8,
      flag: '--connections N',
      config: 'download.connections',
      summary: 'connections for one file',
    },
    maxBytesPerSecond: {
      kind: byteSize('5M'),
      otherwise: undefined,
      otherwiseText: 'no limit',
      flag: '--max-rate RATE',
      config: 'download.maxRate',
      summary: 'fetch no faster than this, in bytes a second',
    },
    keepPartial: {
      kind: onOff,
      otherwise: false,
      flag: '--keep-partial',
      config: 'download.keepPartial',
      summary: 'keep what was fetched on Ctrl+C',
    },
    onlySource: {
      kind: sourceWord,
      otherwise: undefined,
      otherwiseText: 'all',
      flag: '--source KIND',
      summary: 'fetch from this kind of source only',
    },
    mirrors: {
      kind: listOf(httpAddress),
      otherwise: [],
      otherwiseText: 'none',
      config: 'download.sources',
      summary: 'mirrors of the hub, tried after it in this order',
    },
    transport: {
      kind: oneOf(['socket', 'node']),
      otherwise: 'socket',
      environment: ['LUCI_HTTP'],
      summary: 'how files are read: `socket` from raw sockets into reused buffers, `node` by Node’s own client',
    },
    confirmAboveBytes: {
      kind: byteSize('2GB'),
      otherwise: 1e9,
      otherwiseText: '1 GB',
      config: 'download.confirmAbove',
      summary: 'ask before more than this is fetched',
    },
  },
  engine: {
    choice: {
      kind: oneOf(engineChoices),
      otherwise: 'auto',
      environment: ['LUCI_ENGINE'],
      flag: '--engine KIND',
      config: 'engine.choice',
      override: 'engine',
      summary: 'which engine runs models',
    },
    threads: {
      kind: wholeNumber({ min: 1, example: '4' }),
      otherwise: undefined,
      otherwiseText: 'physical cores',
      environment: ['LUCI_THREADS'],
      config: 'engine.threads',
      summary: 'compute threads',
    },
    contextLength: {
      kind: wholeNumber({ min: 64, example: '4096' }),
      otherwise: undefined,
      otherwiseText: 'what the model was trained for, at most 16384, as memory allows',
      environment: ['LUCI_CONTEXT'],
      flag: '--context N',
      config: 'engine.contextLength',
      summary: 'tokens a model is opened with',
    },
    keepAliveSeconds: {
      kind: duration(),
      otherwise: 300,
      otherwiseText: '5m',
      environment: ['LUCI_KEEP_ALIVE'],
      flag: '--keep-alive TIME',
      config: 'engine.keepAlive',
      summary: 'how long the engine stays after its last request; 0 not at all',
    },
    llamaServerPath: {
      kind: anyText('/opt/llama.cpp/llama-server'),
      otherwise: undefined,
      otherwiseText: 'the one that was added, else the one on the PATH',
      environment: ['LUCI_LLAMA_SERVER'],
      summary: 'llama-server to use',
    },
    rpc: {
      kind: listOf(hostAndPort),
      otherwise: undefined,
      otherwiseText: 'none',
      flag: '--rpc HOSTS',
      summary: 'rpc-servers of other machines a model is spread over',
    },
    memoryBudgetBytes: {
      kind: byteSize('4GB'),
      otherwise: undefined,
      otherwiseText: 'what the machine has free',
      environment: ['LUCI_MEMORY_BUDGET'],
      config: 'engine.memoryBudget',
      summary: 'memory all loaded models together may take',
    },
  },
  serve: {
    serverKey: {
      kind: serverKey,
      otherwise: undefined,
      otherwiseText: 'the one that luci serve key made',
      environment: ['LUCI_SERVE_KEY'],
      isSecret: true,
      summary: 'secret that programs must bring to luci serve, for where a key is given from outside, as containers get theirs',
    },
    keepAnswers: {
      kind: onOff,
      otherwise: true,
      environment: ['LUCI_KEEP_ANSWERS'],
      config: 'serve.keepAnswers',
      summary: 'keep questions and answers of resumable streams and of the page on disk for a day, so that they go on after a kill',
    },
  },
};
