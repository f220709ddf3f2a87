import { resolve } from 'node:path';
import type { FileChange } from '../../agent/journal/file-change.ts';
import type { ChatSession } from '../../app/chats.ts';
import { LuciError } from '../../base/errors.ts';
import { nearest } from '../nearest.ts';
import { broughtText } from '../show/change-text.ts';
import { definitions } from '../show/definitions.ts';
import type { Show } from '../show/show.ts';
import type { Terminal } from '../show/terminal.ts';
import { printable } from '../show/text.ts';
import type { OutsideTools } from './outside-tools.ts';

/** What begins with a slash in a chat. */

/** What a chat command works with. */
interface ChatCommandContext {
  readonly session: ChatSession;
  readonly outside: Pick<OutsideTools, 'command'>;
  readonly show: Show;
}

interface ChatCommand {
  readonly name: string;
  readonly operand?: string;
  readonly summary: string;
  run(context: ChatCommandContext, operand: string): Promise<void>;
}

const commands: readonly ChatCommand[] = [
  { name: 'help', summary: 'this list', run: async ({ show }) => show.note(helpText(show.terminal)) },
  {
    name: 'model',
    operand: '[NAME]',
    summary: 'show or change the model; what was said is kept',
    async run({ session, show }, name) {
      if (name !== '') await session.changeModel(name);
      show.note(`model: ${printable(session.model)}`);
    },
  },
  {
    name: 'system',
    operand: '[TEXT]',
    summary: 'show or set the system prompt; "-" takes it away',
    async run({ session, show }, text) {
      if (text !== '') session.setSystem(text === '-' ? undefined : text);
      show.note(`system: ${printable(session.system || '(none)')}`);
    },
  },
  {
    name: 'tools',
    operand: '[FOLDER|off]',
    summary: 'let the model list, read and write files in a folder ("." is this one)',
    async run({ session, show }, folder) {
      if (folder !== '') await session.useTools(folder === 'off' ? undefined : resolve(folder));
      show.note(
        session.toolsFolder === undefined ? 'tools: off' : `tools: on in ${printable(session.toolsFolder)}; changes are asked for first`,
      );
    },
  },
  {
    name: 'mcp',
    operand: '[on|off]',
    summary: 'show the servers of mcp.json, start them anew, or end them',
    run: async ({ outside, show }, word) => show.note(await outside.command(word)),
  },
  {
    name: 'clear',
    summary: 'forget what was said',
    async run({ session, show }) {
      session.clear();
      show.note('Forgotten.');
    },
  },
  {
    name: 'undo',
    summary: 'take back the last question, its answer, and what it changed in files',
    run: async ({ session, show }) => tellBrought(await session.undo(), 'Taken back.', 'Nothing was said yet.', show),
  },
  {
    name: 'redo',
    summary: 'bring back what /undo took back',
    run: async ({ session, show }) => tellBrought(await session.redo(), 'Brought back.', 'There is nothing to bring back.', show),
  },
  {
    name: 'save',
    operand: 'NAME',
    summary: 'keep this chat',
    async run({ session, show }, name) {
      show.note(`Saved: ${printable(await session.save(name || 'last'))}`);
    },
  },
  {
    name: 'load',
    operand: 'NAME',
    summary: 'go on with a chat that was kept',
    async run({ session, show }, name) {
      await session.load(name || 'last');
      const count = session.messages.filter(({ role }) => role === 'user').length;
      show.note(`${count} ${count === 1 ? 'question' : 'questions'} loaded.`);
    },
  },
  {
    name: 'stats',
    summary: 'tokens and times of the last answer',
    async run({ session, show }) {
      const usage = session.lastUsage;
      if (!usage) return show.note('There is no answer yet.');
      show.note(
        [
          `prompt     ${usage.promptTokens} tokens, ${usage.cachedTokens} of them known, ${usage.promptTokensPerSecond} tokens/s`,
          `answer     ${usage.generatedTokens} tokens, ${usage.generatedTokensPerSecond} tokens/s`,
          `first word ${usage.timeToFirstTokenMs} ms, all ${usage.totalMs} ms`,
          ...(session.forgottenTurns > 0 ? [`forgotten  ${session.forgottenTurns} of the first questions: the context is full`] : []),
        ].join('\n'),
      );
    },
  },
  { name: 'quit', summary: 'leave (also Ctrl+D)', run: async () => undefined },
];

function tellBrought(changes: readonly FileChange[] | undefined, done: string, nothing: string, show: Show): void {
  show.note(changes === undefined ? nothing : [done, ...changes.map((change) => `  ${broughtText(change)}`)].join('\n'));
}

/** Runs a line that begins with a slash. Returns whether the chat goes on. */
export async function runChatCommand(line: string, context: ChatCommandContext): Promise<boolean> {
  const [, name = '', operand = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
  const wanted = ['exit', 'bye', 'q'].includes(name) ? 'quit' : name === '?' ? 'help' : name;
  const command = commands.find((candidate) => candidate.name === wanted);
  if (!command) {
    const names = commands.map((candidate) => candidate.name);
    const [close] = nearest(name, names, 1);
    throw new LuciError('USAGE', `There is no /${printable(name)}.${close ? ` Did you mean /${close}?` : ''}`, { hint: '/help' });
  }
  await command.run(context, operand.trim());
  return command.name !== 'quit';
}

function helpText(terminal: Terminal): string {
  const rows = commands.map(({ name, operand, summary }): [string, string] => [`/${name}${operand ? ` ${operand}` : ''}`, summary]);
  const typing =
    'Ctrl+C stops an answer. A \\ at the end of a line goes on; """ begins and ends a block of lines; pasted lines are one message.';
  const itself =
    'luci itself answers, without a model: time, date, memory, disk, models, 15% of 80, 5 km in miles, list FOLDER, read FILE.';
  return [...definitions(rows, terminal), `  ${typing}`, `  ${itself}`].join('\n');
}
