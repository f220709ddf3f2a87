import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { type Home, program } from './luci-process.ts';

/** The built command on a real pseudo-terminal, whose screen is read as a person sees it. */

/** A command that runs on a terminal. */
export interface Screen {
  /** Every byte that was written to the terminal. */
  readonly written: string;
  /** The lines of the terminal, those that have moved out of it among them, without blanks at their ends. */
  lines(): Promise<readonly string[]>;
  /** Waits until a text is written that was not there when it was last waited for. */
  until(text: string | RegExp): Promise<void>;
  /** Types a text when another one has been written. */
  type(waitFor: string | RegExp, text: string): Promise<void>;
  resize(columns: number): void;
  /** Sends the command a signal. */
  signal(name: 'SIGTERM' | 'SIGHUP'): void;
  /** The exit status. */
  readonly ended: Promise<number>;
}

/** How it runs. */
export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How long a text is waited for. */
const deadlineMs = 20_000;

/** Runs the command in a home. */
export function openScreen(home: Home, args: readonly string[], { columns = 80, rows = 30, environment = {} }: ScreenOptions = {}): Screen {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(FORCE_COLOR|NO_COLOR|CI|DISPLAY|WAYLAND_DISPLAY)$/.test(name)),
  );
  const child = pty.spawn(process.execPath, [program, ...args], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env: { ...inherited, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20', LANG: 'C.UTF-8', HF_TOKEN: '', ...environment } as Record<
      string,
      string
    >,
  });
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
  let written = '';
  let seen = 0;
  let exitCode: number | undefined;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  // What a terminal answers by itself, as where its cursor is.
  terminal.onData((text) => child.write(text));
  child.onData((text) => {
    written += text;
    terminal.write(text);
    changed();
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode: code }) => {
      exitCode = code;
      changed();
      resolve(code);
    });
  });

  /** Where a text ends that was written since; what moves and colours between its letters is looked past only at its words. */
  function endOf(text: string | RegExp): number | undefined {
    const fresh = written.slice(seen);
    if (typeof text === 'string') {
      const at = fresh.indexOf(text);
      return at < 0 ? undefined : seen + at + text.length;
    }
    const found = text.exec(fresh);
    return found ? seen + found.index + found[0].length : undefined;
  }

  function until(text: string | RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        listeners.delete(look);
        clearTimeout(timer);
      };
      const fail = (why: string): void => {
        stop();
        child.kill();
        reject(new Error(`"${text}" was not written ${why}: ${JSON.stringify(written.slice(seen))}`));
      };
      const look = (): void => {
        const end = endOf(text);
        if (end !== undefined) {
          seen = end;
          stop();
          resolve();
        } else if (exitCode !== undefined) fail(`before the end (${exitCode})`);
      };
      // What was written instead says more than a test that ran out of time.
      const timer = setTimeout(() => fail('in time'), deadlineMs);
      listeners.add(look);
      look();
    });
  }

  return {
    get written() {
      return written;
    },
    async lines() {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index)?.translateToString(true) ?? '');
      return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
    },
    until,
    async type(waitFor, text) {
      await until(waitFor);
      child.write(text);
    },
    resize(width) {
      child.resize(width, rows);
      terminal.resize(width, rows);
    },
    signal: (name) => child.kill(name),
    ended,
  };
}
