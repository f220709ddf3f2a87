import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Luci } from '../../app/luci.ts';
import { printable } from '../show/text.ts';
import type { Completed } from './chat-command.ts';
import { chatCommands } from './chat-commands.ts';

/** What Tab makes of a line that begins with a slash: the candidates, and the end of the line that they stand for. */
export type Completion = readonly [candidates: readonly string[], typed: string];

/** Completes the name of a command, or its operand. */
export async function completeLine(line: string, luci: Pick<Luci, 'models' | 'aliases' | 'chats'>): Promise<Completion> {
  const [, name = '', gap, operand = ''] = /^\/(\S*)(\s+)?([\s\S]*)$/.exec(line) ?? [];
  if (!line.startsWith('/')) return [[], line];
  if (gap === undefined) {
    const words = chatCommands.map((command) => `/${command.name}${command.operands ? ' ' : ''}`);
    return [words.filter((word) => word.startsWith(line)), line];
  }
  const command = chatCommands.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  const words = command?.completes === undefined ? [] : await wordsFor(command.completes, operand, luci);
  // A name with signs that a terminal obeys is not put into a line.
  return [words.filter((word) => word.startsWith(operand) && printable(word) === word), operand];
}

async function wordsFor(
  kind: Completed,
  typed: string,
  { models, aliases, chats }: Pick<Luci, 'models' | 'aliases' | 'chats'>,
): Promise<readonly string[]> {
  switch (kind) {
    case 'model':
      return [...(await models.list()).map(({ name }) => name), ...(await aliases.list()).map(({ name }) => name)];
    case 'command':
      return chatCommands.map(({ name }) => name);
    case 'chat':
      return (await chats.list()).flatMap(({ id, title }) => [title, id]);
    case 'file':
    case 'folder':
      return namesIn(typed, kind);
    default:
      return kind;
  }
}

/** Paths that begin as the typed one; folders end in a slash. */
async function namesIn(typed: string, kind: 'file' | 'folder'): Promise<readonly string[]> {
  const folder = typed.endsWith('/') ? typed : typed.includes('/') ? `${dirname(typed)}/`.replace('//', '/') : '';
  const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(() => []);
  const isHiddenMeant = typed.slice(folder.length).startsWith('.');
  return entries
    .filter((entry) => (isHiddenMeant || !entry.name.startsWith('.')) && (kind === 'file' || entry.isDirectory()))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort();
}
