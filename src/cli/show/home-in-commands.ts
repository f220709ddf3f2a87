import { shellWord } from '../../base/shell-word.ts';

/** Commands that luci tells of act on the home that was named by `--home`, so they name it too. */

/** A note, whose commands stand on lines of their own, behind two spaces, or behind a colon. */
export function homeInNote(note: string, home: string | undefined): string {
  if (home === undefined) return note;
  const flag = `--home${home.startsWith('-') ? '=' : ' '}${shellWord(home)}`;
  return note.replace(/(\n *| {2}|: )luci (?=[a-z])/g, (_, before: string) => `${before}luci ${flag} `);
}

/** A hint, whose lines are commands. */
export function homeInHint(hint: string | undefined, home: string | undefined): string | undefined {
  return hint === undefined ? undefined : homeInNote(`\n${hint}`, home).slice(1);
}
