import type { ServerFlavor } from './server-flavor.ts';

/** The words a server program is started with. Pure. */

/** What they depend on beside the flavour. */
export interface ServerSetting {
  /** The weights; left out where the program has its own. */
  readonly modelPath?: string;
  readonly modelName: string;
  readonly port: number;
  /** Tokens of one request. */
  readonly contextLength: number;
  /** Requests at once. */
  readonly parallel: number;
  readonly threads?: number;
  /** Hosts of other machines' rpc-servers, as in `192.168.1.4:50052`. */
  readonly rpc: readonly string[];
  /** Where its key is, for a program that reads it from a file. */
  readonly keyPath?: string;
  /** Whether it is to make vectors in place of text. */
  readonly isForVectors: boolean;
}

/** Without these it would listen to others, or to anybody on this machine: a program that refuses one of them is not run. */
const neverLeftOut: readonly string[] = ['--host', '--port', '--api-key-file', '-m'];

/** The words, without flags that were `refused`. The key itself is never among them: others could read it there. */
export function serverFlags(flavor: ServerFlavor, setting: ServerSetting, refused: ReadonlySet<string> = new Set()): string[] {
  const { modelPath, modelName, port, contextLength, parallel, threads, rpc, keyPath, isForVectors } = setting;
  const groups: readonly (readonly string[])[] = [
    ...flavor.mode.map((flag) => [flag]),
    ...(modelPath === undefined ? [] : [['-m', modelPath]]),
    ['--host', '127.0.0.1'],
    ['--port', String(port)],
    // The server divides its context among its slots; ours is for each request.
    ['-c', String(contextLength * parallel)],
    ['-np', String(parallel)],
    ...(flavor.kind === 'llama-server' ? [['--alias', modelName]] : []),
    ...(threads === undefined ? [] : [['-t', String(threads)]]),
    ...(rpc.length === 0
      ? []
      : [
          ['--rpc', rpc.join(',')],
          ['-ngl', '99'],
        ]),
    ...(keyPath === undefined ? [] : [['--api-key-file', keyPath]]),
    ...flavor.quiet.map((flag) => [flag]),
    ...(isForVectors && flavor.embedding ? [[...flavor.embedding]] : []),
  ];
  return groups.filter(([flag = '']) => !refused.has(flag) || neverLeftOut.includes(flag)).flat();
}
