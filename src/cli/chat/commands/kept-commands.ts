import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exportChat, sectionsOf } from '../../../app/chat-export.ts';
import { LuciError } from '../../../base/errors.ts';
import { diskError, errnoOf } from '../../../base/system-error.ts';
import { plural } from '../../../base/units.ts';
import { chatsData, chatsTable } from '../../show/chat-rows.ts';
import { printable, printableText } from '../../show/text.ts';
import { type ChatCommand, type ChatCommandContext, tell } from '../chat-command.ts';
import { pickChat } from '../pick-chat.ts';

/** Commands for chats that are kept. */

export const keptCommands: readonly ChatCommand[] = [
  {
    name: 'save',
    operands: '[TITLE]',
    help: 'give this chat a title; it is kept in any case',
    async run({ session, show }, title) {
      if (!session.isKept)
        throw new LuciError('USAGE', 'Nothing of this chat is written: it was begun with --no-save.', { hint: '/export chat.md' });
      if (title !== '') await session.rename(title);
      if (session.path.length === 0) return show.note('It is kept with its first question.');
      show.note(`Saved: ${printable(session.title)}\n  luci chat --resume ${session.id ?? ''}`);
    },
  },
  {
    name: 'load',
    operands: '[ID|TEXT]',
    completes: 'chat',
    help: 'go on with a chat that was kept',
    async run(context, word) {
      const { session, view, luci, permissions } = context;
      const id = await pickChat(word, context);
      if (id === undefined) return;
      session.open(await luci.chats.read(id));
      permissions.forget();
      view.files = [];
      view.toldForgotten = 0;
      tellLoaded(context);
    },
  },
  {
    name: 'chats',
    operands: '[TEXT]',
    help: 'the chats that are kept, or those a text occurs in',
    async run({ luci, show }, text) {
      const chats = await luci.chats.list(text);
      if (!show.json && chats.length === 0) return show.note(text === '' ? 'No chat is kept yet.' : 'It occurs in no chat.');
      tell(show, 'chats', { text: chatsTable(chats, show.terminal).join('\n'), data: { chats: chatsData(chats) } });
    },
  },
  {
    name: 'history',
    help: 'what was said so far',
    async run({ session, show }) {
      const sections = sectionsOf(session.path);
      if (!show.json && sections.length === 0) return show.note('Nothing was said yet.');
      const text = sections.map(({ who, text: said }) => `${show.terminal.style('dim', printable(who), 'out')}\n${printableText(said)}`);
      tell(show, 'history', { text: text.join('\n\n'), data: { turns: session.path } });
    },
  },
  {
    name: 'export',
    operands: 'FILE',
    completes: 'file',
    help: 'write this chat to a file: Markdown, or JSON where its name ends in .json or .jsonl',
    run: exportTo,
  },
];

/** Says how much of a chat is there again. */
export function tellLoaded({ session, show }: Pick<ChatCommandContext, 'session' | 'show'>): void {
  const count = session.path.filter(({ role }) => role === 'user').length;
  show.note(`${plural(count, 'question')} loaded: ${printable(session.title)}`);
}

async function exportTo({ session, show }: ChatCommandContext, name: string): Promise<void> {
  const last = session.path.at(-1);
  if (!last) return show.note('Nothing was said yet.');
  const path = resolve(name === '' ? 'chat.md' : name);
  const chat = { id: session.id ?? '', title: session.title, turns: session.path, place: last.id };
  try {
    // What is there already is somebody's.
    await writeFile(path, exportChat(chat, /\.jsonl?$/i.test(path) ? 'json' : 'markdown'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new LuciError('USAGE', `${path} is there already.`, { hint: '/export another-name.md' });
    throw diskError(error, path, 'write a chat');
  }
  show.note(`Written: ${printable(path)}`);
}
