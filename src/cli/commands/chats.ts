import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathTo } from '../../app/chat-branch.ts';
import { exportForms, sectionsOf } from '../../app/chat-export.ts';
import type { ChatSummary } from '../../app/kept-chat.ts';
import { LuciError } from '../../base/errors.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';
import { plural } from '../../base/units.ts';
import { anyText, oneOf } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { chatsData, chatsTable } from '../show/chat-rows.ts';
import type { Show } from '../show/show.ts';
import { printable, printableText } from '../show/text.ts';

/** `luci chats`: chats that are kept, of the terminal and of the page of luci serve. */
export const chats = defineCommand({
  name: 'chats',
  summary: 'the chats that are kept',
  details:
    'Every chat of luci chat and of the page of luci serve is kept in one file of its own, below chats in luci’s home. A chat is named by its id, by the beginning of it, by its title, or by a word that only it has. luci chat --resume goes on with one.',
  defaultVerb: 'list',
  verbs: [
    defineCommand({ name: 'list', summary: 'all of them, the newest first', run: (context) => list(context, '') }),
    defineCommand({
      name: 'search',
      operands: '<text...>',
      example: 'lisbon',
      summary: 'those a text occurs in',
      run: (context) => list(context, context.operands.join(' ')),
    }),
    defineCommand({ name: 'show', operands: '<chat>', example: 'lisbon', summary: 'what was said in one', run: show }),
    defineCommand({
      name: 'export',
      operands: '<chat>',
      example: 'lisbon',
      summary: 'one as a text: to read, or with every turn',
      details: 'Markdown has what was said; JSON has every turn, a line each, and can be brought into the page of luci serve.',
      options: {
        as: { kind: oneOf(exportForms), value: 'FORM', summary: 'markdown or json (default markdown)' },
        output: { kind: anyText('chat.md'), short: 'o', value: 'FILE', summary: 'write it to this file (default: stdout)' },
      },
      async run(context) {
        const [word = ''] = context.operands;
        const { as = 'markdown', output } = context.options;
        const text = await (await context.luci()).chats.export(word, as);
        if (output !== undefined) await writeNew(output, text, context.show);
        else if (context.show.json) context.show.data({ form: as, text });
        else context.show.result(text.trimEnd());
        return 0;
      },
    }),
    defineCommand({ name: 'remove', operands: '<chat>', example: 'lisbon', summary: 'move one to the trash', run: remove }),
  ],
});

async function list({ luci, show }: CommandContext, text: string): Promise<number> {
  const found = await (await luci()).chats.list(text);
  if (show.json) show.data(chatsData(found));
  else if (show.quiet) for (const { id } of found) show.result(id);
  else if (found.length === 0) show.note(text === '' ? 'No chat is kept yet.\n  luci chat' : 'It occurs in no chat.\n  luci chats list');
  else tellList(found, show);
  return 0;
}

function tellList(found: readonly ChatSummary[], { terminal, result, note }: Show): void {
  result(chatsTable(found, terminal).join('\n'));
  note(terminal.style('dim', `${plural(found.length, 'chat')}.  luci chat --resume ID   luci chats show ID`));
}

async function show({ luci, show: { json, data, result, terminal }, operands: [word = ''] }: CommandContext): Promise<number> {
  const kept = await (await luci()).chats.read(word);
  if (json) data(kept);
  else
    result(
      sectionsOf(pathTo(kept.turns, kept.place))
        .map(({ who, text }) => `${terminal.style('bold', printable(who), 'out')}\n${printableText(text)}`)
        .join('\n\n'),
    );
  return 0;
}

async function writeNew(path: string, text: string, { json, data, note }: Show): Promise<void> {
  try {
    // What is there already is somebody's.
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new LuciError('USAGE', `${path} is there already.`, { hint: 'Name another file.' });
    throw diskError(error, path, 'write a chat');
  }
  if (json) data({ written: resolve(path) });
  else note(`Written: ${printable(path)}`);
}

async function remove({ luci, show: { json, data, note }, operands: [word = ''] }: CommandContext): Promise<number> {
  const opened = await luci();
  const { id, title } = await opened.chats.remove(word);
  if (json) data({ removed: id });
  else note(`${printable(title)} is in the trash: ${printable(opened.directories.trash)}`);
  return 0;
}
