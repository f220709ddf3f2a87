import type { Luci } from '../app/luci.ts';
import type { ValueKind } from '../base/value-kinds.ts';
import type { SettingFlag } from '../config/setting-flags.ts';
import type { SettingsOverrides } from '../config/settings.ts';
import type { Show } from './show/show.ts';

/** What a command is. The parser, the help and the completion are all made from these declarations. */

interface AnyOption {
  readonly short?: string;
  readonly summary: string;
}

/** A flag without a value. */
export interface Switch extends AnyOption {
  readonly kind?: undefined;
}

/** A flag with a value. */
export interface ValueOption<Value = unknown> extends AnyOption {
  readonly kind: ValueKind<Value>;
  /** What stands for the value in the help, as in `N`. */
  readonly value: string;
  /** It may be given several times. */
  readonly multiple?: boolean;
  /** The text that is meant where the flag stands without one. */
  readonly otherwise?: string;
}

export type Option = Switch | ValueOption;

/** Flags by name: `maxTokens` is typed as `--max-tokens`. */
export type OptionTable = Readonly<Record<string, Option>>;

/** Values as parsed; a flag that was not given is not there. */
export type OptionValues<Options extends OptionTable> = { readonly [Name in keyof Options]?: ValueOf<Options[Name]> };
type ValueOf<Of extends Option> =
  Of extends ValueOption<infer Value> ? (Of extends { readonly multiple: true } ? readonly Value[] : Value) : true;

/** What a running command has. */
export interface CommandContext<Options extends OptionTable = OptionTable> {
  readonly operands: readonly string[];
  readonly options: OptionValues<Options>;
  readonly show: Show;
  /** Fires on Ctrl+C, SIGTERM and SIGHUP with the reason as LuciError. */
  readonly signal: AbortSignal;
  /** True with -y: questions are answered with yes. */
  readonly yes: boolean;
  /** Asks for yes or no where something else reads the terminal, as a chat does. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** What the flags of settings say. */
  readonly overrides: SettingsOverrides;
  /** luci with the settings of all flags; made when first asked for, and the same one ever after. */
  luci(): Promise<Luci>;
}

/** A command of the table, or a verb of one, as `compare` of `luci test`. */
export interface Command<Options extends OptionTable = OptionTable> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** False keeps it out of the list of all commands: a second word for what others do (default true). */
  readonly isListed?: boolean;
  /** As shown after the name: `<model>` must be there, `[model]` may be, with `...` several. Others are refused. */
  readonly operands?: string;
  /** Which names are completed where a model is meant (default: those installed). */
  readonly modelsFrom?: 'catalogue';
  /** Operands that work, for hints and pages. */
  readonly example?: string;
  readonly summary: string;
  /** More lines for its own help. */
  readonly details?: string;
  readonly options?: Options;
  /** Flags that are settings; {@link CommandContext.luci} has them. */
  readonly settings?: readonly SettingFlag[];
  /** Commands of their own, by the word after the name. */
  readonly verbs?: readonly Command[];
  /** The verb that is meant when none is named. */
  readonly defaultVerb?: string;
  /** Returns the exit status; failures are thrown. Missing where a verb must be named. */
  run?(context: CommandContext<Options>): Promise<number>;
}

/** A command whose `options` are typed by their declaration. */
export function defineCommand<const Options extends OptionTable = Record<never, never>>(command: Command<Options>): Command {
  return command as unknown as Command;
}

/** What an operand of {@link Command.operands} may be. */
export interface OperandForm {
  /** As shown, as in `<model>...`. */
  readonly shown: string;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
}

/** The operands of a command, one by one. */
export function operandForms({ operands = '' }: Pick<Command, 'operands'>): readonly OperandForm[] {
  return operands
    .split(' ')
    .filter((shown) => shown !== '')
    .map((shown) => ({ shown, isOptional: shown.startsWith('['), isMultiple: shown.includes('...') }));
}
