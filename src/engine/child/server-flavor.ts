import type { EngineProgramKind } from '../../base/engine-programs.ts';
import type { Dialect } from '../openai/dialect.ts';

/** How a server program is started and spoken to, which differs from version to version. Facts, no behaviour. */

/** A kind of server, in the versions that behave alike. */
export interface ServerFlavor {
  readonly kind: EngineProgramKind;
  /** Words before all others: a llamafile without them opens a chat, or a browser. */
  readonly mode: readonly string[];
  /** What it is told to leave out: its web page, and the network. */
  readonly quiet: readonly string[];
  /** How it gets its key: by the variable LLAMA_API_KEY, or by a file, as the server of 2024 reads no variable. */
  readonly keyBy: 'variable' | 'file';
  /** Flags of a server that makes vectors; undefined where every server does. */
  readonly embedding: readonly string[] | undefined;
  readonly dialect: Dialect;
}

const llamaServer: ServerFlavor = {
  kind: 'llama-server',
  mode: [],
  quiet: ['--no-webui', '--offline'],
  keyBy: 'variable',
  embedding: ['--embeddings', '--pooling', 'mean'],
  dialect: 'llama-server',
};

/** From 0.10 on a llamafile is today's llama-server behind a wrapper. `--nobrowser` is unknown to it, and without `--server` it also chats. */
const llamafileNow: ServerFlavor = { ...llamaServer, kind: 'llamafile', mode: ['--server'] };

/** Before 0.10: the server of 2024, which opens a browser and takes a grammar in place of a JSON schema. */
const llamafileOld: ServerFlavor = {
  kind: 'llamafile',
  mode: ['--server', '--nobrowser'],
  quiet: [],
  keyBy: 'file',
  embedding: undefined,
  dialect: 'llamafile-0.9',
};

/** The flavour of a program. A llamafile whose version nobody knows is taken for a new one; a flag it refuses is left out. */
export function flavorOf(kind: EngineProgramKind, version?: string): ServerFlavor {
  return flavors[kind](version);
}

/** By kind; a program without an entry does not compile. */
const flavors: Readonly<Record<EngineProgramKind, (version: string | undefined) => ServerFlavor>> = {
  'llama-server': () => llamaServer,
  llamafile: (version) => (isOldLlamafile(version) ? llamafileOld : llamafileNow),
};

/** Whether a llamafile is one of before 0.10, with the llama.cpp of 2024. */
export function isOldLlamafile(version: string | undefined): boolean {
  const [major = 0, minor = 10] = (version ?? '').split('.').map(Number);
  return major === 0 && minor < 10;
}

/** The flag a program says it does not know, at the end of its stderr. */
export function unknownFlagIn(stderrTail: string): string | undefined {
  return /(?:unknown|invalid|unrecognized|unsupported) (?:argument|option|flag)[:\s]+['"]?(--?[\w-]+)/i.exec(stderrTail)?.[1];
}
