import type { Luci } from '../../app/luci.ts';
import { type ExactReply, exactReply } from '../../assistant/exact-answer.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { type ParsedArguments, parseArguments } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';
import { interruptible } from './interruptible.ts';
import type { Prompt } from './prompt.ts';

/** What luci answers itself in a chat: it is shown with a line that says so, and command lines are run. */

/** What it is answered with. */
export interface ExactReplyOptions {
  readonly luci: Luci;
  readonly context: CommandContext;
  readonly prompt: Prompt;
  /** The model of the chat, where one is chosen. */
  readonly chatModel?: string;
}

/** Answers a line that needs no model. False for every other one: the model is to be asked. */
export async function replyItself(text: string, options: ExactReplyOptions): Promise<boolean> {
  // The table of commands names the chat, so it is asked for late.
  const { commands } = await import('../command-table.ts');
  const { context, luci, chatModel } = options;
  const reply = await exactReply(text, { luci, commands, chatModel });
  if (!reply) return false;
  if (reply.kind === 'command') return runTyped(reply, options);
  const { show } = context;
  if (show.json) show.data({ type: 'local', intent: reply.intent, text: reply.text, data: reply.data });
  else {
    show.result(reply.text);
    tell(show, 'luci itself answered, without a model');
  }
  return true;
}

function tell({ note, json, terminal }: Show, text: string): void {
  if (!json) note(terminal.style('dim', `(${text})`));
}

type TypedCommand = ExactReply & { readonly kind: 'command' };

/** Runs a command line as it runs anywhere, with its questions asked in the chat. False where it is none after all. */
async function runTyped(reply: TypedCommand, { context, prompt }: ExactReplyOptions): Promise<boolean> {
  const parsed = await parsedAs(reply);
  const { command, operands = [], options = {}, overrides = {}, everywhere, path } = parsed ?? {};
  const { show } = context;
  if (!command?.run || everywhere?.help) return false;
  if (Object.keys(overrides).length > 0)
    throw new LuciError('USAGE', 'A command that is typed into a chat has the settings of the chat.', {
      hint: ['luci', ...reply.args].map(printable).join(' '),
    });
  tell(show, ['luci itself: luci', path, ...operands.map(printable)].join(' '));
  const typed = { ...context, operands, options, show: marked(show, reply), yes: context.yes || everywhere?.yes === true };
  // Off a terminal nobody can answer, and the command says so.
  const ask = process.stdin.isTTY ? (question: string) => prompt.confirm(question) : undefined;
  await interruptible(prompt, context.signal, async (signal) => command.run?.({ ...typed, ask, signal })).finally(() => show.live([]));
  return true;
}

/** The command line; undefined for one that no command takes, as `luci list the benefits of tea`. */
async function parsedAs({ args }: TypedCommand): Promise<ParsedArguments | undefined> {
  const { commands } = await import('../command-table.ts');
  try {
    return parseArguments(args, commands);
  } catch (error) {
    if (isLuciError(error, 'USAGE')) return undefined;
    throw error;
  }
}

/** With --json, everything that a command prints is marked as luci's own. */
function marked(show: Show, { intent, args }: TypedCommand): Show {
  if (!show.json) return show;
  const mark = { type: 'local', intent, command: args };
  return { ...show, data: (data) => show.data({ ...mark, data }), result: (text) => show.data({ ...mark, text }) };
}
