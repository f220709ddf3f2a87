import { fstatSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { isTerminal } from './show/output.ts';

/** Text from a pipe or a file. With a question given, a socket as stdin is left alone: a program that started luci may never close it. */
export async function readPiped(hasArgument: boolean): Promise<string> {
  if (isTerminal(0)) return ''; // Not process.stdin.isTTY: making the stream costs every question 1 ms.
  try {
    const stdin = fstatSync(0);
    if (hasArgument && !stdin.isFIFO() && !stdin.isFile()) return '';
  } catch {
    return ''; // stdin is closed.
  }
  return readAll(process.stdin);
}
