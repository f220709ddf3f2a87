import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { type Home, program } from './luci-process.ts';

/** What a command shows on a real pseudo-terminal of a width: its lines without colours, and its exit status. */
export function shownAt(
  home: Home,
  columns: number,
  args: readonly string[],
): { readonly lines: string[]; readonly exitCode: number | null } {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols ${columns} rows 50; ${command}`, '/dev/null'], {
    env: { ...process.env, LUCI_HOME: home.folder, TERM: 'xterm', LANG: 'C.UTF-8' },
    encoding: 'utf8',
  });
  return { lines: stripVTControlCharacters(stays(stdout)).trimEnd().split('\n'), exitCode: status };
}

const eraseLine = '\x1b[1A\x1b[0J';

/** What stays on the screen of what was written to it: without the lines that were drawn over, and without carriage returns. */
export function stays(written: string): string {
  const parts = written.replaceAll('\r', '').split(eraseLine);
  const last = parts.pop() ?? '';
  return parts.map((part) => part.slice(0, part.lastIndexOf('\n', part.length - 2) + 1)).join('') + last;
}
