/** Programs that run models in place of the embedded engine: one row a program, in the order in which they are preferred. */

/** What is known of a program before it is started; its flags are in engine/child/server-flavor.ts. */
export interface EngineProgramRow {
  /** Finds the version in what it says to `--version`, as the first group. */
  readonly versionIn: RegExp;
  /** Started by a shell on POSIX systems, some of which run it as nothing else. */
  readonly isScript: boolean;
  /** Whether one on the PATH counts as here, without being added. */
  readonly isOnPath: boolean;
  /** Said where it was asked for and is not here. */
  readonly missing: { readonly message: string; readonly hint: string };
}

/** The rows. */
export const enginePrograms = {
  'llama-server': {
    versionIn: /version:\s*(\S+)/,
    isScript: false,
    isOnPath: true,
    missing: { message: 'There is no llama-server on the PATH.', hint: 'luci runtime add llama-server --path FILE' },
  },
  llamafile: {
    versionIn: /\bv?(\d+\.\d+(?:\.\d+)?)\b/,
    isScript: true,
    isOnPath: false,
    missing: { message: 'There is no llamafile here yet.', hint: 'luci runtime add llamafile' },
  },
} as const satisfies Readonly<Record<string, EngineProgramRow>>;

/** Names of the programs. */
export type EngineProgramKind = keyof typeof enginePrograms;
export const engineProgramKinds = Object.keys(enginePrograms) as readonly EngineProgramKind[];

/** Whether a word names one. */
export function isEngineProgram(word: string): word is EngineProgramKind {
  return Object.hasOwn(enginePrograms, word);
}

/** How to start it: by a shell where it is a script and the system may not run scripts of its kind. */
export function startOf(kind: EngineProgramKind, path: string, args: readonly string[]): readonly [file: string, args: readonly string[]] {
  return enginePrograms[kind].isScript && process.platform !== 'win32' ? ['/bin/sh', [path, ...args]] : [path, args];
}
