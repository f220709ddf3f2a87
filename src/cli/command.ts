import type { Luci } from '../app/luci.ts';
import type { SettingsOverrides } from '../config/resolve-settings.ts';
import type { Show } from './show/show.ts';

/** What a command is. The parser, the help and the completion are all made from these declarations. */

/** A flag. Its long name is its key in {@link Command.options}. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help, as in `N`. */
  readonly value?: string;
  readonly summary: string;
  readonly multiple?: boolean;
}

/** Values as parsed; a flag that was not given is not there. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a running command has. */
export interface CommandContext {
  readonly operands: readonly string[];
  readonly options: OptionValues;
  readonly show: Show;
  /** Fires on Ctrl+C, SIGTERM and SIGHUP with the reason as LuciError. */
  readonly signal: AbortSignal;
  /** True with -y: questions are answered with yes. */
  readonly yes: boolean;
  /** luci with the settings of the global flags and these; made when first asked for. */
  luci(overrides?: SettingsOverrides): Promise<Luci>;
}

/** A command of the table. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** As shown after the name, as in `<model>...`. */
  readonly operands?: string;
  readonly summary: string;
  /** More lines for its own help. */
  readonly details?: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Returns the exit status; failures are thrown. */
  run(context: CommandContext): Promise<number>;
}

/** A string option's value. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
