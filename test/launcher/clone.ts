import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A clone as git would make it, and programs that stand in for npm and node on the PATH. */

const root = join(import.meta.dirname, '..', '..');

/** How a start of the launcher ended. */
export interface Started {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A clone without packages and without a build. */
export interface Clone extends Disposable {
  readonly folder: string;
  /** What the stand-in for npm was called with, one line a call. */
  npmCalls(): string[];
  /** Replaces a program on the PATH by a shell script; without a script it is missing. */
  program(name: 'npm' | 'node', script: string | undefined): void;
  run(
    args: readonly string[],
    options?: { path?: string; shell?: readonly string[]; cwd?: string; environment?: Record<string, string> },
  ): Promise<Started>;
}

/** Copies the tree. Its npm links the packages of this project into place instead of fetching them. */
export function makeClone(): Clone {
  const base = mkdtempSync(join(tmpdir(), 'luci clone '));
  const folder = join(base, 'the clone');
  const programs = join(base, 'programs');
  const log = join(base, 'npm-calls');
  mkdirSync(programs, { recursive: true });
  for (const path of execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\n')) {
    if (path === '' || !existsSync(join(root, path)) || /^(test|docs|bench)\//.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  // The PATH holds only what a system has beside Node: the tools of the shell, and these.
  const tools = ['sh', 'ls', 'find', 'head', 'dirname', 'cat', 'mkdir', 'ln', 'basename', 'env', 'uname', 'sed', 'rm'];
  for (const tool of tools) {
    const place = ['/bin', '/usr/bin'].map((bin) => join(bin, tool)).find((path) => existsSync(path));
    if (place) symlinkSync(place, join(programs, tool));
  }
  const program: Clone['program'] = (name, script) => {
    rmSync(join(programs, name), { force: true });
    if (script === undefined) return;
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  program('node', `exec '${process.execPath}' "$@"`);
  program(
    'npm',
    `echo "$(basename "$PWD") $*" >> '${log}'
case $PWD in */src) from='${root}/src/node_modules' ;; *) from='${root}/node_modules' ;; esac
rm -rf node_modules; mkdir node_modules
for entry in "$from"/* "$from"/.bin; do ln -s "$entry" node_modules/; done`,
  );
  return {
    folder,
    npmCalls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    program,
    run: (args, { path = join(folder, 'luci'), shell = [], cwd = base, environment = {} } = {}) =>
      new Promise((resolve, reject) => {
        const [file = path, ...rest] = [...shell, path];
        const child = spawn(file, [...rest, ...args], {
          cwd,
          env: { PATH: [programs].join(delimiter), HOME: base, LUCI_HOME: join(base, 'home'), ...environment },
        });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
        child.on('error', reject);
        child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
      }),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}
