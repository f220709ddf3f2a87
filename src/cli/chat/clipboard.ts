import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LuciError } from '../../base/errors.ts';
import { desktopEnvironment, readEnvironment } from '../../config/environment.ts';
import type { Prompt } from './prompt.ts';

/** The clipboard: the program of this platform, else the terminal's own way. */

interface ClipboardProgram {
  readonly file: string;
  readonly args: readonly string[];
  /** It works only where this variable is set. */
  readonly needs?: string;
}

const programs: Partial<Record<NodeJS.Platform, readonly ClipboardProgram[]>> = {
  darwin: [{ file: 'pbcopy', args: [] }],
  win32: [{ file: 'clip', args: [] }],
};

const programsOfDesktops: readonly ClipboardProgram[] = [
  { file: 'wl-copy', args: [], needs: 'WAYLAND_DISPLAY' },
  { file: 'xclip', args: ['-selection', 'clipboard'], needs: 'DISPLAY' },
  { file: 'xsel', args: ['--clipboard', '--input'], needs: 'DISPLAY' },
];

/** Terminals take no more in one sequence. */
const maxTerminalBytes = 74_000;

/** Copies a text; returns what is to be said of it. @throws ENGINE_UNSUPPORTED where there is no way */
export async function copyText(text: string, { copy }: Pick<Prompt, 'copy'>): Promise<string> {
  const environment = readEnvironment();
  for (const { file, args, needs } of programs[process.platform] ?? programsOfDesktops)
    if ((needs === undefined || environment[needs] !== undefined) && (await give(text, file, args, desktopEnvironment(environment))))
      return `Copied (${file}).`;
  if (copy && Buffer.byteLength(text) <= maxTerminalBytes) {
    copy(text);
    return 'Copied through the terminal (OSC 52). If nothing is there, your terminal does not allow it: /export answer.md';
  }
  throw new LuciError(
    'ENGINE_UNSUPPORTED',
    'There is no clipboard here: no program for it was found, and no terminal that could take it.',
    {
      hint: '/export chat.md',
    },
  );
}

/** False where the program is not there or fails. What it starts stays: on X11 it holds the text until somebody pastes it. */
async function give(text: string, file: string, args: readonly string[], env: Record<string, string>): Promise<boolean> {
  const child = spawn(file, args, { env, stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true });
  child.stdin.on('error', () => undefined); // It may be gone before all is written; its status tells.
  child.stdin.end(text);
  const [exitCode] = (await once(child, 'exit').catch(() => [1])) as [number | null];
  return exitCode === 0;
}
