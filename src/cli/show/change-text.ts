import type { FileChange } from '../../agent/journal/file-change.ts';
import { printable } from './text.ts';

/** What the assistant changed in files, in words. */

/** What a change did, as in `replaced notes.txt`. */
export function changeText({ operation, path, from = '', isReplacing }: FileChange): string {
  const name = printable(path);
  switch (operation) {
    case 'write':
      return `${isReplacing ? 'replaced' : 'made'} ${name}`;
    case 'make-folder':
      return `made the folder ${name}`;
    case 'delete':
      return `deleted ${name}`;
    case 'move':
      return `moved ${printable(from)} to ${name}${isReplacing ? ', over what was there' : ''}`;
  }
}

/** What came of undoing or redoing a change, as in `notes.txt is as it was`. */
export function broughtText(change: FileChange): string {
  const { state, isKept, isAsItWas } = change;
  if (!isKept) return `${printable(change.path)} was too large to be kept: not undone`;
  const text = state === 'undone' ? undoneText(change) : `again: ${changeText(change)}`;
  return isAsItWas === false ? `${text}, with what others wrote into it since` : text;
}

function undoneText({ operation, path, from = '', isReplacing }: FileChange): string {
  const name = printable(path);
  switch (operation) {
    case 'write':
      return isReplacing ? `${name} is as it was` : `${name} is gone again`;
    case 'make-folder':
      return `the folder ${name} is gone again`;
    case 'delete':
      return `${name} is back`;
    case 'move':
      return `${printable(from)} is back from ${name}${isReplacing ? `, and ${name} is as it was` : ''}`;
  }
}
