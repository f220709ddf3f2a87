import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeKeepingMode } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { diskError } from '../../base/system-error.ts';
import { completionScripts } from './scripts.ts';
import { type Shell, shells } from './shells.ts';

/** Putting a completion script where the shell looks for it. */

/** What is known of the user and the machine. */
export interface ShellFacts {
  readonly userFolder: string;
  readonly variable: (name: string) => string | undefined;
  readonly platform: NodeJS.Platform;
}

/** A file that should be there as it is, or hold a line. */
interface Place {
  readonly script: string;
  /** The shell's own file that has to name the script, where the shell does not look there by itself. */
  readonly startFile?: string;
  readonly line?: string;
}

/** What installing did, one entry a file. */
export interface WrittenFile {
  readonly path: string;
  readonly change: 'written' | 'replaced' | 'line added' | 'as it was';
}

/** The shell that is used here. Throws USAGE where nobody says. */
export function currentShell({ variable, platform }: ShellFacts): Shell {
  const name = /([a-z]+)(?:\.exe)?$/.exec(variable('SHELL') ?? '')?.[1];
  const found = shells.find((shell) => shell === name || (shell === 'powershell' && name === 'pwsh'));
  if (found) return found;
  if (platform === 'win32' && name === undefined) return 'powershell';
  throw new LuciError('USAGE', `Which shell is used here is not known${name === undefined ? '' : `: ${name} is none that luci knows`}.`, {
    hint: shells.map((shell) => `luci completion install ${shell}`).join('\n'),
  });
}

/** Writes the script and, where it takes one, the line that loads it. A second time nothing is changed. Throws DISK_*. */
export async function installCompletion(shell: Shell, facts: ShellFacts): Promise<readonly WrittenFile[]> {
  const { script, startFile, line } = placeOf(shell, facts);
  const done = [await write(script, completionScripts[shell])];
  if (startFile === undefined || line === undefined) return done;
  const now = read(startFile) ?? '';
  if (now.split(/\r?\n/).includes(line)) return [...done, { path: startFile, change: 'as it was' }];
  await write(startFile, `${now}${now === '' || now.endsWith('\n') ? '' : '\n'}${line}\n`);
  return [...done, { path: startFile, change: 'line added' }];
}

function placeOf(shell: Shell, facts: ShellFacts): Place {
  const { userFolder, variable, platform } = facts;
  const data = variable('XDG_DATA_HOME') ?? join(userFolder, '.local', 'share');
  const configured = variable('XDG_CONFIG_HOME') ?? join(userFolder, '.config');
  switch (shell) {
    case 'bash': {
      const script = join(data, 'bash-completion', 'completions', 'luci');
      return hasBashCompletion() ? { script } : { script, startFile: join(userFolder, '.bashrc'), line: `source ${quoted(script)}` };
    }
    case 'zsh': {
      const script = join(data, 'zsh', 'luci-completion.zsh');
      return { script, startFile: join(variable('ZDOTDIR') ?? userFolder, '.zshrc'), line: `source ${quoted(script)}` };
    }
    case 'fish':
      return { script: join(configured, 'fish', 'completions', 'luci.fish') };
    case 'powershell': {
      const folder = platform === 'win32' ? join(userFolder, 'Documents', 'PowerShell') : join(configured, 'powershell');
      const script = join(folder, 'luci-completion.ps1');
      return { script, startFile: join(folder, 'Microsoft.PowerShell_profile.ps1'), line: `. '${script.replaceAll("'", "''")}'` };
    }
  }
}

/** bash looks into the folder of completions only with this package. */
function hasBashCompletion(): boolean {
  return [
    '/usr/share/bash-completion/bash_completion',
    '/etc/bash_completion',
    '/usr/local/etc/profile.d/bash_completion.sh',
    '/opt/homebrew/etc/profile.d/bash_completion.sh',
  ].some(existsSync);
}

async function write(path: string, text: string): Promise<WrittenFile> {
  const before = read(path);
  if (before === text) return { path, change: 'as it was' };
  await writeKeepingMode(path, text).catch((error: unknown) => {
    throw diskError(error, path, 'write a completion script');
  });
  return { path, change: before === undefined ? 'written' : 'replaced' };
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

function read(path: string): string | undefined {
  try {
    return readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read a file');
  }
}
