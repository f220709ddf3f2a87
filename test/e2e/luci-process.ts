import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';

/** Runs the built command as a user does, in a home folder of its own. */

/** The built command. */
export const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

/** What a run left. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fresh, empty home folder and commands in it. */
export interface Home extends AsyncDisposable {
  readonly folder: string;
  /** Writes the user's own catalogue. */
  own(...entries: object[]): Promise<void>;
  /** Puts the small model there, not installed; returns its path. */
  addModel(): Promise<string>;
  luci(
    args: readonly string[],
    options?: {
      environment?: Record<string, string>;
      stdin?: string;
      onStart?: (pid: number) => void;
      /** Each piece of stderr as it comes. */
      onStderr?: (text: string) => void;
    },
  ): Promise<Ran>;
}

/** Makes a home; disposing it ends its engine process and removes it. */
export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'luci home '));
  const luci: Home['luci'] = (args, { environment = {}, stdin, onStart, onStderr } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, LUCI_HOME: folder, LUCI_KEEP_ALIVE: '20', HF_TOKEN: '', ...environment },
      });
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (text: Buffer) => {
        output.stdout += text;
      });
      child.stderr.on('data', (text: Buffer) => {
        output.stderr += text;
        onStderr?.(text.toString());
      });
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, ...output }));
      child.stdin.on('error', () => undefined); // A command that reads no stdin may be gone before it is written.
      child.stdin.end(stdin ?? '');
      if (child.pid !== undefined) onStart?.(child.pid);
    });
  return {
    folder,
    own: (...entries) => writeFile(join(folder, 'catalog.json'), JSON.stringify(entries)),
    async addModel() {
      const path = join(folder, 'tiny.gguf');
      await writeFile(path, tinyGguf());
      return path;
    },
    luci,
    async [Symbol.asyncDispose]() {
      await luci(['stop']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An entry of the user's own catalogue: the file `NAME.gguf` of a repository, with facts of its own. */
export function ownEntry(name: string, facts: object = {}): object {
  return { name, parametersB: 1, tier: 0, license: 'MIT', quantization: 'F16', repo: `o/${name}`, file: `${name}.gguf`, ...facts };
}
