import { namedSettings } from '../../config/setting-list.ts';
import { type Command, operandForms } from '../command.ts';
import { commonFlags, type Flag, ownFlags } from '../flags.ts';

/** What may stand next on a command line, read from the table of commands. Knows no shell. */

/** A word that may stand there. */
export interface Candidate {
  readonly word: string;
  readonly summary?: string;
}

/** Names that only the home folder knows; asked for where a line may go on with one. */
export interface KnownNames {
  /** Installed models, aliases among them. */
  installed(): Promise<readonly string[]>;
  /** These and the whole catalogue. */
  known(): Promise<readonly string[]>;
  aliases(): Promise<readonly string[]>;
  /** Ids of kept chats, with their titles. */
  chats(): Promise<readonly Candidate[]>;
}

/** What stands before the word that is typed. */
interface Before {
  readonly command: Command | undefined;
  /** Verbs of the command, while none was named. */
  readonly verbs: readonly Command[];
  readonly operands: readonly string[];
  readonly flags: readonly Flag[];
  /** The flag whose value is to come. */
  readonly open: Flag | undefined;
}

/** The words that fit behind `before`, beginning with `current`. None where anything may stand: a question, a file. */
export async function candidates(
  before: readonly string[],
  current: string,
  { commands, names }: { readonly commands: readonly Command[]; readonly names: KnownNames },
): Promise<readonly Candidate[]> {
  const state = readBefore(before, commands);
  const [, flagName, typed = ''] = /^--([\w-]+)=(.*)$/s.exec(current) ?? [];
  const inline = flagName === undefined ? undefined : state.flags.find(({ name, value }) => name === flagName && value !== undefined);
  if (inline) {
    const values = await valuesOf(inline, names);
    return fitting(values, typed).map(({ word, summary }) => ({ word: `--${inline.name}=${word}`, summary }));
  }
  if (state.open) return fitting(await valuesOf(state.open, names), current);
  if (current.startsWith('-'))
    return fitting(
      state.flags.map(({ name, summary }) => ({ word: `--${name}`, summary })),
      current,
    );
  return fitting(await wordsOf(state, current, { commands, names }), current);
}

function fitting(words: readonly Candidate[], current: string): Candidate[] {
  // A word with signs of the shell is nobody's name: it is not put on a command line.
  return words.filter(({ word }) => word.startsWith(current) && /^[\p{L}\p{N}@%+=:,./_~-]+$/u.test(word));
}

/** Goes over the words as the parser would, without minding what is wrong with them. */
function readBefore(words: readonly string[], commands: readonly Command[]): Before {
  const start: Before = { command: undefined, verbs: [], operands: [], flags: commonFlags(), open: undefined };
  return words.reduce((state, word) => next(state, word, commands), start);
}

function next(state: Before, word: string, commands: readonly Command[]): Before {
  const { command, verbs, operands, flags, open } = state;
  if (open) return { ...state, open: undefined };
  if (word.startsWith('-') && word !== '-') {
    const flag = flags.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
    return flag?.value === undefined ? state : { ...state, open: flag };
  }
  if (command === undefined) return begun(word, commands);
  const verb = operands.length === 0 ? verbs.find(({ name }) => name === word) : undefined;
  if (verb) return { ...state, command: verb, verbs: [], flags: [...ownFlags(verb), ...commonFlags()] };
  return { ...state, verbs: [], operands: [...operands, word] };
}

/** The first word: a command, or the name of a model, which is `luci run`. */
function begun(word: string, commands: readonly Command[]): Before {
  const named = commands.find(({ name, aliases }) => name === word || aliases?.includes(word));
  const command = named ?? commands.find(({ name }) => name === 'run');
  const verbs = command?.verbs ?? [];
  const flags = [...(command ? [command] : []), ...verbs].flatMap(ownFlags).concat(commonFlags());
  return { command, verbs, operands: named ? [] : [word], flags: unique(flags), open: undefined };
}

function unique(flags: readonly Flag[]): readonly Flag[] {
  return flags.filter(({ name }, index) => flags.findIndex((other) => other.name === name) === index);
}

type Tables = { readonly commands: readonly Command[]; readonly names: KnownNames };

async function wordsOf({ command, verbs, operands }: Before, current: string, { commands, names }: Tables): Promise<readonly Candidate[]> {
  const asCandidates = (list: readonly Command[]): Candidate[] => list.map(({ name, summary }) => ({ word: name, summary }));
  // Names of models as commands only once something is typed: the commands are what a newcomer looks for.
  if (!command) return [...asCandidates(commands), ...(current === '' ? [] : plain(await names.installed()))];
  const forms = operandForms(command);
  const form = forms[operands.length] ?? forms.findLast(({ isMultiple }) => isMultiple);
  const own = form ? await operandWords(form.shown.replace(/[<>[\].]/g, ''), command, operands, { commands, names }) : [];
  return [...asCandidates(verbs), ...own];
}

/** What an operand may be, by what the help calls it. */
async function operandWords(
  shown: string,
  command: Command,
  operands: readonly string[],
  { commands, names }: Tables,
): Promise<readonly Candidate[]> {
  switch (shown) {
    case 'model':
    case 'target':
      return plain(await (command.modelsFrom === 'catalogue' ? names.known() : names.installed()));
    case 'command':
      return commands.map(({ name, summary }) => ({ word: name, summary }));
    case 'verb':
      return (commands.find(({ name }) => name === operands[0])?.verbs ?? []).map(({ name, summary }) => ({ word: name, summary }));
    case 'key':
      return namedSettings.map(({ name, row }) => ({ word: name, summary: row.summary }));
    case 'value':
      return plain(settingChoices(operands[0]));
    case 'alias':
      return plain(await names.aliases());
    case 'chat':
      return names.chats();
    default:
      // `<bash|zsh>`, or a word that is meant as it stands, as in `[all]`.
      return shown.includes('|') || shown === 'all' ? plain(shown.split('|')) : [];
  }
}

function settingChoices(key: string | undefined): readonly string[] {
  const kind = namedSettings.find(({ name }) => name === key)?.row.kind;
  return kind?.choices ?? (kind?.json === 'boolean' ? ['true', 'false'] : []);
}

async function valuesOf({ kind, key, place }: Flag, names: KnownNames): Promise<readonly Candidate[]> {
  if (place === 'option' && key === 'model') return plain(await names.installed());
  if (place === 'option' && key === 'resume') return names.chats();
  return plain(kind?.choices ?? []);
}

function plain(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word }));
}
