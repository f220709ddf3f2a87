import { ToolError } from '../tool.ts';

/** Paths as a model writes them. */

const deviceNames = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** The names of a path from the root. Throws for everything that is not plainly inside it, on any system. */
export function namesOf(path: string): readonly string[] {
  const refuse = (why: string, outside?: true): never => {
    throw new ToolError(`"${path}" is not allowed: ${why}`, { outside });
  };
  if (path.includes('\0')) refuse('it holds a NUL');
  if (path.length > 1000) refuse('it is too long');
  if (/^[/\\~]/.test(path) || /^[a-z]:/i.test(path)) refuse('paths start at the folder', true);
  const names = path.split(/[/\\]/).filter((name) => name !== '' && name !== '.');
  for (const name of names) {
    if (name === '..') refuse('it leads out of the folder', true);
    if (/[<>:"|?*]/.test(name) || [...name].some((char) => char < ' ')) refuse('a name holds a character that is not allowed everywhere');
    if (/[. ]$/.test(name)) refuse('a name ends in a dot or a space');
    if (deviceNames.test(name)) refuse('a name is that of a device on Windows');
  }
  return names;
}
