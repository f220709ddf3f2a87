import { readEnvironment } from './environment.ts';

/** What the environment says of the terminal. */
export interface TerminalEnvironment {
  /** `NO_COLOR` or `TERM=dumb` against, `FORCE_COLOR` for, undefined: as the stream is. */
  readonly colour: boolean | undefined;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  readonly isDumb: boolean;
  /** `COLUMNS`, where it is a number. */
  readonly columns: number | undefined;
}

/** The terminal's part of the environment. */
export function readTerminalEnvironment(platform: NodeJS.Platform = process.platform): TerminalEnvironment {
  const environment = readEnvironment();
  const locale = environment['LC_ALL'] ?? environment['LC_CTYPE'] ?? environment['LANG'];
  const isDumb = environment['TERM'] === 'dumb';
  const forced = environment['FORCE_COLOR'] === undefined ? undefined : environment['FORCE_COLOR'] !== '0';
  return {
    colour: environment['NO_COLOR'] !== undefined || isDumb ? false : forced,
    // No locale at all is how containers and CI run, and their logs are UTF-8; "C" and "POSIX" are ASCII.
    unicode: platform === 'win32' ? environment['WT_SESSION'] !== undefined : !isDumb && (locale === undefined || /utf-?8/i.test(locale)),
    isDumb,
    columns: /^\d+$/.test(environment['COLUMNS'] ?? '') ? Number(environment['COLUMNS']) : undefined,
  };
}
