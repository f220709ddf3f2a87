import type { ChatSummary } from '../../app/kept-chat.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { cut, printable } from './text.ts';

/** Kept chats as a table for people and as data for programs. */

/** The table, the newest chat first; numbered where one is to be chosen. */
export function chatsTable(chats: readonly ChatSummary[], terminal: Terminal, { isNumbered = false } = {}): string[] {
  const columns = [
    { title: isNumbered ? ' ' : '', align: 'right' },
    { title: 'title', dropOrder: 1, minWidth: 8 },
    { title: 'turns', align: 'right', dropOrder: 4 },
    { title: 'last', dropOrder: 3 },
    { title: 'id', dropOrder: isNumbered ? 2 : 0 },
  ] as const;
  const rows = chats.map(({ id, title, turns, updatedAt }, index) => [
    isNumbered ? String(index + 1) : '',
    titleText(title, terminal),
    String(turns),
    timeText(updatedAt),
    printable(id),
  ]);
  return table(columns, rows, terminal);
}

/** Columns of all but the title, and of the least of a title that still says something. */
const otherColumns = 54;
const minTitleColumns = 16;

/** A long title takes what the others leave; off a terminal it stays whole. */
function titleText(title: string, { outIsTerminal, columns, marks }: Terminal): string {
  const text = printable(title);
  return outIsTerminal ? cut(text, Math.max(minTitleColumns, columns - otherColumns), marks.ellipsis) : text;
}

/** The shape of `chats list --json`. */
export function chatsData(chats: readonly ChatSummary[]): readonly ChatSummary[] {
  return chats.map(({ id, title, turns, updatedAt }) => ({ id, title, turns, updatedAt }));
}

/** `2026-11-29 11:06`, in the time of this machine. */
function timeText(iso: string): string {
  const at = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
